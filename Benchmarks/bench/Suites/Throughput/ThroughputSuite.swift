import AttentionKit
import BenchmarkKit

/// A Transformer against recurrent encoder-decoders that are as large, in training, scoring and decoding, by length.
struct ThroughputSuite: BenchmarkSuite {
  let name = "throughput"
  let summary = "a Transformer against LSTM and GRU: training, scoring, decoding by length"
  let title = "when does a Transformer beat a recurrent model?"
  let method: [String] = [
    "training  forward, smoothed loss, backward, clipping, Adam; dropout 0.1; float32",
    "scoring   the loss of given targets, all positions at once, without gradients",
    "decoding  greedy, the end token forbidden until the output is as long as the source",
    "batch     random tokens, no padding, source as long as target: so many target tokens a second are as",
    "          many source tokens; every length has the same number of tokens in a batch (\"single\": one sentence)",
    "models    embeddings and output tied; Transformer of 2+2 layers, d 128, ff 512, 4 heads, vocabulary 2000,",
    "          512 tokens a batch (--full: 3+3, 256, 1024, 4, 4000, 1024); recurrent models of 1+1 layers,",
    "          bidirectional encoder, dot attention (Luong), additive attention (Bahdanau) or the encoder's last",
    "          state alone (fixed)",
    "equal     parameters: the even width that comes nearest; \"equal FLOPs\": at each length the even width",
    "          at which a training step's products come nearest to the Transformer's at that length",
    "FLOPs     of matrix products and additive scores, counted while they were executed",
    "checked   before timing, on a sentence or two: the loss against the cross-entropy of all logits; the gradient",
    "          against how the loss changes along it; outputs against the model's reading of them",
  ]

  /// After the name of a task, where models match by operations instead of parameters.
  static let equalOperations = ", equal FLOPs"
  /// The rival of the chart that is read at a glance.
  static let usualRival = "LSTM dot"
  /// After the name of a task with one sentence a batch.
  static let single = ", single"

  func options(_ settings: Settings) -> RunnerOptions {
    var options = settings.runnerOptions(quick: 16, normal: 19, full: 900)
    options.measuresMemory = false
    options.warmUpTime = settings.extent == .full ? 0.5 : 0.1
    options.minimumTime = settings.extent == .full ? 0.5 : 0.1
    return options
  }

  func contenders(_ settings: Settings) throws -> [Contender] {
    let scale = ThroughputScale(settings.extent)
    let transformer = try ThroughputModel(scale.transformer, seed: settings.seed)
    let vocabularySize = scale.transformer.targetVocabularySize
    var batches: [[Int]: TrainingBatch] = [:]
    func batch(_ length: Int, isSingle: Bool) -> TrainingBatch {
      let count = isSingle ? 1 : max(1, scale.tokensPerBatch / length)
      if let batch = batches[[length, count]] { return batch }
      let batch = RandomBatch.make(
        count: count, length: length, vocabularySize: vocabularySize, seed: settings.seed)
      batches[[length, count]] = batch
      return batch
    }
    func contender(
      _ model: ThroughputModel, _ task: ThroughputTask, _ length: Int, suffix: String = ""
    ) -> Contender {
      let batch = batch(length, isSingle: suffix == Self.single)
      return Contender(
        model.name, task: task.rawValue + suffix,
        parameters: [
          SizeParameter("n", length), SizeParameter("parameters", model.parameterCount),
        ]
      ) { try model.workload(task, batch) }
    }

    let equals = scale.rivals.map { rival in
      ThroughputModel(
        rival.name,
        rival.configuration(vocabularySize: vocabularySize)
          .matching(parameterCount: transformer.parameterCount), seed: settings.seed)
    }
    var contenders: [Contender] = []
    for task in ThroughputTask.allCases {
      for model in [transformer] + equals {
        contenders += (scale.lengths[task] ?? []).map { contender(model, task, $0) }
      }
    }
    for model in [transformer] + equals {
      contenders += scale.singleLengths.map {
        contender(model, .decoding, $0, suffix: Self.single)
      }
    }
    // Rivals of neighbouring lengths are often the same.
    var matched: [String: ThroughputModel] = [:]
    for task in ThroughputTask.allCases {
      for rival in scale.rivals {
        contenders += (scale.lengthsAtEqualOperations[task] ?? []).map { length in
          let configuration = rival.configuration(vocabularySize: vocabularySize)
            .matching(
              trainingOperations: TransformerCost(
                scale.transformer, sourceLength: length, targetLength: length
              ).trainingStep, sourceLength: length, targetLength: length)
          let key = "\(rival.name) \(configuration.modelDimension)"
          let model =
            matched[key] ?? ThroughputModel(rival.name, configuration, seed: settings.seed)
          matched[key] = model
          return contender(model, task, length, suffix: Self.equalOperations)
        }
      }
    }
    return Self.endsFirst(contenders)
  }

  /// The ends of each series before what is between them: on a busy machine the budget may not last for all, and the
  /// ends say the most.
  static func endsFirst(_ contenders: [Contender]) -> [Contender] {
    func length(_ contender: Contender) -> Double {
      contender.parameters.first { $0.name == "n" }?.value ?? 0
    }
    let series = Dictionary(grouping: contenders) { [$0.name, $0.task] }
    func isEnd(_ contender: Contender) -> Bool {
      let all = (series[[contender.name, contender.task]] ?? []).map(length)
      return length(contender) == all.min() || length(contender) == all.max()
    }
    return contenders.filter(isEnd) + contenders.filter { !isEnd($0) }
  }

  func columns(_ settings: Settings) -> [ResultColumn] {
    [.itemRate("target tokens"), .median, .interval, .operations] + settings.flopRateColumns
      + [.samples]
  }
}
