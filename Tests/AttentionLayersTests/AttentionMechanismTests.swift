import AttentionLayers
import Autograd
import CoreLayers
import Kernels
import Tensors
import TestSupport
import Testing

/// What a user would write to try attention with a learned temperature for each head.
private struct TemperedAttention: AttentionMechanism {
  /// [H]
  let temperatures: Parameter

  var children: [LayerChild] { [.parameter("temperatures", temperatures)] }

  func callAsFunction(
    _ heads: AttentionHeads, mask: AttentionMask, dropout: DropoutMask, in context: ForwardContext
  ) -> Variable {
    let weights = Autograd.dropout(softmax(scores(heads, mask, context)), dropout)
    return mergeHeads(matmul(weights, heads.separateValues))
  }

  func weights(_ heads: AttentionHeads, mask: AttentionMask, in context: ForwardContext)
    -> Tensor
  {
    softmax(scores(heads, mask, context)).value
  }

  private func scores(_ heads: AttentionHeads, _ mask: AttentionMask, _ context: ForwardContext)
    -> Variable
  {
    let products = matmul(heads.separateQueries, heads.separateKeys, transposeB: true)
    let shape = products.shape.dimensions
    let factors = matmul(
      context.variable(temperatures).reshaped([heads.headCount, 1]),
      Variable(.ones([1, shape[2] * shape[3]])))
    let all = concatenate(Array(repeating: factors, count: shape[0]), axis: 0).reshaped(shape)
    return masked(products * all, by: mask)
  }
}

@Suite struct AttentionMechanismTests {
  let x: Tensor
  let plain: MultiHeadAttention
  let tempered: MultiHeadAttention

  init() {
    var generator = SeededGenerator(seed: 121)
    x = .normal([2, 7, 6], using: &generator)
    plain = MultiHeadAttention(modelDimension: 6, headCount: 2, using: &generator)
    let temperature = 1 / Float(3).squareRoot()
    tempered = MultiHeadAttention(
      modelDimension: 6, headCount: 2,
      mechanism: TemperedAttention(temperatures: Parameter(Tensor([temperature, temperature]))),
      using: &generator)
    for (mine, theirs) in zip(plain.parameters, tempered.parameters) {
      theirs.parameter.value = mine.parameter.value
    }
  }

  @Test func aMechanismOfTheUsersOwnTakesPart() throws {
    expectClose(
      tempered(Variable(x), mask: .causal, in: .inference()).value,
      plain(Variable(x), mask: .causal, in: .inference()).value)
    #expect(tempered.parameters.last?.path == "mechanism.temperatures")
    expectChildrenComplete(tempered)
    checkGradients(of: [x], parameters: tempered.parameters.map(\.parameter)) { inputs, context in
      tempered(inputs[0], mask: .causal, in: context)
    }
  }

  @Test func weightsAreThoseThatMixTheValues() {
    let heads = AttentionHeads(
      query: Variable(x), key: Variable(x), value: Variable(x), headCount: 2)
    let mechanism = ScaledDotProductAttention(scale: 0.7)
    let mask = AttentionMask.causal.intersection(
      .padding(keyLengths: [7, 3], queryLengths: [7, 3]))
    let weights = mechanism.weights(heads, mask: mask, in: .inference())
    #expect(weights.shape == [2, 2, 7, 7])
    let mixed = mergeHeads(matmul(Variable(weights), heads.separateValues)).value
    expectClose(
      mechanism(heads, mask: mask, dropout: .none, in: .inference()).value, mixed)
    for b in 0..<2 {
      for query in 0..<7 {
        let sum = (0..<7).reduce(0) { $0 + weights[b, 1, query, $1] }
        #expect(abs(sum - (b == 1 && query >= 3 ? 0 : 1)) < 1e-6)
      }
    }
  }
}
