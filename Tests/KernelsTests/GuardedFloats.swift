/// Floats that end where readable memory ends: a kernel that touches what lies behind them crashes.
///
/// The memory lives as long as the test case (see ``GuardedMemory``), whatever happens to this value.
struct GuardedFloats {
  let pointer: UnsafeMutablePointer<Float>
  let count: Int

  init(_ values: [Float]) {
    guard let arena = GuardedMemory.current else {
      fatalError("a suite that uses GuardedFloats needs the trait .guardedMemory")
    }
    count = values.count
    pointer = arena.allocate(values.count)
    for (index, value) in values.enumerated() { pointer[index] = value }
  }

  /// `count` values that no kernel should leave behind.
  init(unwritten count: Int) { self.init([Float](repeating: -7777.5, count: count)) }

  var values: [Float] { Array(UnsafeBufferPointer(start: pointer, count: count)) }
}
