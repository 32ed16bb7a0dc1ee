internal import CKernels

/// Elementwise work on whole tensors, over all threads.
public enum Elementwise {
  /// Elements per block: enough to be worth a thread, few enough to stay in a core's cache.
  static let grain = 1 << 16

  /// y = a + b
  public static func add(
    _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, into y: UnsafeMutablePointer<Float>,
    count: Int
  ) {
    ThreadPool.forEachRange(of: count, grain: grain) { range in
      let start = range.lowerBound
      VectorKernels.active.add(a + start, b + start, y + start, range.count)
    }
  }
}
