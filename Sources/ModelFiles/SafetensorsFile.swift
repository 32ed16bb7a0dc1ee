/// A safetensors file, opened for reading.
///
/// The format is 8 bytes with the length of the header (little-endian), the header as JSON, and the elements of
/// all tensors one after another. The header is checked completely on opening: its length, its JSON with no
/// key twice, known types, shapes that do not overflow and fit their spans, spans that follow one another
/// without hole or overlap up to the end of the file. The elements are not read until someone asks: they are then
/// copied into a tensor, or looked at where the file is mapped into memory.
///
/// A file that somebody writes to or shortens in place, while it is open here, gives an error for every tensor that is
/// asked for. Only the mapped bytes of ``withUnsafeBytes(of:_:)`` cannot be guarded. Files that are replaced by
/// renaming, as this library writes them, stay what they were.
public struct SafetensorsFile: Sendable {
  /// The longest header the format allows, in bytes.
  public static let headerLimit = 100_000_000

  /// The file.
  public let path: String
  /// Texts that describe the file, by key.
  public let metadata: [String: String]
  /// The tensors in the order of their data.
  public let entries: [SafetensorsEntry]
  /// The number of elements of all tensors.
  public var elementCount: Int { entries.reduce(0) { $0 + $1.elementCount } }
  let source: ByteSource
  private let dataStart: Int
  private let places: [[UInt8]: Int]

  /// Opens a file and checks its header.
  /// - Throws: `FileError` when it cannot be read, `SafetensorsError` when it breaks the format.
  public init(contentsOf path: String) throws {
    try self.init(.file(try MappedFile(path)), file: path)
  }

  /// The same for the bytes of a file.
  ///
  /// - Parameter name: what messages call the file.
  public init(bytes: [UInt8], name: String) throws(SafetensorsError) {
    try self.init(.memory(bytes), file: name)
  }

  private init(_ source: ByteSource, file: String) throws(SafetensorsError) {
    path = file
    self.source = source
    let header = try SafetensorsHeader(source, file: file)
    metadata = header.metadata
    entries = header.entries
    dataStart = header.dataStart
    places = Dictionary(
      uniqueKeysWithValues: header.entries.enumerated().map { (Array($1.name.utf8), $0) })
  }

  /// The description of a tensor; `nil` if there is none of this name.
  public func entry(named name: String) -> SafetensorsEntry? {
    places[Array(name.utf8)].map { entries[$0] }
  }

  /// The bytes of a tensor of this file, little-endian, in row-major order, without a copy. They may stand at any
  /// address. Valid within `body` only.
  ///
  /// The bytes of a file are mapped. If somebody shortens the file in place meanwhile, the system stops the program;
  /// ``tensor(named:)`` and ``integers(named:)`` give an error then.
  public func withUnsafeBytes<Result>(
    of entry: SafetensorsEntry, _ body: (UnsafeRawBufferPointer) throws -> Result
  ) rethrows -> Result {
    try source.withUnsafeBytes { try body(UnsafeRawBufferPointer(rebasing: $0[place(of: entry)])) }
  }

  /// Where the elements of a tensor stand in the file.
  func place(of entry: SafetensorsEntry) -> Range<Int> {
    dataStart + entry.byteRange.lowerBound..<dataStart + entry.byteRange.upperBound
  }

  func requiredEntry(named name: String) throws(SafetensorsError) -> SafetensorsEntry {
    if let entry = entry(named: name) { return entry }
    throw SafetensorsError(
      file: path, tensor: name, problem: .missing(known: entries.map(\.name)))
  }
}
