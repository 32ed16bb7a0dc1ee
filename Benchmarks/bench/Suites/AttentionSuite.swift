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
    "checked   tiled against plain before anything is timed; for 16 queries beyond n = \(longestChecked)",
    "tensors   what they took at one time; memory has the pool's reserves and huge pages too",
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
      + (settings.ceiling.map { [.shareOfCeiling($0.flopRate)] } ?? []) + [
        .allocated, .memory, .samples,
      ]
  }

  func conclude(_ report: inout SuiteReport, _ settings: Settings) {
    report.fits = SeriesFit.fits(of: report.results, against: "n")
    report.findings = report.fits.compactMap { series in
      let points = report.results.filter { $0.name == series.name && $0.task == series.task }
        .compactMap { result in
          result.memory?.allocated.map { (x: result.value(of: "n") ?? 0, y: Double($0)) }
        }
      return PowerLawFit(points).map {
        "\(series.name) \(series.task): tensors grow as n^\(Format.fixed($0.exponent, digits: 2))"
      }
    }
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
      let check = {
        if inputs.length > Self.longestChecked {
          try inputs.checkSomeQueries(headCount: Self.heads, mask: mask, backward: backward)
        } else {
          try requireClose(compute(false), compute(true), tolerance: 2e-4)
        }
      }
      // Plain is the reference itself.
      return Workload(check: isPlain ? nil : check) { blackHole(compute(isPlain)) }
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

  /// Compares the outputs of some queries, spread over the sequence, with plain attention of each over the
  /// keys that it may look at; with `backward`, the gradients that come back from those queries alone.
  func checkSomeQueries(headCount: Int, mask: AttentionMask, backward: Bool) throws {
    let count = 16
    let rows = (0..<count).map { $0 * (length - 1) / (count - 1) }
    func take(_ tensor: Tensor) -> Variable { Variable(tensor).slices(axis: 1, rows) }
    func plain(_ query: Variable, _ key: Variable, _ value: Variable) -> Variable {
      plainAttention(query: query, key: key, value: value, headCount: headCount)
    }
    let output = compute(headCount: headCount, mask: mask, isPlain: false, backward: false)[0]
    let expected = rows.map { row in
      let keys = 0..<(mask.isCausal ? row + 1 : length)
      return plain(
        Variable(query).slices(axis: 1, [row]), Variable(key).slice(axis: 1, keys),
        Variable(value).slice(axis: 1, keys))
    }
    try requireClose(
      [take(output).value], [concatenate(expected, axis: 1).value], tolerance: 2e-4)
    if !backward { return }

    func gradients(
      _ query: Tensor, upstream: Tensor, _ attend: (Variable, Variable, Variable) -> Variable
    ) -> [Tensor] {
      let context = ForwardContext.differentiating()
      let inputs = [query, key, value].map(context.input)
      let found = context.backward(
        from: attend(inputs[0], inputs[1], inputs[2]), gradient: upstream)
      return inputs.compactMap { found[$0] }
    }
    var sparse = Tensor.zeros(gradient.shape)
    let width = gradient.shape.last
    for row in rows {
      (sparse.mutablePointer + row * width).update(
        from: gradient.pointer + row * width, count: width)
    }
    var found = gradients(query, upstream: sparse) {
      attention(query: $0, key: $1, value: $2, headCount: headCount, mask: mask)
    }
    found[0] = take(found[0]).value
    let reference = gradients(take(query).value, upstream: take(gradient).value, plain)
    try requireClose(found, reference, tolerance: 2e-4)
  }
}

extension Variable {
  /// The given positions of one dimension, side by side.
  fileprivate func slices(axis: Int, _ positions: [Int]) -> Variable {
    concatenate(positions.map { slice(axis: axis, $0..<$0 + 1) }, axis: axis)
  }
}
