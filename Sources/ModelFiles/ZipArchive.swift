/// A zip file, opened for reading: stored and deflated entries, with 64-bit sizes where needed.
///
/// The central directory says what there is, and is checked completely on opening, with every entry's local
/// header: no encryption, no several disks, no name twice, nothing outside the file, no bytes shared by two
/// entries, sizes within limits and within what deflate can do. Data are unpacked when someone asks, into
/// exactly as many bytes as were said, and their checksum is compared.
struct ZipArchive: Sendable {
  /// Deflate's: at best two bits become 258 bytes.
  static let largestRatio = 1032

  let file: String
  /// In the order of the central directory.
  let entries: [ZipEntry]
  private let bytes: [UInt8]
  private let places: [[UInt8]: Int]

  /// - Parameter file: the name in messages.
  init(_ bytes: [UInt8], file: String, limits: ZipLimits) throws(ZipError) {
    self.file = file
    self.bytes = bytes
    let result = bytes.withUnsafeBytes { bytes -> Result<[ZipEntry], ZipError> in
      do throws(ZipError) {
        var directory = try ZipDirectory(bytes, file: file, limits: limits)
        try directory.locateData()
        return .success(directory.entries)
      } catch {
        return .failure(error)
      }
    }
    entries = try result.get()
    places = Dictionary(
      uniqueKeysWithValues: entries.enumerated().map { (Array($1.name.utf8), $0) })
  }

  func entry(named name: String) throws(ZipError) -> ZipEntry {
    if let place = places[Array(name.utf8)] { return entries[place] }
    throw ZipError(file: file, entry: name, problem: .missing(known: entries.map(\.name)))
  }

  /// The bytes of an entry: a part of the file's if it is stored, else others.
  func contents(of entry: ZipEntry) throws(ZipError) -> (bytes: [UInt8], range: Range<Int>) {
    func failure(_ problem: ZipError.Problem) -> ZipError {
      ZipError(file: file, entry: entry.name, problem: problem)
    }
    func check(_ found: UInt32) throws(ZipError) {
      if found != entry.checksum {
        throw failure(.checksum(expected: entry.checksum, found: found))
      }
    }
    switch entry.method {
    case .stored:
      try check(
        bytes.withUnsafeBytes { CRC32.of(UnsafeRawBufferPointer(rebasing: $0[entry.data])) })
      return (bytes, entry.data)
    case .deflate:
      var problem: InflateError?
      let unpacked = [UInt8](unsafeUninitializedCapacity: entry.byteCount) { buffer, count in
        let output = UnsafeMutableRawBufferPointer(
          UnsafeMutableBufferPointer(rebasing: buffer[..<entry.byteCount]))
        bytes.withUnsafeBytes { bytes in
          do throws(InflateError) {
            try Inflate.decompress(
              UnsafeRawBufferPointer(rebasing: bytes[entry.data]), into: output)
            count = entry.byteCount
          } catch {
            problem = error
          }
        }
      }
      if let problem { throw failure(.deflate(problem.description)) }
      try check(unpacked.withUnsafeBytes { CRC32.of($0) })
      return (unpacked, 0..<unpacked.count)
    }
  }
}
