import AttentionKit
import BenchmarkKit
import Foundation

/// A Transformer and sources for it.
final class DecodingInputs {
  /// What a worker finds: tokens, and the logarithm of each output's probability.
  private struct Found: Decodable {
    let tokens: [[Int]]
    let scores: [Double]
  }

  let model: Transformer
  let sources: [[Int]]
  private let folder: PeerFolder

  init(_ size: ModelSize, count: Int, length: Int, seed: UInt64) throws {
    model = try size.transformer(seed: seed)
    sources = RandomBatch.sources(
      count: count, length: length, vocabularySize: size.vocabulary, seed: seed)
    folder = try PeerFolder()
    try SafetensorsFile.write(
      model.parameters.map { SafetensorsFile.NamedValues($0.path, $0.parameter.value) }
        + [
          SafetensorsFile.NamedValues(
            "batch.source", integers: sources.flatMap { $0.map(Int64.init) },
            dimensions: [count, length])
        ], to: path)
  }

  /// Parameters and sources.
  var path: String { folder.file("decoding.safetensors") }
  /// Where a worker may put the model in its own form.
  var convertedPath: String { folder.file("model") }

  /// Compares a worker's outputs with ours. An output may differ where the model holds both for equally probable; in a
  /// lower precision, where the worker's own probability of it is close to what our model says.
  func check(_ work: PeerWork, _ variant: PeerVariant, _ decoding: ForcedDecoding, batch: Int)
    throws
  {
    let found: Found = try work.check()
    let sources = Array(sources.prefix(batch))
    let ours = try decoding.outputs(sources, with: model)
    guard found.tokens.count == batch, found.scores.count == batch,
      found.tokens.allSatisfy({ $0.count == decoding.length })
    else { throw SuiteError("its outputs do not have \(decoding.length) tokens each") }
    let scored = try SequenceScorer(start: ForcedDecoding.start, end: ForcedDecoding.end)
      .score(found.tokens, given: sources, with: model)
    for (row, hypothesis) in scored.enumerated() {
      // Without the end token, which is not part of a forced output.
      let truth = hypothesis.logProbabilities.dropLast().reduce(0.0) { $0 + Double($1) }
      let tolerance = variant.tolerance(float32: 1e-3, lower: 5e-2) * abs(truth)
      // Written so that NaN is refused as well.
      guard abs(found.scores[row] - truth) <= tolerance else {
        throw SuiteError(
          "the log-probability of its output \(row) is \(found.scores[row]), ours of it is \(truth)"
        )
      }
      let own = Double(ours[row].score)
      guard found.tokens[row] == ours[row].tokens || abs(own - truth) <= tolerance else {
        throw SuiteError(
          "its output \(row) has the log-probability \(truth), ours is another one with \(own)")
      }
    }
  }
}
