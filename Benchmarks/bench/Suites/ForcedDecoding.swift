import AttentionKit
import Foundation

/// Searches whose outputs all have one length, so that all of them do equal work.
struct ForcedDecoding {
  /// Tokens of each output.
  let length: Int
  /// 1: greedy search.
  var beamSize = 1

  /// The end token is forbidden until the length is reached.
  private var constraints: DecodingConstraints {
    DecodingConstraints(maximumLength: { [length] _ in length }, minimumLength: length)
  }

  func outputs(_ sources: [[Int]], with model: some SequenceModel) throws -> [Hypothesis] {
    if beamSize == 1 {
      return try GreedyDecoder(
        start: SpecialTokens.start, end: SpecialTokens.end, constraints: constraints
      )
      .decode(sources, with: model)
    }
    return try BeamSearch(
      start: SpecialTokens.start, end: SpecialTokens.end, beamSize: beamSize,
      constraints: constraints
    ).decode(sources, with: model).map { $0[0] }
  }

  /// Compares outputs with what the model says of them when it reads them as a whole: every token's probability must be
  /// the one that the search gave, and in a greedy search no other allowed token may be more probable.
  func check(_ outputs: [Hypothesis], _ sources: [[Int]], with model: some SequenceModel) throws {
    let vocabularySize = model.targetVocabularySize
    // One at a time: a batch of logits would be large.
    for (source, output) in zip(sources, outputs) {
      guard output.tokens.count == length else {
        throw SuiteError("an output has \(output.tokens.count) tokens instead of \(length)")
      }
      let logits = try model.logits(
        TokenBatch([source]), TokenBatch([[SpecialTokens.start] + output.tokens.dropLast()]),
        in: .inference()
      ).value
      for (position, token) in output.tokens.enumerated() {
        let row = UnsafeBufferPointer(
          start: logits.pointer + position * vocabularySize, count: vocabularySize)
        let largest = row.max() ?? 0
        let logSum =
          log(row.reduce(0) { $0 + Double(exp($1 - largest)) }) + Double(largest)
        let expected = Double(row[token]) - logSum
        let found = Double(output.logProbabilities[position])
        // Written so that NaN is refused as well.
        guard abs(found - expected) <= Self.tolerance else {
          throw SuiteError(
            "token \(position) has the log-probability \(found) in the search and \(expected) when "
              + "the output is read as a whole")
        }
        let best = row.indices.filter { $0 != SpecialTokens.end }.map { row[$0] }.max() ?? 0
        guard beamSize > 1 || best - row[token] <= Float(Self.tolerance) else {
          throw SuiteError("at token \(position) another one was more probable")
        }
      }
    }
  }

  /// Of log-probabilities, between a step at a time and all steps at once.
  static let tolerance = 2e-3
}
