internal import ModelFiles

/// A JSON file of settings that another library wrote. Keys that nobody asks for are its own business.
struct ForeignConfiguration {
  let file: String
  let json: StrictJSON

  /// - Throws: `FileError` for a file that cannot be read, ``ConversionError`` for one that is no JSON object.
  init(contentsOf path: String) throws {
    do {
      self.init(try StrictJSON(parsing: AtomicFile.contents(of: path)), file: path)
    } catch let error as StrictJSONError {
      throw ConversionError(file: path, key: "the file", expected: "JSON", found: "\(error)")
    }
    guard case .object = json else {
      throw ConversionError(file: path, key: "the file", expected: "an object", found: json.kind)
    }
  }

  init(_ json: StrictJSON, file: String) {
    self.json = json
    self.file = file
  }

  /// All keys with their values.
  var members: [StrictJSON.Member] {
    guard case .object(let members) = json else { return [] }
    return members
  }

  /// The value of a key, if it is there and not null.
  subscript(key: String) -> StrictJSON? {
    let value = json[key]
    return value == .null ? nil : value
  }

  /// What is wrong with a key.
  ///
  /// - Parameter found: nil: what the file has.
  func error(_ key: String, _ expected: String, found: Any? = nil) -> ConversionError {
    ConversionError(
      file: file, key: key, expected: expected,
      found: found.map { "\($0)" } ?? json[key]?.text ?? "nothing")
  }

  func integer(_ key: String, default standard: Int? = nil) throws -> Int {
    guard let value = self[key]?.integer ?? (self[key] == nil ? standard : nil) else {
      throw error(key, "a whole number")
    }
    return value
  }

  func number(_ key: String, default standard: Double) throws -> Double {
    guard let value = self[key] else { return standard }
    guard let number = value.double, number.isFinite else { throw error(key, "a number") }
    return number
  }

  func flag(_ key: String, default standard: Bool) throws -> Bool {
    guard let value = self[key] else { return standard }
    guard case .bool(let flag) = value else { throw error(key, "true or false") }
    return flag
  }

  func string(_ key: String, default standard: String) throws -> String {
    guard let value = self[key] else { return standard }
    guard case .string(let string) = value else { throw error(key, "a text") }
    return string
  }

  /// Makes sure that a key, where it is there, has the one value that there is support for.
  func require(_ key: String, _ expected: StrictJSON) throws {
    if let value = self[key], value != expected { throw error(key, expected.text) }
  }
}
