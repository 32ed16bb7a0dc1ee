import Foundation

/// Configurations as JSON: defaults, then a file, then single values from a command line, each a change to what
/// came before. A key that is not among the defaults is an error and never ignored.
public struct ConfigurationOverlay: Sendable {
  /// The configuration so far.
  public private(set) var document: StrictJSON
  private let defaults: StrictJSON

  /// - Parameter defaults: a configuration with every key.
  public init(defaults: some Encodable) throws {
    self.defaults = try StrictJSON(parsing: JSONEncoder().encode(defaults))
    document = self.defaults
  }

  /// Replaces the values that `changes` names.
  ///
  /// - Parameter origin: where the changes come from, for messages.
  public mutating func apply(_ changes: StrictJSON, origin: String) throws {
    document = try merged(document, with: changes, path: "", origin: origin)
  }

  /// Replaces one value.
  ///
  /// - Parameters:
  ///   - path: keys joined with dots, `training.maximumSteps`.
  ///   - text: JSON, or a plain word that is taken as a string.
  public mutating func set(_ path: String, to text: String, origin: String) throws {
    let value = (try? StrictJSON(parsing: text)) ?? .string(text)
    let changes = path.split(separator: ".", omittingEmptySubsequences: false).reversed().reduce(
      value
    ) { inner, key in .object([.init(String(key), inner)]) }
    try apply(changes, origin: origin)
  }

  /// The configuration as a value.
  ///
  /// - Parameter origin: where the configuration comes from, for messages.
  public func value<Value: Decodable>(
    as type: Value.Type, origin: String = "configuration"
  ) throws -> Value {
    do {
      return try JSONDecoder().decode(type, from: Data(document.text.utf8))
    } catch let error as DecodingError {
      // The decoder does not say where a number does not fit, so that is tried out.
      if let (path, found) = misfit(type, defaults, document, path: "", replaced: { $0 }) {
        throw ConfigurationFileError(
          origin: origin,
          problem: "\(path): found \(found), which is not whole or out of range")
      }
      throw ConfigurationFileError(origin: origin, problem: describe(error))
    }
  }

  private func merged(
    _ base: StrictJSON, with changes: StrictJSON, path: String, origin: String
  ) throws -> StrictJSON {
    func fail(_ problem: String) -> ConfigurationFileError {
      ConfigurationFileError(origin: origin, problem: problem)
    }
    guard case .object(var members) = base else {
      if base.kind != changes.kind {
        throw fail("\(path): expected \(base.kind), found \(changes.text)")
      }
      return changes
    }
    guard case .object(let changed) = changes else {
      throw fail(
        "\(path.isEmpty ? "the configuration" : path): expected an object, found \(changes.kind)")
    }
    for change in changed {
      let name = path.isEmpty ? change.key : path + "." + change.key
      // By bytes: Swift's strings take different spellings of a letter for one key, and the decoder does not.
      guard let index = members.firstIndex(where: { $0.key.utf8.elementsEqual(change.key.utf8) })
      else {
        let known = members.map(\.key).sorted()
        let nearest = Self.nearest(to: change.key, among: known)
        throw fail(
          "unknown key \"\(name)\"; "
            + (nearest.map { "did you mean \"\($0)\"?" }
              ?? "known: \(known.joined(separator: ", "))")
        )
      }
      members[index] = .init(
        change.key,
        try merged(members[index].value, with: change.value, path: name, origin: origin))
    }
    return .object(members)
  }

  /// The word that takes the fewest changes of a letter, if they are few.
  public static func nearest(to word: String, among words: [String]) -> String? {
    // A word that is far longer than all takes many changes, and counting them takes long.
    let longest = words.map(\.count).max() ?? 0
    if word.utf8.count > 8 * (longest + 2) { return nil }
    let ranked = words.map { ($0, changes(from: Array(word), to: Array($0))) }
    guard let best = ranked.min(by: { $0.1 < $1.1 }), best.1 <= max(2, word.count / 3) else {
      return nil
    }
    return best.0
  }

  private static func changes(from a: [Character], to b: [Character]) -> Int {
    var row = Array(0...b.count)
    for i in a.indices {
      var diagonal = row[0]
      row[0] = i + 1
      for j in b.indices {
        let cost = min(row[j] + 1, row[j + 1] + 1, diagonal + (a[i] == b[j] ? 0 : 1))
        diagonal = row[j + 1]
        row[j + 1] = cost
      }
    }
    return row[b.count]
  }

  /// The first number that the defaults cannot be decoded with in the place of their own.
  ///
  /// - Parameter replaced: the whole of the defaults with another value at `path`.
  private func misfit<Value: Decodable>(
    _ type: Value.Type, _ base: StrictJSON, _ changed: StrictJSON, path: String,
    replaced: (StrictJSON) -> StrictJSON
  ) -> (path: String, found: String)? {
    guard case .object(let members) = base, case .object(let others) = changed else {
      guard case .number(let found) = changed, base.text != changed.text else { return nil }
      let whole = Data(replaced(changed).text.utf8)
      return (try? JSONDecoder().decode(type, from: whole)) == nil ? (path, found) : nil
    }
    for (index, (member, other)) in zip(members, others).enumerated() {
      let found = misfit(
        type, member.value, other.value, path: path.isEmpty ? member.key : path + "." + member.key
      ) { value in
        var members = members
        members[index] = .init(member.key, value)
        return replaced(.object(members))
      }
      if let found { return found }
    }
    return nil
  }

  private func describe(_ error: DecodingError) -> String {
    func place(_ path: [any CodingKey]) -> String { path.map(\.stringValue).joined(separator: ".") }
    switch error {
    case .typeMismatch(_, let context), .valueNotFound(_, let context), .dataCorrupted(let context):
      let found = context.codingPath.reduce(document) { $0[$1.stringValue] ?? $0 }
      return switch found {
      // The kind of a value is checked before, so only numbers that do not fit and unknown words are left.
      case .number:
        "\(place(context.codingPath)): found \(found.text), which is not whole or out of range"
      case .string:
        "\(place(context.codingPath)): \(found.text) is none of the words that it can be"
      default: "\(place(context.codingPath)): \(context.debugDescription)"
      }
    case .keyNotFound(let key, let context):
      return "\(place(context.codingPath + [key])) is missing"
    @unknown default:
      return "\(error)"
    }
  }
}

/// A configuration that cannot be used.
public struct ConfigurationFileError: Error, Equatable, CustomStringConvertible {
  /// The file or option it comes from.
  public let origin: String
  /// What is wrong.
  public let problem: String

  /// A problem and where it comes from.
  public init(origin: String, problem: String) {
    self.origin = origin
    self.problem = problem
  }

  /// The text for a person.
  public var description: String { "\(origin): \(problem)" }
}
