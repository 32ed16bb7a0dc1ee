/// A file inside a zip file, as the central directory describes it.
struct ZipEntry: Sendable, Equatable {
  enum Method: UInt16, Sendable {
    case stored = 0
    case deflate = 8
  }

  let name: String
  /// The name as it is written in both headers.
  let nameBytes: [UInt8]
  let flags: UInt16
  let method: Method
  /// Of the bytes when unpacked.
  let checksum: UInt32
  let compressedByteCount: Int
  let byteCount: Int
  let localHeaderOffset: Int
  /// Where the compressed bytes are in the file.
  var data: Range<Int> = 0..<0

  /// Whether sizes and checksum follow the data, as they do where the writer could not go back.
  var hasDataDescriptor: Bool { flags & 0x08 != 0 }
}
