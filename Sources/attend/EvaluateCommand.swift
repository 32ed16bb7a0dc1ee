import AttentionKit
import Foundation

extension Command {
  static let evaluate = Command(
    name: "evaluate", summary: "score a model on references", words: "", wordCount: 0...0,
    details: """
      Decodes sources greedily and compares with their references. Several references of a source count as
      alternatives. Sequence error rate (for words of g2p: WER): the share of sources whose output is none of
      the references. Token error rate (PER): edits to the nearest reference over that reference's length.
      Perplexity: exp of the mean of -log p over target tokens, end tokens included; from --data only.
      """,
    options: [
      .init("--model", "PATH", "a checkpoint or a run's folder (required)"),
      .init("--data", "FILE", "SOURCE<TAB>TARGET lines"),
      .init("--inputs", "FILE", "one source a line, with --references"),
      .init(
        "--references", "FILE", "a line for each input: the input, TAB, alternatives with TABs"),
      .init("--batch-size", "N", "sources that are decoded together (default 256)"),
      .init("--json", nil, "write the scores as JSON"),
    ],
    run: { arguments in
      let trained = try TrainedModel(try arguments.required("--model"))
      var corpus: ParallelCorpus?
      let references: ReferenceSet
      if arguments.has("--data") && arguments.has("--inputs") {
        throw UsageError("expected --data or --inputs, found both")
      }
      if let file = arguments["--data"] {
        let pairs = try ParallelCorpus(tsv: file)
        corpus = pairs
        references = ReferenceSet(grouping: pairs)
      } else if let inputs = arguments["--inputs"], let file = arguments["--references"] {
        references = try ReferenceSet(inputs: inputs, references: file)
      } else {
        throw UsageError("expected --data, or --inputs and --references")
      }
      if references.count == 0 {
        throw ConfigurationFileError(
          origin: arguments["--data"] ?? arguments["--inputs"] ?? "input",
          problem: "expected at least one source, found none")
      }
      let report = try EvaluationReport(
        trained, references, corpus: corpus,
        batchSize: try arguments.positiveInteger("--batch-size") ?? 256)
      try report.print(asJSON: arguments.has("--json"))
    })
}

/// The scores of a model.
private struct EvaluationReport: Codable {
  var sources: Int
  var sequenceErrorRate: Double
  var tokenErrorRate: Double
  var perplexity: Double?
  var seconds: Double

  init(
    _ trained: TrainedModel, _ set: ReferenceSet, corpus: ParallelCorpus?, batchSize: Int
  ) throws {
    let codec = trained.codec
    let begin = Date()
    var exact = ExactMatch()
    var errors = ErrorRate()
    let outputs = try trained.translate(set.inputs, batchSize: batchSize)
    seconds = Date().timeIntervalSince(begin)
    for (output, references) in zip(outputs, set.references) {
      // Compared as text tokens, so that a reference token outside the vocabulary can never match.
      let hypothesis = codec.targetVocabulary.decode(output.tokens)
      let alternatives = references.map(codec.target.encode)
      exact.add(hypothesis: hypothesis, references: alternatives)
      errors.add(hypothesis: hypothesis, references: alternatives)
    }
    sources = set.count
    sequenceErrorRate = exact.errorRate ?? 0
    tokenErrorRate = errors.rate ?? 0
    if let corpus {
      let batches = codec.batches(codec.encode(corpus), size: batchSize)
      let loss = try evaluateLoss(trained.model, on: batches)
      perplexity =
        Perplexity(
          negativeLogLikelihood: loss.negativeLogLikelihood, tokenCount: loss.tokenCount
        ).value
    }
  }

  func print(asJSON: Bool) throws {
    if asJSON {
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
      Swift.print(String(decoding: try encoder.encode(self), as: UTF8.self))
      return
    }
    Swift.print("sources              \(sources)")
    Swift.print(
      "sequence error rate  \(String(format: "%.2f", 100 * sequenceErrorRate)) %   (WER of g2p)")
    Swift.print(
      "token error rate     \(String(format: "%.2f", 100 * tokenErrorRate)) %   (PER of g2p)")
    if let perplexity {
      Swift.print("perplexity           \(String(format: "%.4f", perplexity)) per target token")
    }
    Swift.print(
      "decoding             \(String(format: "%.1f", seconds)) s, "
        + "\(Int(Double(sources) / max(seconds, 1e-9))) sources a second")
  }
}
