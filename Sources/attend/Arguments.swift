import AttentionKit

/// What a command was called with: options by name, and the words that are none.
struct Arguments {
  /// An option that a command knows.
  struct Option: Sendable {
    let name: String
    /// What stands for its value in the help; nil: the option takes none.
    let value: String?
    let help: String
    var isRepeatable = false

    init(_ name: String, _ value: String? = nil, _ help: String, isRepeatable: Bool = false) {
      self.name = name
      self.value = value
      self.help = help
      self.isRepeatable = isRepeatable
    }
  }

  private var values: [String: [String]] = [:]
  private(set) var words: [String] = []

  /// - Throws: ``UsageError`` for an option that is unknown, has no value, or comes twice.
  init(_ arguments: [String], options: [Option], words limit: ClosedRange<Int>) throws {
    var rest = arguments[...]
    while let argument = rest.popFirst() {
      if argument == "--" {
        words += rest
        break
      }
      guard argument.hasPrefix("-"), argument != "-" else {
        words.append(argument)
        continue
      }
      let parts = argument.split(
        separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      let name = String(parts[0])
      guard let option = options.first(where: { $0.name == name }) else {
        let nearest = ConfigurationOverlay.nearest(to: name, among: options.map(\.name))
        throw UsageError(
          "unknown option \(name)" + (nearest.map { "; did you mean \($0)?" } ?? ""))
      }
      var value = parts.count > 1 ? String(parts[1]) : nil
      if option.value == nil {
        if value != nil { throw UsageError("\(name) takes no value") }
        value = ""
      } else if value == nil {
        value = rest.popFirst()
      }
      guard let value else { throw UsageError("\(name) needs a value: \(name) \(option.value!)") }
      if values[name] != nil && !option.isRepeatable {
        throw UsageError("\(name) is given twice")
      }
      values[name, default: []].append(value)
    }
    if words.count > limit.upperBound {
      throw UsageError("unexpected argument \"\(words[limit.upperBound])\"")
    }
    if words.count < limit.lowerBound { throw UsageError("an argument is missing") }
  }

  func has(_ name: String) -> Bool { values[name] != nil }
  subscript(_ name: String) -> String? { values[name]?.first }
  func all(_ name: String) -> [String] { values[name] ?? [] }

  func required(_ name: String) throws -> String { try allRequired(name)[0] }

  /// The values of an option that may come several times, and must at least once.
  func allRequired(_ name: String) throws -> [String] {
    guard let values = values[name] else { throw UsageError("\(name) is required") }
    return values
  }

  func positiveInteger(_ name: String) throws -> Int? {
    guard let text = self[name] else { return nil }
    guard let number = Int(text), number > 0 else {
      throw UsageError("\(name): expected a whole number of at least 1, found \"\(text)\"")
    }
    return number
  }

  func nonNegativeInteger(_ name: String) throws -> Int? {
    guard let text = self[name] else { return nil }
    guard let number = Int(text), number >= 0 else {
      throw UsageError("\(name): expected a whole number of at least 0, found \"\(text)\"")
    }
    return number
  }

  /// One of the names that a type lists.
  func choice<Choice: CaseIterable & RawRepresentable<String>>(
    _ name: String, _ type: Choice.Type, default standard: Choice
  ) throws -> Choice {
    guard let text = self[name] else { return standard }
    guard let choice = Choice(rawValue: text) else {
      let known = Choice.allCases.map(\.rawValue).joined(separator: ", ")
      throw UsageError("\(name): expected one of \(known), found \"\(text)\"")
    }
    return choice
  }

  func number(_ name: String) throws -> Double? {
    guard let text = self[name] else { return nil }
    guard let number = Double(text), number.isFinite else {
      throw UsageError("\(name): expected a number, found \"\(text)\"")
    }
    return number
  }
}

/// A command called the wrong way: exit status 2.
struct UsageError: Error, CustomStringConvertible {
  let description: String
  init(_ description: String) { self.description = description }
}
