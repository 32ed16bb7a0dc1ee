internal import ModelFiles

/// A JSON file of settings that another library wrote. Keys that nobody asks for are its own business.
struct ForeignConfiguration {
  let path: String
  let json: StrictJSON

  /// - Throws: `FileError`; ``ConversionError`` where the file is no JSON object.
  init(contentsOf path: String) throws {
    self.path = path
    do {
      json = try StrictJSON(parsing: AtomicFile.contents(of: path))
    } catch let error as StrictJSONError {
      throw ConversionError(file: path, key: "the file", expected: "JSON", found: "\(error)")
    }
    guard case .object = json else {
      throw ConversionError(file: path, key: "the file", expected: "an object", found: json.kind)
    }
  }

  /// All keys with their values.
  var members: [(key: String, value: StrictJSON)] {
    guard case .object(let members) = json else { return [] }
    return members.map { ($0.key, $0.value) }
  }

  func error(_ key: String, _ expected: String, _ found: Any? = nil) -> ConversionError {
    ConversionError(
      file: path, key: key, expected: expected,
      found: found.map { "\($0)" } ?? json[key].map { $0.text } ?? "nothing")
  }

  private func value(_ key: String) -> StrictJSON? {
    if case .null? = json[key] { return nil }
    return json[key]
  }

  func integer(_ key: String, default value: Int? = nil) throws -> Int {
    guard let found = self.value(key) else {
      if let value { return value }
      throw error(key, "a whole number")
    }
    guard let integer = found.integer else { throw error(key, "a whole number") }
    return integer
  }

  func number(_ key: String, default value: Double) throws -> Double {
    guard let found = self.value(key) else { return value }
    guard let number = found.double else { throw error(key, "a number") }
    return number
  }

  func truth(_ key: String, default value: Bool) throws -> Bool {
    guard let found = self.value(key) else { return value }
    guard case .bool(let truth) = found else { throw error(key, "true or false") }
    return truth
  }

  func text(_ key: String, default value: String) throws -> String {
    guard let found = self.value(key) else { return value }
    guard case .string(let text) = found else { throw error(key, "a text") }
    return text
  }

  /// Makes sure that a setting has the one value that can be converted.
  func require(_ key: String, _ expected: Bool) throws {
    if try truth(key, default: expected) != expected { throw error(key, "\(expected)") }
  }
}
