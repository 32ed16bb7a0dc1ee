import Autograd
import Kernels
import Tensors
import TestSupport
import Testing

/// What the fused operations promise about memory. Each test has a process of its own, because the pool is one
/// for all.
@Suite(.measuresMemory) struct MemoryTests {
  @Test func attentionNeverHoldsTheMatrixOfScores() async {
    await #expect(processExitsWith: .success) {
      let length = 2039
      ThreadPool.threadCount = 2
      var generator = SeededGenerator(seed: 1)
      let context = ForwardContext.differentiating()
      let x = context.input(.normal([1, length, 8], using: &generator))
      BufferPool.resetPeak()
      let before = BufferPool.statistics.usedBytes
      let y = attention(query: x, key: x, value: x, headCount: 1, mask: .causal)
      _ = context.backward(from: y, gradient: .ones(y.shape))
      let used = BufferPool.statistics.peakUsedBytes - before
      // Three tiles of 128 × 512 for each thread, which the pool may round up to a power of two, and a few
      // arrays of the size of the input.
      let tiles = 2 * 3 * 128 * 512 * 4
      #expect(used < 2 * tiles + 16 * length * 8 * 4)
      #expect(used > 0)
    }
  }

  @Test func lossNeverHoldsTheLogitsOfABatch() async {
    await #expect(processExitsWith: .success) {
      let (rows, vocabulary, width) = (2039, 4099, 5)
      var generator = SeededGenerator(seed: 2)
      let context = ForwardContext.differentiating()
      let hidden = context.input(.normal([rows, width], using: &generator))
      let weight = context.input(.normal([vocabulary, width], using: &generator))
      BufferPool.resetPeak()
      let before = BufferPool.statistics.usedBytes
      let loss = projectedCrossEntropy(
        hidden, weight: weight, expected: Array(repeating: 3, count: rows), normalizer: 1
      ).loss
      _ = context.backward(from: loss)
      let used = BufferPool.statistics.peakUsedBytes - before
      #expect(used < rows * vocabulary * 4 / 2)
      #expect(used > 0)
    }
  }
}
