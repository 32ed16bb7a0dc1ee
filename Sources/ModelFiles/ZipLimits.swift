/// What a zip file may ask for. Stored entries are not copied and can be no larger than the file, so these
/// numbers matter for compressed ones.
public struct ZipLimits: Sendable, Equatable {
  /// The number of entries.
  public var entryCount: Int
  /// The bytes of one entry, unpacked.
  public var entryByteCount: Int
  /// The bytes of all entries, unpacked.
  public var totalByteCount: Int

  /// 65536 entries, 4 GiB in one and 64 GiB in all, unless said otherwise.
  public init(
    entryCount: Int = 1 << 16, entryByteCount: Int = 1 << 32, totalByteCount: Int = 1 << 36
  ) {
    self.entryCount = entryCount
    self.entryByteCount = entryByteCount
    self.totalByteCount = totalByteCount
  }
}
