internal import ModelFiles
internal import TextProcessing

/// A setting in another library's file that this package cannot take.
public struct ForeignConfigurationError: Error, Equatable, CustomStringConvertible {
  /// The file's path.
  public let file: String
  /// The setting's name there.
  public let key: String
  /// What it may be.
  public let expected: String
  /// What it is.
  public let found: String

  /// The arguments are the properties.
  public init(file: String, key: String, expected: String, found: String) {
    self.file = file
    self.key = key
    self.expected = expected
    self.found = found
  }

  /// The text for a person.
  public var description: String { "\(file): \(key): expected \(expected), found \(found)" }
}

/// The settings in another library's JSON file. Keys that nobody asks for are ignored: the file is not ours.
struct ForeignConfiguration {
  let file: String
  private let document: StrictJSON

  /// - Throws: `TextFileError` for a file that cannot be read, ``ForeignConfigurationError`` for one that is no JSON
  ///   object.
  init(contentsOf path: String) throws {
    file = path
    let text = try TextFile.lines(of: path).joined(separator: "\n")
    do {
      document = try StrictJSON(parsing: text)
    } catch {
      throw ForeignConfigurationError(
        file: path, key: "the whole file", expected: "JSON", found: "\(error)")
    }
    if case .object = document { return }
    throw ForeignConfigurationError(
      file: path, key: "the whole file", expected: "an object", found: document.kind)
  }

  init(_ document: StrictJSON, file: String) {
    self.document = document
    self.file = file
  }

  /// The value of a key, if it is there and not null.
  subscript(key: String) -> StrictJSON? {
    let value = document[key]
    return value == .null ? nil : value
  }

  func fail(_ key: String, _ expected: String, _ found: StrictJSON?) -> ForeignConfigurationError {
    ForeignConfigurationError(
      file: file, key: key, expected: expected, found: found?.text ?? "nothing")
  }

  func integer(_ key: String, default standard: Int? = nil) throws -> Int {
    guard let value = self[key]?.integer ?? (self[key] == nil ? standard : nil) else {
      throw fail(key, "a whole number", self[key])
    }
    return value
  }

  func number(_ key: String, default standard: Double) throws -> Double {
    guard let value = self[key] else { return standard }
    guard let number = value.double, number.isFinite else { throw fail(key, "a number", value) }
    return number
  }

  func flag(_ key: String, default standard: Bool) throws -> Bool {
    guard let value = self[key] else { return standard }
    guard case .bool(let flag) = value else { throw fail(key, "true or false", value) }
    return flag
  }

  func string(_ key: String, default standard: String) throws -> String {
    guard let value = self[key] else { return standard }
    guard case .string(let string) = value else { throw fail(key, "a text", value) }
    return string
  }

  /// Makes sure that a key, where it is there, has the one value that there is support for.
  func require(_ key: String, _ expected: StrictJSON) throws {
    if let value = self[key], value != expected { throw fail(key, expected.text, value) }
  }
}
