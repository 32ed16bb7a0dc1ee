import AttentionKit
import Foundation

extension Command {
  static let train = Command(
    name: "train", summary: "train a model", words: "", wordCount: 0...0,
    details: """
      Trains a Transformer or a recurrent model as a configuration file says and keeps checkpoints in a
      folder: last/ and best/, with configuration.json (the resolved configuration) and metrics.jsonl (a
      JSON object a line).
      With training.keepLast, checkpoints/ has the last ones, for attend average.
      Ctrl-C saves a checkpoint and ends with status 0; --resume goes on from it as if nothing had happened.
      """,
    options: [
      .init("--output", "DIR", "the run's folder (required)"),
      .init("--config", "FILE", "a JSON file with the sections data, model and training"),
      .init(
        "--preset", "NAME",
        "what the model begins from: \(TransformerPreset.allCases.map(\.rawValue).joined(separator: ", ")) (default paper)"
      ),
      .init(
        "--set", "KEY=VALUE", "changes one value: --set training.maximumSteps=500 (repeatable)",
        isRepeatable: true),
      .init("--resume", nil, "go on from the run's last checkpoint"),
      .init(
        "--warm-start", "PATH",
        "begin with the weights of a checkpoint or run, as far as names and shapes fit"),
    ],
    run: { arguments in
      let folder = try arguments.required("--output")
      let run = try TrainingRun(folder: folder, arguments: arguments)
      try run.start()
    })
}

/// One call of `attend train`.
private struct TrainingRun {
  let folder: String
  let configuration: RunConfiguration
  let resumed: Checkpoint?
  let warmStart: String?
  let reporter = ProgressReporter()

  private var last: String { folder + "/last" }
  private var best: String { folder + "/best" }

  init(folder: String, arguments: Arguments) throws {
    self.folder = folder
    warmStart = arguments["--warm-start"]
    let exists = AtomicDirectory.locate(folder + "/last") != nil
    if arguments.has("--resume") {
      if arguments["--config"] != nil {
        throw UsageError("--resume takes the run's own configuration; leave --config out")
      }
      if warmStart != nil {
        throw UsageError("--resume goes on with the run's own weights; leave --warm-start out")
      }
      if arguments.has("--preset") {
        throw UsageError("--resume takes the run's own configuration; leave --preset out")
      }
      let checkpoint = try Checkpoint(contentsOf: folder + "/last")
      let overlay = try RunConfiguration.overlay(of: checkpoint)
      let origin = checkpoint.path + "/configuration.json"
      configuration = try RunConfiguration.read(
        overlay, settings: arguments.all("--set"), origin: origin)
      try configuration.checkResumption(
        of: RunConfiguration.read(overlay, settings: [], origin: origin))
      resumed = checkpoint
    } else {
      if exists {
        throw UsageError(
          "\(folder) already holds a run; go on with --resume or choose another --output")
      }
      configuration = try RunConfiguration.read(
        file: arguments["--config"], settings: arguments.all("--set"),
        preset: arguments.choice("--preset", TransformerPreset.self, default: .paper))
      resumed = nil
    }
  }

  func start() throws {
    let (training, validation) = try configuration.data.corpora()
    let earlier = try warmStart.map { try TrainedModel($0) }
    let codec =
      if let resumed {
        try Codec(configuration.data, checkpoint: resumed)
      } else if let earlier, earlier.configuration.data.cutsTextLike(configuration.data) {
        // The rows of embeddings are tokens, so a warm start keeps their numbers.
        earlier.codec
      } else {
        try Codec(configuration.data, counting: training)
      }
    let model = try configuration.newModel(for: codec, weightsOf: resumed)
    // Before the trainer, whose moving average starts with the weights.
    if let earlier {
      let report = try earlier.checkpoint.warmStart(model)
      reporter.show(
        "warm start: \(report.loaded.count) parameters loaded"
          + Self.list(", new", report.missing) + Self.list(", unused", report.unused))
    }
    let batches = try training.batches(
      configuration.data, codec: codec, lengthLimit: configuration.lengthLimit)
    try train(model, on: training, batches, validation, codec: codec)
  }

  private func train(
    _ model: some SequenceModel, on training: TrainingText, _ batches: some TextBatchSource,
    _ validation: ParallelCorpus, codec: Codec
  ) throws {
    let trainer = try Trainer(
      model: model, modelDimension: configuration.modelDimension,
      configuration: configuration.training, source: batches)
    if let resumed { try trainer.resume(from: resumed) }
    try AtomicDirectory.create(folder)
    let recent = RecentCheckpoints(
      folder: folder + "/checkpoints", count: configuration.training.keepLast)
    // Of a run that was killed.
    for place in [folder, recent.folder] { AtomicDirectory.removeLeftovers(in: place) }
    for path in try [last, best] + recent.steps().map(recent.path) {
      AtomicDirectory.removePrevious(of: path)
    }
    try AtomicFile.write(
      configuration.json().text + "\n", to: folder + "/configuration.json")
    var metrics = try MetricsFile(
      folder + "/metrics.jsonl", continuingAfter: resumed == nil ? nil : trainer.state.step)
    reporter.show(
      "\(model.parameterCount) parameters; \(training.count) pairs to train on, \(validation.count) to "
        + "validate on; \(codec.sourceVocabulary.count) source and \(codec.targetVocabulary.count) "
        + "target tokens; \(ThreadPool.threadCount) threads")
    let encoded = validation.pairs.map { codec.encode($0) }
    for note in Self.notes(
      on: training, batches, validation, encoded: encoded, codec: codec)
    {
      reporter.show(note)
    }

    let validator = Validator(
      validation, encoded: encoded, codec: codec, lengthLimit: configuration.lengthLimit)
    if validator.longPairCount > 0 {
      reporter.show(
        "\(validator.longPairCount) held-out pairs are longer than model.maximumLength and left out"
      )
    }
    trainer.onLog = { log in
      reporter.show(log)
      try metrics.append(log)
    }
    trainer.onValidation = { try validator.scores(of: $0) }
    trainer.onValidated = { scores, isBest in
      reporter.show(
        "step \(trainer.state.step): "
          + scores.map { "\($0.name) \(String(format: "%.4g", $0.value))" }.joined(separator: "  ")
          + (isBest ? "  (best so far)" : ""))
      try metrics.append(
        ValidationEntry(
          step: trainer.state.step, elapsedSeconds: trainer.state.elapsedSeconds,
          validation: Dictionary(uniqueKeysWithValues: scores.map { ($0.name, $0.value) })))
      if isBest {
        try trainer.withResult { _ in try save(trainer, codec, to: best, isForUseOnly: true) }
      }
    }
    trainer.onCheckpoint = {
      // The one to go on from comes last: whatever a run that is killed has not written, it writes again.
      if recent.count > 0 && trainer.state.step > 0 {
        try recent.save(step: trainer.state.step) {
          try save(trainer, codec, to: $0, isForUseOnly: true)
        }
      }
      try save(trainer, codec, to: last)
    }
    trainer.lastCheckpoint = {
      AtomicDirectory.locate(last) == nil ? nil : try Checkpoint(contentsOf: last)
    }
    trainer.onRollBack = { divergence in
      let entry = RollBackEntry(divergence, state: trainer.state)
      reporter.show(entry.message(divergence))
      metrics = try MetricsFile(metrics.path, continuingAfter: trainer.state.step)
      try metrics.append(entry)
    }
    InterruptFlag.install()
    // Whoever read the messages may have gone away (`| head`): training goes on and saves.
    signal(SIGPIPE, SIG_IGN)
    let outcome = try trainer.run()
    switch outcome {
    case .finished, .stoppedEarly:
      reporter.show(
        (outcome == .finished
          ? "finished"
          : "stopped early, no improvement for \(trainer.state.validationsWithoutImprovement) validations")
          + ": \(trainer.state.step) steps in \(Int(trainer.state.elapsedSeconds)) s of training; "
          + (trainer.state.bestScore == nil
            ? "the model is in \(last)"
            : "best at step \(trainer.state.bestStep); the model is in \(best)"))
    case .interrupted:
      reporter.show(
        "interrupted at step \(trainer.state.step); go on with: attend train --output \(folder) --resume"
      )
    }
  }

  /// What of the text is left out or not known, and where the first of it is.
  private static func notes(
    on training: TrainingText, _ batches: some TextBatchSource, _ validation: ParallelCorpus,
    encoded: [TokenPair], codec: Codec
  ) -> [String] {
    func count(_ found: Occurrences, _ what: String) -> String? {
      found.count == 0 ? nil : "\(found.count) \(what)\(found.suffix)"
    }
    func unknown(_ corpus: ParallelCorpus, _ encoded: [TokenPair], _ part: String) -> [String] {
      [
        (
          "source",
          corpus.unknownTokens(.source, in: encoded, with: codec.source, codec.sourceVocabulary)
        ),
        (
          "target",
          corpus.unknownTokens(.target, in: encoded, with: codec.target, codec.targetVocabulary)
        ),
      ].filter { $0.1.count > 0 }.map { "\(part), \($0.0): \($0.1)" }
    }
    var notes = [
      count(training.blankPairs, "pairs have a blank side and are left out"),
      count(batches.longPairs, "pairs are too long and left out"),
    ].compactMap { $0 }
    // Looking through text that stays in files would take as long as reading it once more.
    if case .inMemory(let corpus) = training, let encoded = batches.encodedPairs {
      notes += unknown(corpus, encoded, "training")
    }
    return notes + unknown(validation, encoded, "validation")
  }

  /// The first of a list of names.
  private static func list(_ title: String, _ names: [String]) -> String {
    if names.isEmpty { return "" }
    return "\(title): \(names.prefix(5).joined(separator: ", "))"
      + (names.count > 5 ? " and \(names.count - 5) more" : "")
  }

  private func save<Model: SequenceModel, Source: BatchSource>(
    _ trainer: Trainer<Model, Source>, _ codec: Codec, to path: String,
    isForUseOnly: Bool = false
  ) throws {
    try Checkpoint.write(
      to: path, model: trainer.model, configuration: configuration.json(),
      optimizer: isForUseOnly ? nil : trainer.optimizer,
      average: isForUseOnly ? nil : trainer.average,
      state: isForUseOnly ? nil : trainer.state, files: codec.files)
  }
}

/// The line of a validation in metrics.jsonl.
private struct ValidationEntry: Codable {
  var step: Int
  var elapsedSeconds: Double
  var validation: [String: Double]
}
