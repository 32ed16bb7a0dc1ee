import BenchmarkKit
import Kernels

/// Memory for inputs and outputs of a contender, freed with the last reference.
final class FloatBuffer {
  let pointer: UnsafeMutablePointer<Float>
  let count: Int

  /// Uniform numbers between -1 and 1 that depend on the seed alone.
  init(randomCount count: Int, seed: UInt64) {
    self.count = count
    pointer = BufferPool.allocate(count)
    var generator = ShuffleGenerator(seed: seed)
    for index in 0..<count {
      // 24 bits fill the significand of a float exactly.
      pointer[index] = Float(generator.next() >> 40) * 0x1p-23 - 1
    }
  }

  init(zeroCount count: Int) {
    self.count = count
    pointer = BufferPool.allocate(count)
    pointer.initialize(repeating: 0, count: count)
  }

  deinit {
    BufferPool.release(pointer)
  }
}
