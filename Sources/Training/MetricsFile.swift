import Foundation
internal import ModelFiles

/// A training's history as JSON lines: one object a line, each with a `step`.
public struct MetricsFile {
  /// The file.
  public let path: String

  /// Opens a history.
  ///
  /// - Parameter step: entries after this step are dropped: a training that goes on from a checkpoint writes
  ///   them again. nil starts a new history.
  public init(_ path: String, continuingAfter step: Int?) throws {
    self.path = path
    var kept = ""
    if let step, let data = FileManager.default.contents(atPath: path) {
      for line in String(decoding: data, as: UTF8.self).split(separator: "\n") {
        // A line that a crash cut short is dropped too.
        guard let entry = try? StrictJSON(parsing: String(line)),
          let entryStep = entry["step"]?.integer, entryStep <= step
        else { continue }
        kept += line + "\n"
      }
    }
    try AtomicFile.write(kept, to: path)
  }

  /// Adds a line.
  ///
  /// Numbers that JSON does not have, such as the perplexity of a training that goes wrong, become the strings
  /// `Infinity`, `-Infinity` and `NaN`.
  public func append(_ entry: some Encodable) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "Infinity", negativeInfinity: "-Infinity", nan: "NaN")
    try AtomicFile.append(encoder.encode(entry) + Data("\n".utf8), to: path)
  }
}
