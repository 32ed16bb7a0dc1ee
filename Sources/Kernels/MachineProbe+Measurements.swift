internal import CKernels
internal import COpenBLAS
internal import Dispatch

extension MachineProbe {
  /// The speed of float32 matrix products, in GFLOP/s (10⁹ multiplications and additions a second).
  ///
  /// Each of `threads` threads multiplies matrices of its own, 1024 x 1024, so the number is what a perfect
  /// division of work would reach. Median over the repetitions of about `duration` seconds.
  public static func measureProductRate(threads: Int, duration: Double = 0.3) -> Double {
    precondition(threads > 0)
    BLASCore.prepare()
    let size = 1024
    let operands = (0..<threads).map { _ in ProbeBuffer(count: 3 * size * size) }
    defer { for operand in operands { operand.memory.deallocate() } }
    let seconds = medianTime(threads: threads, duration: duration) { thread in
      let a = operands[thread].memory
      let b = a + size * size
      let c = b + size * size
      let n = blasint(size)
      cblas_sgemm(
        CblasRowMajor, CblasNoTrans, CblasNoTrans, n, n, n, 1, a, n, b, n, 0, c, n)
    }
    return Double(threads) * 2 * Double(size * size * size) / seconds / 1e9
  }

  /// The speed of reading memory beyond the caches, in GB/s (10⁹ bytes a second).
  ///
  /// Each of `threads` threads sums a buffer of its own of `bytes` bytes. Median over about `duration` seconds.
  public static func measureMemoryBandwidth(
    threads: Int, duration: Double = 0.3, bytes: Int = 256 << 20
  ) -> Double {
    precondition(threads > 0 && bytes > 0)
    let count = max(1, bytes / MemoryLayout<Float>.stride)
    let buffers = (0..<threads).map { _ in ProbeBuffer(count: count) }
    defer { for buffer in buffers { buffer.memory.deallocate() } }
    let zeros = ProbeBuffer(count: threads)
    defer { zeros.memory.deallocate() }
    let seconds = medianTime(threads: threads, duration: duration) { thread in
      // Stored where the optimiser cannot call the sum unused.
      zeros.memory[thread] = Float(VectorKernels.active.sum(buffers[thread].memory, count))
    }
    return Double(threads * count * MemoryLayout<Float>.stride) / seconds / 1e9
  }

  /// Memory of one thread of a measurement, touched throughout. The threads write to different ones.
  private struct ProbeBuffer: @unchecked Sendable {
    let memory: UnsafeMutablePointer<Float>

    init(count: Int) {
      memory = .allocate(capacity: count)
      memory.initialize(repeating: 0.5, count: count)
    }
  }

  /// The median time of `work` on all threads at once, after one round that does not count.
  private static func medianTime(
    threads: Int, duration: Double, _ work: @Sendable (Int) -> Void
  ) -> Double {
    var times: [Double] = []
    var total = 0.0
    DispatchQueue.concurrentPerform(iterations: threads) { work($0) }
    while total < duration || times.count < 3 {
      let start = DispatchTime.now().uptimeNanoseconds
      DispatchQueue.concurrentPerform(iterations: threads) { work($0) }
      let seconds = Double(max(1, DispatchTime.now().uptimeNanoseconds - start)) / 1e9
      times.append(seconds)
      total += seconds
    }
    return times.sorted()[times.count / 2]
  }
}
