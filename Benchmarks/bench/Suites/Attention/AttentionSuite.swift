import AttentionKit
import BenchmarkKit
import Kernels

/// What self-attention costs against sequence length, for every kind of it: scaled dot products in tiles and as the
/// plain composition that holds the n x n matrix, restricted to a window, other scores, positions.
struct AttentionSuite: BenchmarkSuite {
  let name = "attention"
  let summary = "time and memory of the attention family against sequence length"
  let title = "what attention costs against sequence length"
  let method: [String] = [
    "one sequence, \(AttentionInputs.headCount) heads of \(AttentionInputs.headDimension), float32;"
      + " projections are not in it",
    "scaled dot  scores in tiles that stay in cache, softmax on line; causal skips the future",
    "plain       product, softmax, product, with the n x n matrix in memory: a hole over \(plainLimit)",
    "window      each position sees \(AttentionKind.radius) before and (not causal) as many after it",
    "additive    sum of v tanh(q + k), in the same tiles; general has a matrix for each head",
    "relative    Shaw's vectors to a distance of \(AttentionKind.reach), for keys and values",
    "checked     outputs and gradients of 16 positions against the definition, one query at a time",
    "exponent    fitted to the two octaves up to the largest n: a n² + b n is no power before",
    "tensors     what they took at one time; memory has the pool's reserves and huge pages too",
    "FLOPs       of matrix products as they were executed, tiles at the edge of a mask included",
  ]

  private static let plainMemoryLimit = 1 << 30
  private static var plainLimit: String { Format.bytes(plainMemoryLimit) }
  /// The plain form holds about this many n x n matrices for each head; beyond the limit it is a hole.
  private static let plainMatrices = 3

  func options(_ settings: Settings) -> RunnerOptions {
    var options = settings.runnerOptions
    switch settings.extent {
    case .quick: options.timeBudget = 30
    case .normal:
      options.timeBudget = 50
      options.cycles = 6
      options.minimumTime = 0.15
      options.warmUpTime = 0.3
    case .full:
      options.timeBudget = 900
      options.longestRun = 30
    }
    return options
  }

  func contenders(_ settings: Settings) -> [Contender] {
    let kinds = AttentionKind.all(
      headCount: AttentionInputs.headCount, headDimension: AttentionInputs.headDimension,
      seed: settings.seed)
    var inputs: [Int: AttentionInputs] = [:]
    return ["forward", "forward+backward"].flatMap { task in
      kinds.flatMap { kind in
        kind.lengths(settings.extent, isBackward: task != "forward").map { length in
          let input = inputs[length] ?? AttentionInputs(length: length, seed: settings.seed)
          inputs[length] = input
          return contender(kind, task, input)
        }
      }
    }
  }

  func columns(_ settings: Settings) -> [ResultColumn] {
    [.median, .interval] + settings.flopRateColumns + [.allocated, .memory, .samples]
  }

  func conclude(_ report: inout SuiteReport, _ settings: Settings) {
    report.fits = SeriesFit.fits(of: report.results, against: "n", octaves: 2)
    report.quantities = report.fits.map {
      Quantity("\($0.name) \($0.task), exponent of n", $0.fit.exponent, unit: "")
    }
    report.findings = ["forward", "forward+backward"].compactMap { task in
      let powers = SeriesFit.fits(of: report.results, against: "n", octaves: 2) {
        $0.task == task ? $0.memory?.allocated.map(Double.init) : nil
      }
      if powers.isEmpty { return nil }
      return "tensors grow as n to the power of, \(task): "
        + powers.map { "\($0.name) \(Format.fixed($0.fit.exponent, digits: 2))" }
        .joined(separator: ", ")
    }
  }

  private func contender(_ kind: AttentionKind, _ task: String, _ inputs: AttentionInputs)
    -> Contender
  {
    let isBackward = task != "forward"
    let matrix = AttentionInputs.headCount * inputs.length * inputs.length * 4
    let needed = matrix * Self.plainMatrices * (isBackward ? 2 : 1)
    let isTooLarge = kind.isPlain && needed > Self.plainMemoryLimit
    func compute() -> [Tensor] { inputs.compute(kind, isBackward: isBackward) }
    return Contender(kind.name, task: task, parameters: [SizeParameter("n", inputs.length)]) {
      if isTooLarge {
        throw SuiteError(
          "needs about \(Format.bytes(needed)), over the limit of \(Self.plainLimit)")
      }
      let operations = OperationCounter.count { blackHole(compute()) }
      return Workload(
        // Additive scores are not products: a rate in FLOPs would mean nothing.
        cost: kind.score is AdditiveScore ? nil : Cost(flops: Double(operations)),
        check: { try inputs.check(kind, isBackward: isBackward) }, run: { blackHole(compute()) })
    }
  }
}
