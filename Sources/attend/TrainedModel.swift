import AttentionKit
import Foundation

/// A model with all that is needed to use it, read from a checkpoint or a run's folder.
struct TrainedModel {
  let checkpoint: Checkpoint
  let configuration: RunConfiguration
  let codec: Codec
  let model: Transformer

  /// - Parameter path: a checkpoint, or a run's folder: then its best checkpoint, or its last.
  init(_ path: String) throws {
    let candidates = [path, path + "/best", path + "/last"]
    let found = candidates.first {
      AtomicDirectory.locate($0) != nil
        && FileManager.default.fileExists(
          atPath: (AtomicDirectory.locate($0) ?? $0) + "/weights.safetensors")
    }
    guard let found else {
      throw TrainingError.checkpoint(
        path: path, problem: "expected a checkpoint, or a run with best/ or last/ in it")
    }
    checkpoint = try Checkpoint(contentsOf: found)
    var overlay = try ConfigurationOverlay(defaults: RunConfiguration())
    try overlay.apply(checkpoint.configuration, origin: checkpoint.path + "/configuration.json")
    configuration = try overlay.value(as: RunConfiguration.self)
    codec = try Codec(configuration.data, checkpoint: checkpoint)
    model = try Transformer(configuration.transformer(for: codec), seed: 0)
    try checkpoint.loadWeights(into: model)
  }

  /// Greedy outputs in the order of the sources, computed in batches of similar length.
  func translate(_ sources: [String], batchSize: Int) throws -> [GreedyDecoder.Output] {
    try model.translate(sources.map(codec.encodeSource), codec: codec, batchSize: batchSize)
  }
}

extension Transformer {
  /// Greedy outputs in the order of the sources, computed in batches of similar length.
  func translate(_ sources: [[Int]], codec: Codec, batchSize: Int) throws
    -> [GreedyDecoder.Output]
  {
    let decoder = GreedyDecoder(
      start: codec.targetVocabulary.startID, end: codec.targetVocabulary.endID)
    var outputs = Array(repeating: GreedyDecoder.Output(), count: sources.count)
    let order = sources.indices.sorted { (sources[$0].count, $0) < (sources[$1].count, $1) }
    for start in stride(from: 0, to: order.count, by: batchSize) {
      let rows = order[start..<min(order.count, start + batchSize)]
      let results = try decoder.decode(rows.map { sources[$0] }, with: self)
      for (row, result) in zip(rows, results) { outputs[row] = result }
    }
    return outputs
  }
}

extension RunConfiguration {
  func transformer(for codec: Codec) -> TransformerConfiguration {
    model.transformer(
      source: codec.sourceVocabulary.count, target: codec.targetVocabulary.count,
      sharesVocabulary: codec.sourceVocabulary == codec.targetVocabulary)
  }
}
