import AttentionKit
import Foundation
import TestSupport

/// The folder of a fixture.
func fixtureFolder(_ name: String, from file: String = #filePath) -> String {
  URL(fileURLWithPath: file).deletingLastPathComponent().deletingLastPathComponent()
    .appendingPathComponent("Fixtures/\(name)").path
}

/// A JSON file of expected values.
func expectedValues<Value: Decodable>(_ path: String, as type: Value.Type) throws -> Value {
  try JSONDecoder().decode(Value.self, from: Data(contentsOf: URL(fileURLWithPath: path)))
}

extension ForeignTransformer {
  func greedy(_ sources: [[Int]], maximumLength: Int) throws -> [Hypothesis] {
    try GreedyDecoder(
      start: target.start!, end: target.end!,
      constraints: DecodingConstraints(maximumLength: { _ in maximumLength })
    ).decode(sources, with: model)
  }

  func beams(
    _ sources: [[Int]], maximumLength: Int, minimumLength: Int = 0,
    stopping: BeamSearch.Stopping = .nothingBetter
  ) throws -> [[Hypothesis]] {
    try BeamSearch(
      start: target.start!, end: target.end!, beamSize: 4, resultCount: 4,
      lengthPenalty: .average, places: .refilled, stopping: stopping,
      constraints: DecodingConstraints(
        maximumLength: { _ in maximumLength }, minimumLength: minimumLength)
    ).decode(sources, with: model)
  }
}
