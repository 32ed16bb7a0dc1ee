import Foundation

/// Watches whether the processor keeps its speed: the rate of a fixed loop that needs nothing but the processor.
///
/// A machine that throttles, or shares its core with another one, runs the loop slower. What the system itself says
/// about the frequency is read beside it, where it says anything.
public final class ClockMonitor {
  /// Rates of the loop, in steps a second, in the order in which they were taken.
  public private(set) var rates: [Double] = []
  /// The lowest frequency of any core at each look, in MHz; empty where the system does not show it.
  public private(set) var frequencies: [Double] = []

  /// A change of more than this share is worth a warning.
  public static let tolerance = 0.05
  /// Seconds between two looks while a suite runs.
  static let interval = 1.0

  private let clock: any BenchmarkClock
  private let loop: () -> Void
  private let frequency: () -> Double?
  private var lastLook: UInt64?

  /// A monitor that has not looked yet.
  ///
  /// - Parameters:
  ///   - clock: what the loop is timed with.
  ///   - loop: a fixed piece of work of ``steps`` steps; nil: multiplications that wait for one another.
  ///   - frequency: the clock in MHz as the system says it; nil: what Linux shows.
  public init(
    clock: any BenchmarkClock = MonotonicClock(), loop: (() -> Void)? = nil,
    frequency: (() -> Double?)? = nil
  ) {
    self.clock = clock
    self.loop = loop ?? ClockMonitor.spin
    self.frequency = frequency ?? ClockMonitor.currentFrequency
  }

  /// Looks at the clock now; it takes about a quarter of a millisecond.
  public func look() {
    var best = UInt64.max
    // A thread that is interrupted seems slow; of several short runs the fastest is the processor's own.
    for _ in 0..<8 {
      let start = clock.now()
      loop()
      best = min(best, clock.now() - start)
    }
    rates.append(Double(ClockMonitor.steps) / max(Double(best) * 1e-9, 1e-12))
    if let now = frequency() { frequencies.append(now) }
    lastLook = clock.now()
  }

  /// Looks again if the last look was a while ago.
  func lookNowAndThen() {
    if let lastLook, clock.seconds(since: lastLook) < ClockMonitor.interval { return }
    look()
  }

  /// The slowest rate as a share of the fastest; nil before the second look.
  public var slowestShare: Double? {
    guard rates.count > 1, let least = rates.min(), let most = rates.max(), most > 0 else {
      return nil
    }
    return least / most
  }

  /// What a reader must know, for ``SuiteReport/warnings``.
  public var warnings: [String] {
    var warnings: [String] = []
    let slow = rates.filter { $0 < (1 - ClockMonitor.tolerance) * (rates.max() ?? 0) }.count
    // A single slow look among many is something that passed.
    let isLasting = 10 * slow >= rates.count && (slow > 1 || rates.count <= 3)
    if let share = slowestShare, isLasting, slow > 0 {
      warnings.append(
        "THE CLOCK CHANGED: a fixed loop ran at \(Format.percent(share)) of its best rate at the "
          + "worst, and slower than \(Format.percent(1 - ClockMonitor.tolerance)) in \(slow) of "
          + "\(rates.count) looks")
    }
    if let least = frequencies.min(), let most = frequencies.max(),
      least < (1 - ClockMonitor.tolerance) * most
    {
      warnings.append(
        "THE FREQUENCY CHANGED: between \(Format.fixed(least, digits: 0)) and "
          + "\(Format.fixed(most, digits: 0)) MHz, as the system says")
    }
    return warnings
  }

  /// Steps in one run of the loop.
  public static let steps = 20_000

  @inline(never)
  private static func spin() {
    var x: UInt64 = 1
    for _ in 0..<steps { x = x &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407 }
    blackHole(x)
  }

  /// The lowest frequency among the cores, in MHz; nil where the kernel does not show it.
  private static func currentFrequency() -> Double? {
    (0..<ProcessInfo.processInfo.activeProcessorCount).compactMap { core in
      ProcessFile.line("/sys/devices/system/cpu/cpu\(core)/cpufreq/scaling_cur_freq")
        .flatMap(Double.init).map { $0 / 1000 }
    }.min()
  }
}
