import BenchmarkKit
import Testing

@Suite struct ClockMonitorTests {
  let clock = SyntheticClock()

  func monitor(_ speed: @escaping () -> Double, frequency: @escaping () -> Double? = { nil })
    -> ClockMonitor
  {
    ClockMonitor(
      clock: clock, loop: { clock.advance(seconds: 1e-4 / speed()) }, frequency: frequency)
  }

  @Test func aSteadyClockIsNoNews() {
    let monitor = monitor { 1 }
    #expect(monitor.slowestShare == nil)
    for _ in 0..<3 { monitor.look() }
    #expect(monitor.slowestShare == 1)
    #expect(monitor.warnings.isEmpty)
    #expect(abs(monitor.rates[0] / (Double(ClockMonitor.steps) / 1e-4) - 1) < 1e-6)
  }

  @Test func aThrottledClockIsSaid() {
    var speed = 1.0
    let monitor = monitor { speed }
    monitor.look()
    speed = 0.8
    monitor.look()
    #expect(abs((monitor.slowestShare ?? 0) - 0.8) < 1e-6)
    #expect(monitor.warnings.count == 1)
    #expect(monitor.warnings[0].hasPrefix("THE CLOCK CHANGED: a fixed loop ran at 80 %"))
  }

  @Test func oneSlowLookOfManyIsNoNews() {
    var looks = 0
    let monitor = monitor { looks == 4 ? 0.7 : 1 }
    for index in 0..<10 {
      looks = index
      monitor.look()
    }
    #expect(monitor.warnings.isEmpty)
    #expect(abs((monitor.slowestShare ?? 0) - 0.7) < 1e-6)
    looks = 4
    monitor.look()
    #expect(monitor.warnings.count == 1, "two of eleven")
  }

  /// Other programs make some runs of the loop slow, not all of them.
  @Test func anInterruptedThreadIsNoSlowClock() {
    var runs = 0
    let monitor = monitor {
      runs += 1
      return runs % 3 == 0 ? 1 : 0.1
    }
    for _ in 0..<4 { monitor.look() }
    #expect(monitor.warnings.isEmpty)
  }

  @Test func theFrequencyThatTheSystemSaysIsWatchedToo() {
    var megahertz = 3000.0
    let monitor = monitor({ 1 }, frequency: { megahertz })
    monitor.look()
    megahertz = 2000
    monitor.look()
    #expect(
      monitor.warnings == ["THE FREQUENCY CHANGED: between 2000 and 3000 MHz, as the system says"])
  }

  @Test func aRunIsWatchedFromStartToEnd() {
    var options = RunnerOptions()
    options.measuresMemory = false
    options.timeBudget = 100
    let monitor = monitor { clock.now() > 5_000_000_000 ? 0.5 : 1 }
    var runner = Runner(options: options, clock: clock)
    runner.clockMonitor = monitor
    _ = runner.run([Contender("a") { Workload { clock.advance(seconds: 0.7) } }])
    // Once at each end, and about once a second of the eight in between.
    #expect((6...11).contains(monitor.rates.count))
    #expect(monitor.slowestShare.map { abs($0 - 0.5) < 1e-3 } == true)
  }

  @Test func theRealLoopHasARate() {
    let monitor = ClockMonitor()
    monitor.look()
    monitor.look()
    #expect(monitor.rates.allSatisfy { $0 > 1e5 && $0 < 1e11 })
  }
}
