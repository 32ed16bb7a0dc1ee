import Synchronization

/// Counts what a computation really does, tiles at the edge of a mask included, where formulas count what it would have
/// to do.
///
/// Counted are the multiplications and additions of matrix products, and two for each element of a pair of additive
/// attention. Everything else (exponentials, norms, gates) is one pass over memory and is not.
public enum OperationCounter {
  private static let isCounting = Atomic<Bool>(false)
  private static let total = Atomic<Int>(0)

  /// Runs `body` and counts the floating-point operations of the whole process in the meantime, all threads included.
  /// One count at a time.
  public static func count(_ body: () throws -> Void) rethrows -> Int {
    total.store(0, ordering: .sequentiallyConsistent)
    isCounting.store(true, ordering: .sequentiallyConsistent)
    defer { isCounting.store(false, ordering: .sequentiallyConsistent) }
    try body()
    return total.load(ordering: .sequentiallyConsistent)
  }

  /// Called by kernels, once a product.
  static func add(_ operations: Int) {
    if isCounting.load(ordering: .relaxed) { total.wrappingAdd(operations, ordering: .relaxed) }
  }
}
