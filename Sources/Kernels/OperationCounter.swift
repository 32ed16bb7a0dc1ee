import Synchronization

/// Counts what a computation really does, tiles at the edge of a mask included, where formulas count what it would have
/// to do.
///
/// Counted are the multiplications and additions of matrix products, and two for each element of a pair of additive
/// attention. Everything else (exponentials, norms, gates) is one pass over memory and is not.
public enum OperationCounter {
  /// How many count at this moment.
  private static let observers = Atomic<Int>(0)
  private static let counted = Atomic<Int>(0)

  /// Runs `body` and counts the floating-point operations of the whole process in the meantime, all threads included.
  public static func count(_ body: () throws -> Void) rethrows -> Int {
    begin()
    defer { end() }
    let before = total
    try body()
    return total &- before
  }

  /// Starts to count, until as many calls of ``end()``.
  public static func begin() { observers.wrappingAdd(1, ordering: .sequentiallyConsistent) }

  /// Takes back one ``begin()``.
  public static func end() { observers.wrappingSubtract(1, ordering: .sequentiallyConsistent) }

  /// What was counted since the process began, while someone wanted it counted: the difference of two readings is what
  /// happened in between.
  public static var total: Int { counted.load(ordering: .sequentiallyConsistent) }

  /// Called by kernels, once a product.
  static func add(_ operations: Int) {
    if observers.load(ordering: .relaxed) > 0 {
      counted.wrappingAdd(operations, ordering: .relaxed)
    }
  }
}
