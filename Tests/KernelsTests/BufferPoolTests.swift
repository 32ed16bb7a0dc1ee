import Kernels
import Testing

/// Sizes that nothing else in the tests asks for.
@Suite struct BufferPoolTests {
  @Test func aFreeBufferServesRequestsFromHalfItsSizeOn() {
    // Four classes to a power of two: 7/4, 6/4, 5/4 and 1 times 2^24 floats.
    let unit = 1 << 22
    let large = BufferPool.allocate(7 * unit)
    BufferPool.release(large)
    for count in [7 * unit, 6 * unit + 1, 4 * unit] {
      let reused = BufferPool.allocate(count)
      #expect(reused == large)
      BufferPool.release(reused)
    }
    let small = BufferPool.allocate(3 * unit)
    #expect(small != large)
    BufferPool.release(small)
    // The smallest that is large enough.
    let next = BufferPool.allocate(2 * unit)
    #expect(next == small)
    BufferPool.release(next)
    #expect(Int(bitPattern: large) % 64 == 0 && Int(bitPattern: small) % 64 == 0)
    BufferPool.trim()
  }

  /// In a process of its own, because the pool is one for all tests.
  @Test func manyLengthsShareTheirMemory() async {
    await #expect(processExitsWith: .success) {
      let lengths = (1...64).map { $0 * (1 << 14) }
      for length in lengths.reversed() + lengths {
        BufferPool.release(BufferPool.allocate(length))
      }
      // One buffer for each halving of the longest, which has 4 MiB.
      #expect(BufferPool.statistics.reservedBytes < 9 << 20)
      #expect(BufferPool.statistics.usedBytes == 0)
    }
  }
}
