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
      """,
    options: [
      .init("--model", "PATH", "a checkpoint or a run's folder"),
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
    ] + SearchOptions.options + SourceBatches.options + [.init("--json", nil, "write JSON")],
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

  init(_ arguments: Arguments) throws {
    self.arguments = arguments
    if arguments.has("--model") == arguments.has("--hypotheses") {
      throw UsageError("expected one of --model and --hypotheses")
    }
    metrics = try EvaluationMetric.all(arguments)
    references = try EvaluationReferences(arguments)
  }

  func run() throws -> EvaluationReport {
    var report = EvaluationReport(sources: references.references.count)
    let hypotheses: [String]
    var tokenizer: any Tokenizer = WordTokenizer()
    if let path = arguments["--model"] {
      let trained = try TrainedModel(path)
      tokenizer = trained.codec.target
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
    report.scores = try metrics.map {
      try $0.score(
        hypotheses, references.references, baseline: baseline, tokenizer: tokenizer,
        hasConfidence: arguments.has("--confidence"))
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
      sources, search: SearchOptions(arguments), batches: SourceBatches(arguments),
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

/// References, and sources where they are known.
private struct EvaluationReferences {
  let sources: [String]?
  let references: [[String]]
  /// The pairs of which a perplexity can be computed.
  let corpus: ParallelCorpus?
  /// Where the references come from.
  let file: String

  init(_ arguments: Arguments) throws {
    let targets = arguments.all("--target")
    let kinds = [arguments.has("--data"), !targets.isEmpty, arguments.has("--references")]
    if kinds.count(where: { $0 }) != 1 {
      throw UsageError(
        "expected references from one of --data, --target (with --source) and --references (with "
          + "--inputs)")
    }
    if let data = arguments["--data"] {
      let pairs = try ParallelCorpus(tsv: data)
      let set = ReferenceSet(grouping: pairs)
      (sources, references, corpus, file) = (set.inputs, set.references, pairs, data)
    } else if let first = targets.first {
      let streams = try targets.map { try TextFile.lines(of: $0) }
      for (name, stream) in zip(targets, streams) where stream.count != streams[0].count {
        throw TextFileError(
          file: name,
          problem: .lineCounts(
            found: stream.count, otherFile: first, other: streams[0].count))
      }
      references = streams[0].indices.map { row in streams.map { $0[row] } }
      file = first
      if let source = arguments["--source"] {
        let lines = try TextFile.lines(of: source)
        if lines.count != references.count {
          throw TextFileError(
            file: source,
            problem: .lineCounts(
              found: lines.count, otherFile: first, other: references.count))
        }
        sources = lines
        corpus = ParallelCorpus(
          zip(lines, streams[0]).map { TextPair(source: $0, target: $1) }
            .filter { !$0.source.allSatisfy(\.isWhitespace) })
      } else {
        (sources, corpus) = (nil, nil)
      }
    } else {
      let name = try arguments.required("--references")
      let set =
        if let inputs = arguments["--inputs"] {
          try ReferenceSet(inputs: inputs, references: name)
        } else {
          try ReferenceSet(tsv: name)
        }
      (sources, references, corpus, file) = (set.inputs, set.references, nil, name)
    }
    if references.isEmpty {
      throw ConfigurationFileError(
        origin: file, problem: "expected at least one source, found none")
    }
  }
}
