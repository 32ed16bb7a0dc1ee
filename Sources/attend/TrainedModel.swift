import AttentionKit
import Foundation

/// A model with all that is needed to use it, read from a checkpoint or a run's folder.
struct TrainedModel {
  let checkpoint: Checkpoint
  let configuration: RunConfiguration
  let codec: Codec
  let model: any SequenceModel

  /// The option that names one or several.
  static func option(isRequired: Bool) -> Arguments.Option {
    .init(
      "--model", "PATH",
      "a checkpoint or a run's folder\(isRequired ? " (required)" : ""); several decide together",
      isRepeatable: true)
  }

  /// - Parameter path: a checkpoint, or a run's folder: then its best checkpoint, or its last.
  init(_ path: String) throws {
    (checkpoint, configuration, codec) = try Self.read(path)
    model = try configuration.newModel(for: codec, weightsOf: checkpoint)
    try checkpoint.loadWeights(into: model)
  }

  /// Several models that decide together, with the first one's tokenizers and vocabularies; or one by itself.
  init(together paths: [String]) throws {
    let members = try paths.map { try TrainedModel($0) }
    let first = members[0]
    for (path, member) in zip(paths, members).dropFirst() where !first.hasTokens(of: member) {
      throw TrainingError.checkpoint(
        path: path, problem: "expected the tokenizers and vocabularies of \(paths[0]), found others"
      )
    }
    (checkpoint, configuration, codec) = (first.checkpoint, first.configuration, first.codec)
    model = members.count == 1 ? first.model : try Ensemble(members.map(\.model))
  }

  private func hasTokens(of other: TrainedModel) -> Bool {
    configuration.data.hasTokenizers(of: other.configuration.data)
      && codec.agrees(with: other.codec)
  }

  /// The tokenizers and vocabularies alone.
  static func codec(_ path: String) throws -> Codec { try read(path).codec }

  /// A checkpoint, or that of a run's folder: the best, else the last.
  static func checkpointPath(_ path: String) throws -> String {
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
    return found
  }

  private static func read(_ path: String) throws -> (
    checkpoint: Checkpoint, configuration: RunConfiguration, codec: Codec
  ) {
    let checkpoint = try Checkpoint(contentsOf: checkpointPath(path))
    let configuration = try RunConfiguration.overlay(of: checkpoint).value(
      as: RunConfiguration.self, origin: checkpoint.path + "/configuration.json")
    return (checkpoint, configuration, try Codec(configuration.data, checkpoint: checkpoint))
  }

  /// Outputs for each source, in the order of the sources, computed in batches of similar length.
  ///
  /// - Parameters:
  ///   - sources: their tokens.
  ///   - firstLine: the number of the first source, for messages and random numbers.
  ///   - prefixes: what each output must begin with.
  ///   - progress: told how many sources are done.
  func decode(
    _ sources: [[Int]], search: SearchOptions, batches: SourceBatches, firstLine: Int = 1,
    prefixes: [[Int]]? = nil, progress: (Int) -> Void = { _ in }
  ) throws -> [[Hypothesis]] {
    if let limit = model.maximumLength, let row = sources.firstIndex(where: { $0.count > limit }) {
      throw LineError(
        line: firstLine + row,
        problem:
          "expected at most \(limit) tokens (model.maximumLength), found \(sources[row].count)")
    }
    var outputs = Array(repeating: [Hypothesis()], count: sources.count)
    var done = 0
    for rows in batches.batches(sources.map(\.count)) {
      let results = try search.decode(
        rows.map { sources[$0] }, sentenceNumbers: rows.map { firstLine + $0 },
        prefixes: prefixes.map { prefixes in rows.map { prefixes[$0] } }, with: model,
        vocabulary: codec.targetVocabulary)
      for (row, result) in zip(rows, results) { outputs[row] = result }
      done += rows.count
      progress(done)
    }
    return outputs
  }
}

/// A line of the input that cannot be used.
struct LineError: Error, CustomStringConvertible {
  /// From 1.
  let line: Int
  let problem: String

  var description: String { "line \(line) of the input: \(problem)" }
}
