import AttentionLayers
import Autograd
import CoreLayers
import Tensors
import TestSupport
import Testing

@Suite struct KeyValueCacheTests {
  /// 37 steps: the cache grows twice.
  @Test func stepsEqualTheFullPass() {
    var generator = SeededGenerator(seed: 111)
    let layer = MultiHeadAttention(
      modelDimension: 6, headCount: 2, keyDimension: 5, valueDimension: 3, using: &generator)
    let x = Tensor.normal([3, 37, 6], using: &generator)
    let whole = layer(Variable(x), mask: .causal, in: .inference()).value
    var cache = layer.emptyCache(batch: 3)
    for position in 0..<37 {
      let input = Variable(x).slice(axis: 1, position..<position + 1)
      let step = layer.step(input, cache: &cache, in: .inference()).value
      let expected = Variable(whole).slice(axis: 1, position..<position + 1).value
      expectClose(step, expected, relative: 1e-6, "position \(position)")
    }
    #expect(cache.lengths == [37, 37, 37])
  }

  @Test func crossAttentionToACacheEqualsTheFullPass() {
    var generator = SeededGenerator(seed: 112)
    let layer = MultiHeadAttention(modelDimension: 6, headCount: 3, using: &generator)
    let memory = Variable(.normal([2, 11, 6], using: &generator))
    let query = Variable(.normal([2, 5, 6], using: &generator))
    let cache = layer.cache(of: memory, lengths: [11, 4], in: .inference())
    expectClose(
      layer.attend(query, to: cache, in: .inference()).value,
      layer(
        query: query, key: memory, value: memory, mask: .padding(keyLengths: [11, 4]),
        in: .inference()
      ).value, relative: 1e-6)
  }

  @Test func copiesAreIndependent() {
    var generator = SeededGenerator(seed: 113)
    let layer = MultiHeadAttention(modelDimension: 6, headCount: 2, using: &generator)
    let inputs = (0..<3).map { _ in Variable(.normal([1, 1, 6], using: &generator)) }
    var cache = layer.emptyCache(batch: 1)
    _ = layer.step(inputs[0], cache: &cache, in: .inference())
    var copy = cache
    _ = layer.step(inputs[1], cache: &copy, in: .inference())
    let afterCopy = layer.step(inputs[2], cache: &cache, in: .inference()).value
    var fresh = layer.emptyCache(batch: 1)
    _ = layer.step(inputs[0], cache: &fresh, in: .inference())
    expectSameBits(afterCopy, layer.step(inputs[2], cache: &fresh, in: .inference()).value)
  }
}
