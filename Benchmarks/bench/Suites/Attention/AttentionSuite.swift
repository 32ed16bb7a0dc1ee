import AttentionKit
import BenchmarkKit

/// What self-attention costs against sequence length, for every kind of it: scaled dot products in tiles and as the
/// plain composition that holds the n x n matrix, restricted to a window, other scores, positions; alone and as a layer
/// with its projections.
struct AttentionSuite: BenchmarkSuite {
  let name = "attention"
  let summary = "time and memory of the attention family against sequence length"
  let title = "what attention costs against sequence length"
  let method: [String] = [
    "one sequence, \(AttentionInputs.headCount) heads of \(AttentionInputs.headDimension), float32;"
      + " projections are in \"with projections\" alone",
    "scaled dot  scores in tiles that stay in cache, softmax on line; causal skips the future",
    "plain       product, softmax, product, with the n x n matrix in memory: a hole over \(plainLimit)",
    "window      each position sees \(AttentionKind.radius) before and (not causal) as many after it: of the"
      + " family only windows",
    "            have a cost that is linear in n; there are no approximations of linear cost",
    "additive    sum of v tanh(q + k), in the same tiles; general has a matrix for each head",
    "relative    Shaw's vectors to a distance of \(AttentionKind.reach), for keys and values",
    "with projections  the Transformer's layer, d = \(AttentionInputs.headCount * AttentionInputs.headDimension):"
      + " projections, scaled dot in tiles, output projection",
    "tokens      as many tokens in all, as short and long sequences",
    "checked     outputs and gradients of 16 positions against the definition, one query at a time; the",
    "            layer against its plain form; a batch against its last sequence alone",
    "exponent    fitted to the two octaves up to the largest n: a n² + b n is no power before",
    "law         a n² + b n + c with nothing negative, to all sizes: a is the work of a pair (scores,",
    "            softmax, mix), b that of a token (projections, reading and writing), c that of a call",
    "tensors     what they took at one time; memory has the pool's reserves and huge pages too",
    "FLOPs       of matrix products as they were executed, tiles at the edge of a mask included",
    "bytes       inputs and outputs of each operation, once each, with parameters where it has some",
  ]

  static let layerName = "with projections"
  let steps = ProfiledSteps()
  private static let plainMemoryLimit = 1 << 30
  private static var plainLimit: String { Format.bytes(plainMemoryLimit) }
  /// The plain form holds about this many n x n matrices for each head; beyond the limit it is a hole.
  private static let plainMatrices = 3

  func options(_ settings: Settings) -> RunnerOptions {
    var options = settings.runnerOptions(quick: 20, normal: 26, full: 1200)
    if settings.extent == .full {
      options.longestRun = 30
    } else {
      options.minimumTime = 0.05
      options.warmUpTime = 0.2
    }
    return options
  }

  func contenders(_ settings: Settings) -> [Contender] {
    steps.removeAll()
    let all = AttentionKind.all(
      headCount: AttentionInputs.headCount, headDimension: AttentionInputs.headDimension,
      seed: settings.seed)
    let kinds = settings.extent == .full ? all : all.filter(\.isCommon)
    let scale = AttentionScale(settings.extent)
    var inputs: [Int: AttentionInputs] = [:]
    var contenders: [Contender] = []
    let layer = AttentionLayer(seed: settings.seed)
    for task in ["forward", "forward+backward"] {
      let isBackward = task != "forward"
      for kind in kinds {
        for length in kind.lengths(settings.extent, isBackward: isBackward) {
          let input = inputs[length] ?? AttentionInputs(length: length, seed: settings.seed)
          inputs[length] = input
          contenders.append(contender(kind, task, input))
        }
      }
      let lengths = isBackward ? scale.layerLengths.backward : scale.layerLengths.forward
      contenders += lengths.map { contender(layer, task, length: $0, settings) }
      let taken = isBackward ? scale.partLengths.backward : scale.partLengths.forward
      for form in [AttentionLayer.Form.tiles, .plain] {
        contenders += taken.map { parts(layer, form, task, length: $0, settings) }
      }
    }
    return contenders
      + kinds.prefix(1).flatMap { kind in
        scale.sequenceLengths.map { length in
          constantTokens(kind, tokens: scale.tokens, length: length, settings)
        }
      }
  }

  func columns(_ settings: Settings) -> [ResultColumn] {
    [.median, .interval] + settings.flopRateColumns
      + [.bytes, .byteRate, .allocated, .memory, .samples]
  }

  private func contender(_ kind: AttentionKind, _ task: String, _ inputs: AttentionInputs)
    -> Contender
  {
    let isBackward = task != "forward"
    let matrix = AttentionInputs.headCount * inputs.length * inputs.length * 4
    let needed = matrix * Self.plainMatrices * (isBackward ? 2 : 1)
    let isTooLarge = kind.isPlain && needed > Self.plainMemoryLimit
    return Contender(kind.name, task: task, parameters: [SizeParameter("n", inputs.length)]) {
      if isTooLarge {
        throw SuiteError(
          "needs about \(Format.bytes(needed)), over the limit of \(Self.plainLimit)")
      }
      return Workload(
        cost: cost(kind, inputs, isBackward: isBackward),
        check: { try inputs.check(kind, isBackward: isBackward) },
        run: { blackHole(inputs.compute(kind, isBackward: isBackward)) })
    }
  }

  private func cost(_ kind: AttentionKind, _ inputs: AttentionInputs, isBackward: Bool) -> Cost {
    let counted = inputs.count(kind, isBackward: isBackward)
    // Additive scores are not products: a rate in FLOPs would mean nothing.
    return Cost(flops: kind.score is AdditiveScore ? nil : counted.flops, bytes: counted.bytes)
  }

  /// As many tokens in all, in sequences of one length.
  private func constantTokens(
    _ kind: AttentionKind, tokens: Int, length: Int, _ settings: Settings
  ) -> Contender {
    let batch = max(1, tokens / length)
    return Contender(
      kind.name, task: Self.constantTask(tokens: tokens),
      parameters: [SizeParameter("n", length), SizeParameter("batch", batch)]
    ) {
      let inputs = AttentionInputs(batch: batch, length: length, seed: settings.seed)
      return Workload(
        cost: cost(kind, inputs, isBackward: false), check: { try inputs.checkBatch(kind) },
        run: { blackHole(inputs.compute(kind, isBackward: false)) })
    }
  }

  static func constantTask(tokens: Int) -> String { "forward, \(tokens) tokens" }

  private func contender(
    _ layer: AttentionLayer, _ task: String, length: Int, _ settings: Settings
  ) -> Contender {
    let isBackward = task != "forward"
    return Contender(Self.layerName, task: task, parameters: [SizeParameter("n", length)]) {
      let sequence = layer.sequence(length: length, seed: settings.seed)
      return Workload(
        cost: layer.count(.tiles, sequence, isBackward: isBackward),
        check: {
          try layer.checkStart(sequence)
          if length <= 1024 { try layer.check(sequence, isBackward: isBackward) }
        }, run: { blackHole(layer.compute(.tiles, sequence, isBackward: isBackward)) })
    }
  }

  /// The layer under the instrument.
  private func parts(
    _ layer: AttentionLayer, _ form: AttentionLayer.Form, _ task: String, length: Int,
    _ settings: Settings
  ) -> Contender {
    let isBackward = task != "forward"
    let label = AttentionParts.label(form, task, length: length)
    return Contender(
      "\(Self.layerName), \(form.rawValue), profiled", task: task,
      parameters: [SizeParameter("n", length)]
    ) {
      let sequence = layer.sequence(length: length, seed: settings.seed)
      return Workload(
        cost: layer.count(form, sequence, isBackward: isBackward),
        check: { try layer.check(sequence, isBackward: isBackward) },
        run: {
          blackHole(
            steps.record(label) {
              layer.compute(form, sequence, isBackward: isBackward, profile: $0)
            })
        })
    }
  }
}
