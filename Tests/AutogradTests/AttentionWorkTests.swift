import Autograd
import Kernels
import Tensors
import TestSupport
import Testing

/// How much work and memory attention takes as sequences grow. Each test has a process of its own, because counters and
/// the pool are one for all.
@Suite(.measuresMemory) struct AttentionWorkTests {
  /// One attention of each kind that is computed in tiles, forward and backward; `length` queries and keys.
  static func run(_ kind: String, length: Int, mask: AttentionMask) {
    var generator = SeededGenerator(seed: 1)
    let context = ForwardContext.differentiating()
    let x = context.input(.normal([1, length, 8], using: &generator))
    let y: Variable
    switch kind {
    case "additive":
      let vector = context.input(.normal([8], using: &generator))
      y = additiveAttention(
        query: x, key: x, value: x, vector: vector, headCount: 2, mask: mask)
    case "relative":
      let tables = (0..<2).map { _ in context.input(.normal([2, 9, 4], using: &generator)) }
      y = attention(
        query: x, key: x, value: x, headCount: 2, mask: mask,
        distances: DistanceTerms(reach: 4, keys: tables[0], values: tables[1]))
    case "biases":
      let reach = min(length, mask.window ?? length)
      let table = context.input(.normal([2, 2 * reach + 1], using: &generator))
      y = attention(
        query: x, key: x, value: x, headCount: 2, mask: mask,
        distances: DistanceTerms(reach: reach, biases: table))
    default: y = attention(query: x, key: x, value: x, headCount: 2, mask: mask)
    }
    _ = context.backward(from: y, gradient: .ones(y.shape))
  }

  /// With a window, twice the length is twice the operations, forward and backward together; without, four times.
  @Test(arguments: ["dot", "additive", "relative", "biases"])
  func windowsTakeWorkThatGrowsWithTheLength(_ kind: String) async {
    await #expect(processExitsWith: .success) { [kind = kind as String] in
      Self.expectLinearWork(kind)
    }
  }

  /// Twice the length is at most twice the memory, window or not: tiles are the same, the rest is as large as the input.
  @Test(arguments: ["dot", "additive", "relative", "biases"])
  func memoryGrowsWithTheLength(_ kind: String) async {
    await #expect(processExitsWith: .success) { [kind = kind as String] in
      ThreadPool.threadCount = 2
      for mask in [AttentionMask.none, .causal, .window(16)] {
        func memory(_ length: Int) -> Int {
          let before = BufferPool.statistics.usedBytes
          BufferPool.resetPeak()
          Self.run(kind, length: length, mask: mask)
          return BufferPool.statistics.peakUsedBytes - before
        }
        // As long as a tile or more: its memory is the same in both.
        let (short, long) = (memory(640), memory(1280))
        #expect(short > 0 && long > 0)
        #expect(Double(long) < 2.1 * Double(short))
        // Three tiles of 128 × 512 for each thread, and 40 arrays like the input; the matrices of both heads would be
        // 13 MB each.
        #expect(long < 2 * (2 * 4 * 128 * 512 * 4) + 40 * 1280 * 8 * 4)
      }
    }
  }

  static func expectLinearWork(_ kind: String) {
    let radius = 16
    for window in [AttentionMask.window(radius), .causal.intersection(.window(radius))] {
      func work(_ length: Int) -> Int {
        OperationCounter.count { run(kind, length: length, mask: window) }
      }
      let (short, long) = (work(512), work(1024))
      // The first and the last window are cut off, so a little more than twice.
      #expect(long > short && Double(long) < 2.1 * Double(short))
      // All pairs of a tile of 32 queries: at most 32 + 2 r keys each, and 2 operations for each of 4 elements of
      // score and mix, forward 1 and backward 2.5 times (additive scores: 4), for 2 heads; and 9 vectors by distance.
      let pairs = 1024 * (32 + 2 * radius)
      #expect(long < 2 * (2 * 4 * 2) * 5 * (pairs + 1024 * 9))
    }
    let all = [256, 512].map { length in
      OperationCounter.count { run(kind, length: length, mask: .none) }
    }
    #expect(Double(all[1]) > 3 * Double(all[0]))
  }
}
