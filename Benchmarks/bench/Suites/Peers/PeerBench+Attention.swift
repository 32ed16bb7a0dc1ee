import AttentionKit
import BenchmarkKit

extension PeerBench {
  private struct Arguments: Encodable {
    let inputs: String
    let isCausal: Bool
    let isBackward: Bool
    let precision: String
  }

  private static let headCount = 8
  private static let headDimension = 64
  /// What a backward pass gives, in the order of the outputs.
  private static let names = ["output", "query", "key", "value"]

  /// All tasks at one length.
  func attention(_ length: Int, _ variants: [PeerVariant]) -> [Contender] {
    let shape: Shape = [1, length, Self.headCount, Self.headDimension]
    let inputs = Shared { [seed] in
      try TensorInputs(
        ["query": shape, "key": shape, "value": shape, "gradient": shape], seed: seed)
    }
    return [false, true].flatMap { isCausal in
      [false, true].flatMap { isBackward in
        attention(
          length, isCausal: isCausal, isBackward: isBackward, inputs, variants)
      }
    }
  }

  private func attention(
    _ length: Int, isCausal: Bool, isBackward: Bool, _ inputs: Shared<TensorInputs>,
    _ variants: [PeerVariant]
  ) -> [Contender] {
    let task =
      (isCausal ? "causal attention " : "attention ")
      + (isBackward ? "forward+backward" : "forward")
    let flops =
      Double(4 * Self.headCount * Self.headDimension * length * length)
      * (isBackward ? 3.5 : 1) / (isCausal ? 2 : 1)
    func compute(_ inputs: TensorInputs, _ precision: ProductPrecision) -> [Tensor] {
      Self.attend(inputs, isCausal: isCausal, isBackward: isBackward, precision)
    }
    let own = own(
      task, parameters: [SizeParameter("n", length)], cost: Cost(flops: flops),
      group: "attention n=\(length)", inputs: inputs, compute: compute)
    return own
      + variants.map { variant in
        contender(variant, like: own[0], "attention", inputs: inputs) {
          Arguments(
            inputs: $0.path, isCausal: isCausal, isBackward: isBackward,
            precision: variant.precision)
        } check: { inputs, work in
          try inputs.check(
            work, variant, names: isBackward ? Self.names : Array(Self.names.prefix(1))
          ) { compute(inputs, .float32) }
        }
      }
  }

  /// The output, then with `isBackward` the gradients of queries, keys and values.
  private static func attend(
    _ inputs: TensorInputs, isCausal: Bool, isBackward: Bool, _ precision: ProductPrecision
  ) -> [Tensor] {
    let context =
      isBackward || precision != .float32
      ? ForwardContext.differentiating(precision: precision) : .inference()
    let leaves = ["query", "key", "value"].map { name in
      context.input(inputs[name].reshaped([1, -1, headCount * headDimension]))
    }
    let output = ScaledDotProductAttention()(
      AttentionHeads(query: leaves[0], key: leaves[1], value: leaves[2], headCount: headCount),
      mask: isCausal ? .causal : .none, dropout: .none, in: context)
    guard isBackward else { return [output.value] }
    let gradients = context.backward(
      from: output, gradient: inputs["gradient"].reshaped(to: output.shape))
    return [output.value] + leaves.compactMap { gradients[$0] }
  }
}
