import AttentionKit
import Foundation

extension Command {
  static let attention = Command(
    name: "attention", summary: "show what a model looks at: heat maps, statistics, alignments",
    words: "", wordCount: 0...0,
    details: """
      Shows the attention weights of a model that reads a source and writes a target; without --target, its
      own output of greedy search. Layers and heads count from 0.
      FORMAT is text (a heat map for the terminal), table (entropy, distance, confidence and diagonality of
      each head), svg, png, csv, json, html (one page with all maps to click through) or pharaoh (alignments,
      SOURCE-TARGET positions from 0, from the mean of the maps that are selected). A file's name says its
      format: .txt .svg .png .csv .json .html; without --output, text goes to standard output.
      Everything is written unless --kind, --layer, --head or --mean select; text alone shows by itself the
      mean over the heads of each layer's attention to the source.
      With --data, writes the alignment of each pair; with --gold too, the error rate on standard error.
      """,
    options: [
      .init("--model", "PATH", "a checkpoint or a run's folder (required)"),
      .init("--source", "TEXT", "a source (required, or --data)"),
      .init("--target", "TEXT", "the target to write (default: the model's own output)"),
      .init("--data", "FILE", "SOURCE<TAB>TARGET lines to align; - is standard input"),
      .init("--kind", "KIND", "encoder-self, decoder-self, cross or recurrent"),
      .init("--layer", "N", "of one layer"),
      .init("--head", "N", "of one head"),
      .init("--mean", nil, "the mean over the heads of each layer"),
      .init("--format", "FORMAT", "see above (default: by the name of --output, else text)"),
      .init("--output", "FILE", "write to a file"),
      .init("--colors", "NAME", "viridis, cividis or grays (default viridis)"),
      .init("--scale", "X", "the weight of the last colour (default: the largest of each map)"),
      .init("--cell-size", "N", "pixels of a cell (default 18)"),
      .init("--terminal", "KIND", "truecolor, 256 or plain (default: what the terminal can)"),
      .init("--rule", "RULE", "of pharaoh: largest, mutual or all (default largest)"),
      .init("--threshold", "X", "of pharaoh: the least weight of a link (default 0)"),
      .init("--words", nil, "of pharaoh: align words rather than their @@ pieces"),
      .init("--gold", "FILE", "with --data: alignments by hand, 1-2 or 1p2 for a possible link"),
    ] + SourceBatches.options,
    run: { arguments in
      let view = try AttentionView(arguments)
      let model = try arguments.required("--model")
      if let data = arguments["--data"] {
        for option in ["--source", "--target"] where arguments.has(option) {
          throw UsageError("expected --data, or --source and --target, found both")
        }
        if view.format != .pharaoh && arguments.has("--format") {
          throw UsageError("--data is of --format pharaoh, found \(view.format.rawValue)")
        }
        let corpus = try AlignmentCorpus(data: data, gold: arguments["--gold"])
        try corpus.align(
          with: TrainedModel(model), view: view, batches: SourceBatches(arguments))
        return
      }
      for option in ["--gold"] + SourceBatches.options.map(\.name) where arguments.has(option) {
        throw UsageError("\(option) needs --data")
      }
      let source = try arguments.required("--source")
      let trained = try TrainedModel(model)
      let set = try trained.attentionMaps(source: source, target: arguments["--target"])
      try view.show(set, title: source)
    })
}

extension TrainedModel {
  /// The maps of a pair of texts.
  ///
  /// - Parameter target: `nil`: what the model itself writes.
  func attentionMaps(source: String, target: String?) throws -> AttentionMapSet {
    let model = try attentiveModel()
    let tokens = codec.encodeSource(source)
    if tokens.isEmpty {
      throw AttentionProblem("the source: expected a token at least, found none")
    }
    // Before the search, which would read it.
    try checkLengths(source: tokens, target: [], isFinished: false)
    var written = target.map(codec.encodeTarget) ?? []
    var isFinished = true
    if target == nil {
      let vocabulary = codec.targetVocabulary
      var constraints = DecodingConstraints()
      constraints.forbiddenTokens = vocabulary.neverWrittenIDs
      let output = try GreedyDecoder(
        start: vocabulary.startID, end: vocabulary.endID, constraints: constraints
      ).decode([tokens], with: model)[0]
      (written, isFinished) = (output.tokens, output.isFinished)
    }
    try checkLengths(source: tokens, target: written, isFinished: isFinished)
    return try model.attentionMaps(
      source: tokens, target: written, isFinished: isFinished,
      sourceVocabulary: codec.sourceVocabulary, targetVocabulary: codec.targetVocabulary)
  }

  /// The model as one whose attention can be looked at.
  func attentiveModel() throws -> any AttentiveModel {
    guard let model = model as? any AttentiveModel else {
      throw AttentionProblem("the model has no attention that can be shown")
    }
    return model
  }

  /// Makes sure that the model takes a pair.
  func checkLengths(source: [Int], target: [Int], isFinished: Bool) throws {
    guard let limit = model.maximumLength else { return }
    for (count, name) in [
      (source.count, "the source"),
      (target.count + (isFinished ? 1 : 0), "the target and its end token"),
    ] where count > limit {
      throw AttentionProblem(
        "\(name): expected at most \(limit) tokens (model.maximumLength), found \(count)")
    }
  }
}

/// A text or a model that has no attention to show.
struct AttentionProblem: Error, CustomStringConvertible {
  let description: String
  init(_ description: String) { self.description = description }
}
