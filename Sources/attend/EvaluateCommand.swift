import AttentionKit
import Foundation

extension Command {
  static let evaluate = Command(
    name: "evaluate", summary: "score a model, or a file of outputs, on references", words: "",
    wordCount: 0...0,
    details: """
      Scores outputs of a model (--model) or of any system (--hypotheses, one a line) on references:
        --data FILE                    SOURCE<TAB>TARGET lines; several lines of one source are alternatives
        --source FILE --target FILE    files of lines that belong together; --target may come several times
        --inputs FILE --references FILE   a line for each input: the input, TAB, alternatives with TABs
      With --hypotheses, --target or --references alone will do.

      Metrics: bleu, chrf, chrf++, ter (each as sacreBLEU's, with its signature); wer, the share of outputs
      that are none of their references (word error rate of grapheme-to-phoneme); per, edits to the nearest
      reference over that reference's length, in tokens (phone error rate). With a model, also the
      perplexity. With --baseline, the outputs of another system, the difference of each metric is tested with a
      paired bootstrap, as sacreBLEU does, and with approximate randomisation, which errs less.
      --by-length adds the same scores of the short sources, the longer ones and so on.
      """,
    options: [
      TrainedModel.option(isRequired: false),
      .init("--hypotheses", "FILE", "outputs of any system, one a line"),
      .init("--data", "FILE", "SOURCE<TAB>TARGET lines"),
      .init("--source", "FILE", "one source a line"),
      .init("--target", "FILE", "one reference a line", isRepeatable: true),
      .init("--inputs", "FILE", "one source a line, with --references"),
      .init(
        "--references", "FILE", "a line for each input: the input, TAB, alternatives with TABs"),
      .init("--baseline", "FILE", "outputs of a system to compare with, one a line"),
      .init("--output", "FILE", "write the model's outputs there, one a line"),
      .init(
        "--metrics", "LIST",
        "separated by commas (default bleu,chrf with --target, else wer,per)"),
      .init("--tokenize", "NAME", "of BLEU: 13a, none, char, zh or intl (default 13a)"),
      .init("--lowercase", nil, "ignore case in BLEU and chrF, as TER does"),
      .init("--confidence", nil, "95 % intervals from a bootstrap of 1000 resamples"),
    ] + LengthBuckets.options + SearchOptions.options + SourceBatches.options + [
      .init("--json", nil, "write JSON")
    ],
    run: { arguments in
      let evaluation = try Evaluation(arguments)
      try evaluation.run().print(asJSON: arguments.has("--json"))
    })
}

/// What is compared with what.
private struct Evaluation {
  let arguments: Arguments
  let metrics: [EvaluationMetric]
  let references: EvaluationReferences
  let buckets: LengthBuckets?

  init(_ arguments: Arguments) throws {
    self.arguments = arguments
    if arguments.has("--model") == arguments.has("--hypotheses") {
      throw UsageError("expected one of --model and --hypotheses")
    }
    metrics = try EvaluationMetric.all(arguments)
    references = try EvaluationReferences(arguments)
    buckets = try LengthBuckets(arguments)
    if buckets != nil && references.sources == nil {
      throw UsageError("--by-length needs sources: --data, --source or --inputs")
    }
  }

  func run() throws -> EvaluationReport {
    var report = EvaluationReport(sources: references.references.count)
    let hypotheses: [String]
    var tokenizer: any Tokenizer = WordTokenizer()
    var sourceTokenizer: any Tokenizer = WordTokenizer()
    if arguments.has("--model") {
      let trained = try TrainedModel(together: arguments.all("--model"))
      (tokenizer, sourceTokenizer) = (trained.codec.target, trained.codec.source)
      hypotheses = try decode(trained, &report)
      if let corpus = references.corpus {
        let loss = try evaluateLoss(
          trained.model,
          on: trained.codec.batches(corpus.pairs.map { trained.codec.encode($0) }, size: 64))
        report.perplexity =
          Perplexity(
            negativeLogLikelihood: loss.negativeLogLikelihood, tokenCount: loss.tokenCount
          ).value
      }
    } else {
      hypotheses = try read("--hypotheses")
    }
    if let file = arguments["--output"] {
      try AtomicFile.write(hypotheses.map { $0 + "\n" }.joined(), to: file)
    }
    let baseline = arguments.has("--baseline") ? try read("--baseline") : nil
    let groups = buckets?.groups(of: references.sources ?? [], tokens: sourceTokenizer) ?? []
    let scores = try metrics.map {
      try $0.scores(
        hypotheses, references.references, baseline: baseline, tokenizer: tokenizer,
        hasConfidence: arguments.has("--confidence"), groups: groups.map(\.rows))
    }
    report.scores = scores.map(\.all)
    if let buckets {
      report.byLength = EvaluationReport.ByLength(
        unit: buckets.unit.rawValue,
        buckets: groups.enumerated().map { index, group in
          EvaluationReport.Bucket(
            shortest: group.bucket.shortest, longest: group.bucket.longest,
            sources: group.rows.count, meanLength: group.meanLength,
            scores: scores.map { $0.groups[index] })
        })
    }
    return report
  }

  private func decode(_ trained: TrainedModel, _ report: inout EvaluationReport) throws -> [String]
  {
    guard let sources = references.sources else {
      throw UsageError("--model needs sources: --data, --source or --inputs")
    }
    let begin = Date()
    var progress = CountProgress("sources", total: sources.count)
    let outputs = try trained.decode(
      sources.map(trained.codec.encodeSource), search: SearchOptions(arguments),
      batches: SourceBatches(arguments),
      progress: { progress.show($0) })
    progress.end()
    report.decodingSeconds = Date().timeIntervalSince(begin)
    return outputs.map { trained.codec.decodeTarget($0[0].tokens) }
  }

  /// As many lines as there are references.
  private func read(_ option: String) throws -> [String] {
    let file = try arguments.required(option)
    let lines = try TextFile.lines(of: file)
    if lines.count != references.references.count {
      throw TextFileError(
        file: file,
        problem: .lineCounts(
          found: lines.count, otherFile: references.file, other: references.references.count))
    }
    return lines
  }
}
