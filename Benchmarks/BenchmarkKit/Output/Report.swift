public import Foundation

/// Everything that a run of a benchmark found, as it is written to a file.
public struct Report: Codable, Sendable {
  /// Raised whenever the layout changes: a key is added, removed or renamed, or means something else. The layout of
  /// this version is in Docs/bench-report.schema.json, and a reader takes no other version for it.
  public static let currentSchemaVersion = 3

  /// The version of the report's layout.
  public let schemaVersion: Int
  /// The program that measured.
  public let program: String
  /// What it was called with.
  public let arguments: [String]
  /// The machine and the build.
  public let context: HostContext
  /// Further facts about the program's surroundings, such as the library behind a product.
  public var facts: [String: String]
  /// The results, suite by suite.
  public var suites: [SuiteReport]
  /// Whether the user stopped the run before its end.
  public var wasInterrupted: Bool

  /// A report without results yet.
  public init(
    program: String, arguments: [String], context: HostContext, facts: [String: String] = [:],
    suites: [SuiteReport] = [], wasInterrupted: Bool = false
  ) {
    schemaVersion = Report.currentSchemaVersion
    self.program = program
    self.arguments = arguments
    self.context = context
    self.facts = facts
    self.suites = suites
    self.wasInterrupted = wasInterrupted
  }

  /// JSON with sorted keys, so that two reports can be compared line by line.
  public func json() throws -> Data {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    return try encoder.encode(self)
  }

  /// Reads a report.
  ///
  /// - Throws: `ReportError` for another schema, `DecodingError` for anything that is no report.
  public init(json: Data) throws {
    struct Header: Decodable {
      let schemaVersion: Int
    }
    let found = try JSONDecoder().decode(Header.self, from: json).schemaVersion
    guard found == Report.currentSchemaVersion else {
      throw ReportError.schemaVersion(found: found, expected: Report.currentSchemaVersion)
    }
    self = try JSONDecoder().decode(Report.self, from: json)
  }

  /// Writes the JSON to a temporary file in the same folder, then renames it, so that a reader
  /// never sees half a report.
  public func write(to path: String) throws {
    try FileReplacement.write(json(), to: path)
  }
}
