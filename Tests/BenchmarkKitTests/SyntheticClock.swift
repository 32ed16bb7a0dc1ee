import BenchmarkKit

/// A clock that only moves when a contender says that time has passed.
final class SyntheticClock: BenchmarkClock {
  private var nanoseconds: UInt64 = 0

  func now() -> UInt64 { nanoseconds }

  func advance(seconds: Double) {
    nanoseconds += UInt64(seconds * 1e9)
  }
}
