/// A safetensors file, opened for reading.
///
/// The format is 8 bytes with the length of the header (little-endian), the header as JSON, and the elements of
/// all tensors one after another. The header is checked completely on opening: its length, its JSON with no
/// key twice, known types, shapes that do not overflow and fit their spans, spans that follow one another
/// without hole or overlap up to the end of the file. The elements are mapped, not read, until someone asks.
public struct SafetensorsFile: Sendable {
  /// The longest header the format allows, in bytes.
  public static let headerLimit = 100_000_000

  /// The file.
  public let path: String
  /// Texts that describe the file, by key.
  public let metadata: [String: String]
  /// The tensors in the order of their data.
  public let entries: [SafetensorsEntry]
  private let file: MappedFile
  private let dataStart: Int
  private let places: [[UInt8]: Int]

  /// Opens a file and checks its header.
  /// - Throws: `FileError` when it cannot be read, `SafetensorsError` when it breaks the format.
  public init(contentsOf path: String) throws {
    self.path = path
    file = try MappedFile(path)
    let header = try SafetensorsHeader(file.bytes, file: path)
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

  /// The bytes of a tensor of this file, little-endian, in row-major order. They may stand at any address.
  /// Valid within `body` only.
  public func withUnsafeBytes<Result>(
    of entry: SafetensorsEntry, _ body: (UnsafeRawBufferPointer) throws -> Result
  ) rethrows -> Result {
    // Alive until the end of `body`, else the mapping could be gone before.
    try withExtendedLifetime(file) {
      let range = dataStart + entry.byteRange.lowerBound..<dataStart + entry.byteRange.upperBound
      return try body(UnsafeRawBufferPointer(rebasing: file.bytes[range]))
    }
  }

  func requiredEntry(named name: String) throws(SafetensorsError) -> SafetensorsEntry {
    if let entry = entry(named: name) { return entry }
    throw SafetensorsError(
      file: path, tensor: name, problem: .missing(known: entries.map(\.name)))
  }
}
