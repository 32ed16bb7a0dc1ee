/// A source of time for the runner; tests put a synthetic one in its place.
public protocol BenchmarkClock {
  /// Nanoseconds since an arbitrary start, never decreasing.
  func now() -> UInt64
}
