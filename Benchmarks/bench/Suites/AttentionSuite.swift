import AttentionKit
import BenchmarkKit

/// What self-attention costs against sequence length: in tiles, with a causal mask, and as the plain
/// composition that holds the n x n matrix.
struct AttentionSuite: BenchmarkSuite {
  let name = "attention"
  let summary = "time and memory of attention against sequence length"
  let title = "what attention costs against sequence length"
  let method: [String] = [
    "one sequence, \(heads) heads of \(headDimension), float32; projections are not in it",
    "tiled     scores in tiles that stay in cache, softmax on line; causal skips the future",
    "plain     matrix product, softmax, matrix product, with the n x n matrix in memory",
    "checked   tiled against plain up to n = \(longestChecked) before anything is timed",
    "FLOPs     4 n² d forward, 3.5 times that with backward, half of it if causal",
  ]

  private static let heads = 8
  private static let headDimension = 64
  private static let width = heads * headDimension
  private static let longestChecked = 1024
  /// The plain form holds about this many n x n matrices for each head; beyond the limit it is a hole.
  private static let plainMatrices = 3
  private static let plainMemoryLimit = 1 << 30

  func contenders(_ settings: Settings) -> [Contender] {
    let lengths = settings.isQuick ? [128, 256, 512, 1024] : [128, 256, 512, 1024, 2048, 4096]
    let inputs = lengths.map {
      AttentionInputs(length: $0, width: Self.width, seed: settings.seed)
    }
    func series(_ name: String, _ task: String, mask: AttentionMask = .none, isPlain: Bool = false)
      -> [Contender]
    {
      inputs.map { contender(name, task, $0, mask: mask, isPlain: isPlain) }
    }
    return series("tiled", "forward") + series("tiled", "causal forward", mask: .causal)
      + series("plain", "forward", isPlain: true) + series("tiled", "forward+backward")
      + series("plain", "forward+backward", isPlain: true)
  }

  func columns(_ settings: Settings) -> [ResultColumn] {
    [.median, .interval, .flopRate]
      + (settings.ceiling.map { [.shareOfCeiling($0.flopRate)] } ?? []) + [.memory, .samples]
  }

  func conclude(_ report: inout SuiteReport, _ settings: Settings) {
    report.fits = SeriesFit.fits(of: report.results, against: "n")
  }

  private func contender(
    _ name: String, _ task: String, _ inputs: AttentionInputs, mask: AttentionMask, isPlain: Bool
  ) -> Contender {
    let backward = task.hasSuffix("backward")
    let n = Double(inputs.length)
    let pairs = mask.isCausal ? n * (n + 1) / 2 : n * n
    let flops = 4 * pairs * Double(Self.width) * (backward ? 3.5 : 1)
    return Contender(
      name, task: task, parameters: [SizeParameter("n", inputs.length)], cost: Cost(flops: flops)
    ) {
      let matrix = Self.heads * inputs.length * inputs.length * 4
      let needed = matrix * Self.plainMatrices * (backward ? 2 : 1)
      if isPlain && needed > Self.plainMemoryLimit {
        throw SuiteError(
          "needs about \(Format.bytes(needed)), over the limit of "
            + Format.bytes(Self.plainMemoryLimit))
      }
      func compute(_ isPlain: Bool) -> [Tensor] {
        inputs.compute(headCount: Self.heads, mask: mask, isPlain: isPlain, backward: backward)
      }
      let check =
        isPlain || inputs.length > Self.longestChecked
        ? nil : { try requireClose(compute(false), compute(true), tolerance: 2e-4) }
      return Workload(check: check) { blackHole(compute(isPlain)) }
    }
  }
}

/// Queries, keys, values and the gradient of the output, [1, n, H K], shared by all contenders of a length.
private final class AttentionInputs {
  let length: Int
  private let query: Tensor
  private let key: Tensor
  private let value: Tensor
  private let gradient: Tensor

  init(length: Int, width: Int, seed: UInt64) {
    self.length = length
    var generator = SeededGenerator(seed: seed)
    func random() -> Tensor { .normal([1, length, width], using: &generator) }
    query = random()
    key = random()
    value = random()
    gradient = random()
  }

  /// The output, followed by the three gradients with `backward`.
  func compute(headCount: Int, mask: AttentionMask, isPlain: Bool, backward: Bool) -> [Tensor] {
    let context = backward ? ForwardContext.differentiating() : .inference()
    let (q, k, v) = (context.input(query), context.input(key), context.input(value))
    let output =
      isPlain
      ? plainAttention(query: q, key: k, value: v, headCount: headCount, mask: mask)
      : attention(query: q, key: k, value: v, headCount: headCount, mask: mask)
    if !backward { return [output.value] }
    let gradients = context.backward(from: output, gradient: gradient)
    return [output.value] + [q, k, v].compactMap { gradients[$0] }
  }
}
