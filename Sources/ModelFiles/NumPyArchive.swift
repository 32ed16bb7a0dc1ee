public import Tensors

/// Several arrays of numbers under names: a .npz file, which is a zip file of .npy files, stored or deflated.
///
/// The names and sizes are checked on opening, an array's checksum and header when someone asks for it. A file
/// is read as a whole on opening. The elements of a stored array are not copied; those of a deflated one are unpacked
/// into memory, of which ``ZipLimits`` says how much. The decompression is this library's own.
public struct NumPyArchive: Sendable {
  /// The file.
  public let path: String
  /// The names of the arrays, in the order of the file.
  public let names: [String]
  private let archive: ZipArchive

  private static let suffix = ".npy"

  /// Opens a file and checks what it says about its arrays.
  ///
  /// - Throws: `FileError` when it cannot be read, ``ZipError`` or ``NumPyError`` when it breaks the format.
  public init(contentsOf path: String, limits: ZipLimits = .init()) throws {
    try self.init(bytes: AtomicFile.contents(of: path), name: path, limits: limits)
  }

  /// The same for the bytes of a .npz file.
  ///
  /// - Parameter name: what messages call the file.
  public init(bytes: [UInt8], name: String, limits: ZipLimits = .init()) throws {
    path = name
    archive = try ZipArchive(bytes, file: name, limits: limits)
    names = try archive.entries.map { entry in
      // By bytes: for Swift's strings a character may begin before the point and go on after it.
      guard entry.nameBytes.reversed().starts(with: Self.suffix.utf8.reversed()) else {
        throw NumPyError(file: name, array: entry.name, problem: .notAnArray)
      }
      return String(decoding: entry.nameBytes.dropLast(Self.suffix.utf8.count), as: UTF8.self)
    }
  }

  /// An array by name.
  ///
  /// - Throws: ``NumPyError`` when it is missing or breaks the format, ``ZipError`` when its bytes are damaged.
  public func array(named name: String) throws -> NumPyArray {
    guard let entry = try? archive.entry(named: name + Self.suffix) else {
      throw NumPyError(file: path, array: name, problem: .missing(known: names))
    }
    let contents = try archive.contents(of: entry)
    return try NumPyArray(contents.bytes, contents.range, file: path, name: name)
  }

  /// An array's elements as 32-bit floats; see ``NumPyArray/tensor()``.
  public func tensor(named name: String) throws -> Tensor { try array(named: name).tensor() }

  /// An array's elements as whole numbers, exactly; see ``NumPyArray/integers()``.
  public func integers(named name: String) throws -> [Int64] {
    try array(named: name).integers()
  }

  /// Writes a file without compression, replacing what is at `path` only when the new one is complete.
  ///
  /// The same arguments give the same bytes.
  /// - Throws: `FileError`; ``NumPyError`` for a name that is there twice or cannot be one.
  public static func write(_ arrays: [(name: String, array: NumPyArray)], to path: String) throws {
    try write(arrays, to: path, sizeLimit: ZipWriter.sizeLimit)
  }

  /// - Parameter sizeLimit: the first size or offset that is written with 64 bits.
  static func write(
    _ arrays: [(name: String, array: NumPyArray)], to path: String, sizeLimit: Int
  ) throws {
    var known: Set<[UInt8]> = []
    for (name, _) in arrays {
      let bytes = Array(name.utf8)
      func failure(_ problem: NumPyError.Problem) -> NumPyError {
        NumPyError(file: path, array: name, problem: problem)
      }
      if bytes.isEmpty || bytes.contains(0) || bytes.count + suffix.count > 0xFFFF {
        throw failure(.name)
      }
      if !known.insert(bytes).inserted { throw failure(.duplicateName) }
    }
    try AtomicFile.write(to: path) { file in
      var writer = ZipWriter(sizeLimit: sizeLimit)
      for (name, array) in arrays {
        let header = array.header
        var checksum = CRC32()
        header.withUnsafeBytes { checksum.update($0) }
        array.withUnsafeBytes { checksum.update($0) }
        let byteCount = array.withUnsafeBytes { header.count + $0.count }
        let local = writer.add(name + suffix, checksum: checksum.value, byteCount: byteCount)
        try local.withUnsafeBytes { try file.write($0) }
        try array.write(to: file)
      }
      try writer.directory().withUnsafeBytes { try file.write($0) }
    }
  }
}
