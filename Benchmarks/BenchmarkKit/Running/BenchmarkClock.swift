/// A source of time for the runner; tests put a synthetic one in its place.
public protocol BenchmarkClock {
  /// Nanoseconds since an arbitrary start, never decreasing.
  func now() -> UInt64
}

extension BenchmarkClock {
  /// Seconds since an earlier `now()`.
  public func seconds(since start: UInt64) -> Double { Double(now() - start) * 1e-9 }
}
