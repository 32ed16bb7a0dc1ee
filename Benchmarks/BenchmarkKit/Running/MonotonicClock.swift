import Foundation

/// The operating system's monotonic clock: it never jumps when the wall clock is set.
public struct MonotonicClock: BenchmarkClock, Sendable {
  /// The system's monotonic clock.
  public init() {}

  /// Nanoseconds since some moment.
  public func now() -> UInt64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
  }
}
