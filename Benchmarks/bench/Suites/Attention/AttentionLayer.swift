import AttentionKit
import BenchmarkKit

/// Self-attention as a layer of the Transformer has it, with its four matrices: one sequence [1, n, D] to [1, n, D].
final class AttentionLayer {
  /// Projections, one operation in tiles, projection.
  private let tiled: MultiHeadAttention
  /// The same parameters, the n x n matrix in memory.
  private let plain: MultiHeadAttention
  private let width = AttentionInputs.headCount * AttentionInputs.headDimension

  init(seed: UInt64) {
    func layer(_ mechanism: any AttentionMechanism) -> MultiHeadAttention {
      var generator = SeededGenerator(seed: combineSeeds(seed, 11))
      return MultiHeadAttention(
        modelDimension: AttentionInputs.headCount * AttentionInputs.headDimension,
        headCount: AttentionInputs.headCount, mechanism: mechanism, using: &generator)
    }
    tiled = layer(ScaledDotProductAttention())
    plain = layer(PlainMechanism())
  }

  /// How the scores are computed.
  enum Form: String {
    case tiles
    case plain
  }

  /// An input and the gradient of the output.
  struct Sequence {
    let input: Tensor
    let upstream: Tensor
  }

  func sequence(length: Int, seed: UInt64) -> Sequence {
    var generator = SeededGenerator(seed: combineSeeds(seed, UInt64(length)))
    return Sequence(
      input: .normal([1, length, width], using: &generator),
      upstream: .normal([1, length, width], using: &generator))
  }

  /// The output, followed with `isBackward` by the gradients of the input and of the parameters.
  func compute(
    _ form: Form, _ sequence: Sequence, isBackward: Bool, profile: OperationProfile? = nil
  ) -> [Tensor] {
    let layer = form == .tiles ? tiled : plain
    let context: ForwardContext =
      isBackward ? .differentiating(profile: profile) : .inference(profile: profile)
    let input = context.input(sequence.input)
    let output = layer(input, in: context)
    guard isBackward else { return [output.value] }
    let gradients = context.backward(from: output, gradient: sequence.upstream)
    return [output.value] + [gradients[input]].compactMap { $0 }
      + layer.parameters.compactMap { gradients[$0.parameter] }
  }

  /// Products as they are executed and the bytes of inputs, outputs and parameters.
  func count(_ form: Form, _ sequence: Sequence, isBackward: Bool) -> Cost {
    let profile = OperationProfile()
    let layer = form == .tiles ? tiled : plain
    let context = ForwardContext.differentiating(profile: profile)
    let output = layer(context.input(sequence.input), in: context)
    if isBackward { _ = context.backward(from: output, gradient: sequence.upstream) }
    let work = isBackward ? profile.root.total : profile.root.forward
    return Cost(flops: work.flops, bytes: work.bytes)
  }

  /// The two forms against one another: the plain one is the definition.
  func check(_ sequence: Sequence, isBackward: Bool) throws {
    try requireClose(
      compute(.tiles, sequence, isBackward: isBackward),
      compute(.plain, sequence, isBackward: isBackward), tolerance: 2e-4)
  }

  /// Products in tiles alone, where the plain form would need too much memory: the first positions attend to all.
  func checkStart(_ sequence: Sequence) throws {
    let count = 16
    let (query, key, value) = (
      tiled.queryProjection(Variable(sequence.input).slice(axis: 1, 0..<count), in: .inference()),
      tiled.keyProjection(Variable(sequence.input), in: .inference()),
      tiled.valueProjection(Variable(sequence.input), in: .inference())
    )
    let expected = tiled.outputProjection(
      plainAttention(
        query: query, key: key, value: value, headCount: AttentionInputs.headCount),
      in: .inference())
    let found = Variable(compute(.tiles, sequence, isBackward: false)[0])
      .slice(axis: 1, 0..<count)
    try requireClose([found.value], [expected.value], tolerance: 2e-4)
  }
}
