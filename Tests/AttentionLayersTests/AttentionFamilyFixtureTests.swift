import AttentionLayers
import Autograd
import Kernels
import Tensors
import TestSupport
import Testing

/// Score functions and positions inside attention against PyTorch: outputs, weights and all gradients.
@Suite struct AttentionFamilyFixtureTests {
  private func check(_ name: String, _ mechanism: SoftAttention) throws {
    let fixture = try Fixture(name)
    var mask = AttentionMask.padding(keyLengths: try fixture.integers("input.lengths"))
    if try fixture.integers("input.causal") == [1] { mask = mask.intersection(.causal) }
    func heads(_ inputs: [Variable]) -> AttentionHeads {
      AttentionHeads(query: inputs[0], key: inputs[1], value: inputs[2], headCount: 6)
    }
    try fixture.check(mechanism, inputs: ["query", "key", "value"], relative: 2e-5) {
      inputs, context in
      mechanism(heads(inputs), mask: mask, dropout: .none, in: context)
    }
    let inputs = try ["query", "key", "value"].map { Variable(try fixture.tensor("input.\($0)")) }
    try fixture.expectOutput(
      mechanism.weights(heads(inputs), mask: mask, in: .inference()), "weights")
  }

  @Test func scoreFunctions() throws {
    var generator = SeededGenerator(seed: 1)
    try check(
      "attention_general",
      SoftAttention(
        score: GeneralScore(queryDimension: 4, keyDimension: 4, headCount: 6, using: &generator)))
    try check(
      "attention_additive",
      SoftAttention(
        score: AdditiveScore(
          queryDimension: 24, keyDimension: 24, dimension: 5, headCount: 6, hasBias: true,
          using: &generator)))
    try check("attention_cosine", SoftAttention(score: CosineScore(headCount: 6)))
  }

  @Test(arguments: ["attention_relative", "attention_relative_causal"])
  func relativePositions(_ name: String) throws {
    var generator = SeededGenerator(seed: 2)
    try check(
      name,
      SoftAttention(
        positions: RelativePositions(
          reach: 2, headCount: 6, keyDimension: 4, valueDimension: 3, using: &generator)))
  }

  @Test func rotaryPositions() throws {
    try check("attention_rotary", SoftAttention(positions: RotaryPositions(keyDimension: 4)))
  }

  @Test func linearBiases() throws {
    let positions = LinearBiases(headCount: 6)
    let slopes = try Fixture("attention_alibi").tensor("input.slopes")
    expectClose(Tensor(positions.slopes), slopes, relative: 1e-7)
    try check("attention_alibi", SoftAttention(positions: positions))
    #expect(LinearBiases(headCount: 8).slopes == (1...8).map { 1 / Float(1 << $0) })
    #expect(LinearBiases(headCount: 1).slopes == [1 / 256])
  }

  @Test(arguments: [(true, "attention_t5"), (false, "attention_t5_causal")])
  func bucketedBiases(_ isBidirectional: Bool, _ name: String) throws {
    var generator = SeededGenerator(seed: 3)
    try check(
      name,
      SoftAttention(
        score: DotScore(),
        positions: BucketedBiases(
          headCount: 6, bucketCount: 8, maximumDistance: 5, isBidirectional: isBidirectional,
          using: &generator)))
    let standard = BucketedBiases(
      headCount: 1, isBidirectional: isBidirectional, using: &generator)
    #expect(
      (-300...300).map { standard.bucket(of: $0) } == (try Fixture(name).integers("output.buckets"))
    )
  }
}
