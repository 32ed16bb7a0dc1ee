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

  /// Compares a worker's outputs with ours.
  ///
  /// Its own probability of an output must be the one that our model gives it. An output may be another one than ours
  /// only from a token on that is as probable as ours there (greedy), or as a whole (beam search). In a lower precision
  /// there is more room for both, and other beams are not compared, since there an early error may have chosen them.
  func check(_ work: PeerWork, _ variant: PeerVariant, _ decoding: ForcedDecoding, batch: Int)
    throws
  {
    let found: Found = try work.check()
    let sources = Array(sources.prefix(batch))
    let ours = try decoding.outputs(sources, with: model)
    guard found.tokens.count == batch, found.scores.count == batch,
      found.tokens.allSatisfy({ $0.count == decoding.length })
    else { throw SuiteError("its outputs do not have \(decoding.length) tokens each") }
    let scored = try SequenceScorer(start: SpecialTokens.start, end: SpecialTokens.end)
      .score(found.tokens, given: sources, with: model)
    for (row, theirs) in scored.enumerated() {
      // Without the end token, which is not part of a forced output.
      let truth = theirs.logProbabilities.dropLast().reduce(0.0) { $0 + Double($1) }
      // Written so that NaN is refused as well.
      guard abs(found.scores[row] - truth) <= variant.tolerance(float32: 1e-3, lower: 5e-2) * -truth
      else {
        throw SuiteError(
          "it gives its output \(row) the log-probability \(found.scores[row]), we \(truth)")
      }
      let own = ours[row]
      guard
        let place = zip(own.tokens, theirs.tokens).enumerated().first(where: { $1.0 != $1.1 })?
          .offset
      else { continue }
      let isGreedy = decoding.beamSize == 1
      if !isGreedy && !variant.isFloat32 { continue }
      let gap =
        isGreedy
        ? Double(own.logProbabilities[place] - theirs.logProbabilities[place])
        : (Double(own.score) - truth) / Double(decoding.length)
      guard abs(gap) <= variant.tolerance(float32: ForcedDecoding.tolerance, lower: 0.5) else {
        throw SuiteError(
          "its output \(row) differs from ours at token \(place) by \(gap) in log-probability")
      }
    }
  }
}
