import BenchmarkKit
import Foundation
import Testing

@Suite struct RunnerTests {
  struct Broken: Error, CustomStringConvertible {
    let description = "out of luck"
  }

  let clock = SyntheticClock()

  func options(_ change: (inout RunnerOptions) -> Void = { _ in }) -> RunnerOptions {
    var options = RunnerOptions()
    options.measuresMemory = false
    change(&options)
    return options
  }

  /// A contender whose run lasts exactly as long as it says.
  func contender(
    _ name: String, n: Int = 1, seconds: Double, cost: Cost = Cost()
  ) -> Contender {
    Contender(name, parameters: [SizeParameter("n", n)], cost: cost) {
      Workload { clock.advance(seconds: seconds) }
    }
  }

  @Test func everyCycleHasEveryContenderAtEverySize() {
    let contenders = [16, 32, 64].flatMap { n in
      [contender("a", n: n, seconds: 0.01), contender("b", n: n, seconds: 0.001)]
    }
    let measured = Runner(options: options(), clock: clock).run(contenders)
    #expect(measured.map(\.label) == contenders.map(\.label))
    for result in measured {
      #expect(Set(result.samples.map(\.cycle)) == Set(0..<10))
      #expect(result.samples.count >= 10)
      #expect(result.hole == nil)
    }
    // Turns are numbered without gaps over all contenders, and cycles do not overlap.
    let samples = measured.flatMap(\.samples).sorted { $0.turn < $1.turn }
    #expect(samples.map(\.turn) == Array(samples.indices))
    #expect(samples.map(\.cycle) == samples.map(\.cycle).sorted())
    #expect(samples.map(\.start) == samples.map(\.start).sorted())
  }

  @Test func lapsStayWithTheirRun() throws {
    var run = 0
    let contender = Contender("a") {
      Workload(laps: { [Double(run), 0.5] }) {
        run += 1
        clock.advance(seconds: 0.0001)
      }
    }
    let measured = try #require(Runner(options: options(), clock: clock).run([contender]).first)
    // Of one run each, however short it is, and never of those that only warm up.
    #expect(measured.runsPerSample == 1)
    let firsts = measured.samples.compactMap { $0.laps?.first }
    #expect(firsts.count == measured.samples.count && firsts.count >= 10)
    #expect(firsts == firsts.sorted() && Set(firsts).count == firsts.count)
    #expect(try #require(firsts.first) > Double(measured.warmUpRuns))
    #expect(measured.samples.allSatisfy { $0.laps?.last == 0.5 })
    let decoded = try JSONDecoder().decode(
      ContenderResult.self, from: JSONEncoder().encode(measured))
    #expect(decoded.samples == measured.samples)
  }

  @Test func theOrderFollowsTheSeed() {
    func order(seed: UInt64) -> [String] {
      let contenders = (1...7).map { contender("c\($0)", seconds: 0.6) }
      let runner = Runner(
        options: options {
          $0.seed = seed
          $0.timeBudget = 1000
        }, clock: clock)
      return runner.run(contenders).flatMap { m in m.samples.map { (m.name, $0.turn) } }
        .sorted { $0.1 < $1.1 }.map(\.0)
    }
    let first = order(seed: 1)
    #expect(first == order(seed: 1))
    #expect(first != order(seed: 2))
    #expect(first.count == 70)
    // Each cycle is a permutation, and not always the same one.
    let cycles = stride(from: 0, to: 70, by: 7).map { Array(first[$0..<($0 + 7)]) }
    #expect(cycles.allSatisfy { Set($0).count == 7 })
    #expect(Set(cycles).count > 5)
  }

  @Test func aDriftingMachineSlowsAllAlike() throws {
    // The machine becomes three times slower in the course of the run; the two are equally fast.
    func drifting(_ name: String) -> Contender {
      Contender(name) {
        Workload { clock.advance(seconds: 0.1 * (1 + Double(clock.now()) / 20e9)) }
      }
    }
    let measured = Runner(
      options: options {
        $0.timeBudget = 500
        $0.cycles = 20
        $0.minimumTime = 8
      }, clock: clock
    ).run([drifting("a"), drifting("b")])
    let medians = try measured.map { try #require($0.summary).median }
    #expect(abs(medians[0] / medians[1] - 1) < 0.08)
    #expect(measured.allSatisfy { !$0.warnings.isEmpty }, "the drift shows as a wide spread")
  }

  @Test func recoversTimesRatesAndExponents() throws {
    let contenders = [128, 256, 512, 1024].flatMap { n in
      [
        contender(
          "square", n: n, seconds: 1e-7 * Double(n * n), cost: Cost(flops: Double(n * n) * 100)),
        contender("line", n: n, seconds: 1e-6 * Double(n), cost: Cost(items: ["tokens": 5])),
      ]
    }
    let measured = Runner(options: options(), clock: clock).run(contenders)
    let fits = SeriesFit.fits(of: measured, against: "n")
    #expect(abs(fits[0].fit.exponent - 2) < 1e-4)
    #expect(abs(fits[1].fit.exponent - 1) < 1e-4)
    let last = try #require(measured.last)
    #expect(abs(try #require(last.summary).median - 1024e-6) < 1e-8)
    #expect(abs(try #require(last.itemRate("tokens")) / (5 / 1024e-6) - 1) < 1e-4)
    #expect(abs(try #require(measured[0].flopRate) / 1e9 - 1) < 1e-4)
    #expect(last.byteRate == nil)
    // A short run is repeated within a sample, a long one is not.
    #expect(last.runsPerSample == 2)
    #expect(measured[6].runsPerSample == 1)
  }

  @Test func whatFailsBecomesAHole() {
    var turns = 0
    let contenders = [
      Contender("prepare") { throw Broken() },
      Contender("check") {
        Workload(check: { throw CheckFailure("differs by 0.5 at [3, 1]") }) {
          Issue.record("a contender with a wrong output was run")
        }
      },
      Contender("run") { Workload { throw Broken() } },
      Contender("late") {
        Workload {
          clock.advance(seconds: 0.2)
          turns += 1
          if turns == 9 { throw Broken() }
        }
      },
      contender("slow", seconds: 30),
      Contender("good") { Workload(check: {}) { clock.advance(seconds: 0.2) } },
    ]
    let measured = Runner(options: options { $0.timeBudget = 100 }, clock: clock).run(contenders)
    #expect(measured[0].hole == "out of luck")
    #expect(measured[1].hole == "differs by 0.5 at [3, 1]")
    #expect(measured[2].hole == "out of luck")
    #expect(measured[3].hole == "failed after 5 samples: out of luck")
    #expect(measured[3].samples.count == 5)
    #expect(measured[4].hole == "one run takes 30.0 s, limit 20.0 s")
    #expect(measured[5].hole == nil)
    #expect(measured.map(\.wasChecked) == [false, false, false, false, false, true])
    #expect(measured.prefix(3).allSatisfy { $0.summary == nil && $0.samples.isEmpty })
  }

  @Test func theBudgetIsKeptAndSaid() {
    let contenders = [
      contender("short", seconds: 0.1), contender("long", seconds: 5),
      contender("last", seconds: 11),
    ]
    let measured = Runner(options: options { $0.timeBudget = 40 }, clock: clock).run(contenders)
    #expect(Double(clock.now()) * 1e-9 <= 40)
    #expect(measured[0].samples.count >= 10)
    #expect(measured[1].samples.count < 10)
    #expect(measured[1].warnings == ["few samples: \(measured[1].samples.count) of 10"])
    let none = Runner(options: options { $0.timeBudget = 12 }, clock: clock).run(contenders)
    // One is measured however late it is.
    #expect(none.map(\.samples.count).sorted() == [0, 0, 1])
    #expect(
      none.compactMap(\.hole)
        == Array(repeating: "the time budget of 12.0 s was used up", count: 2))
  }

  /// On a machine that is too slow for all of them, the first are measured and the others say why they are not.
  @Test func warmingUpLeavesTimeForMeasuring() {
    let contenders = (0..<40).map { contender("c", n: $0, seconds: 1) }
    let measured = Runner(options: options { $0.timeBudget = 30 }, clock: clock).run(contenders)
    let late = "70 % of the time budget of 30.0 s were used up before it was ready"
    // One run each makes them ready, so 21 of them are, and 9 s are left.
    #expect(measured.firstIndex { $0.hole == late } == 21)
    #expect(measured.suffix(19).allSatisfy { $0.hole == late })
    // The clock itself takes a moment.
    #expect((8...9).contains(measured.count { !$0.samples.isEmpty }))
    #expect(Double(clock.now()) * 1e-9 <= 31)
  }

  @Test func aWorkloadKnowsItsCost() throws {
    let found = Contender("found", cost: Cost(flops: 1)) {
      Workload(cost: Cost(flops: 2e9)) { clock.advance(seconds: 1) }
    }
    let measured = Runner(options: options(), clock: clock)
      .run([found, contender("said", seconds: 1, cost: Cost(flops: 3e9))])
    #expect(measured.map(\.cost.flops) == [2e9, 3e9])
    #expect(abs(try #require(measured[0].flopRate) / 2e9 - 1) < 1e-6)
  }

  @Test func minimumTimeIsReachedByFastContenders() {
    let measured = Runner(options: options { $0.minimumTime = 0.5 }, clock: clock)
      .run([contender("fast", seconds: 0.01), contender("slow", seconds: 1)])
    let total = measured[0].samples.reduce(0) { $0 + $1.seconds }
    #expect(total >= 0.499)
    #expect(measured[1].samples.count == 10)
  }

  @Test func interruptionKeepsWhatIsThere() {
    var asked = 0
    let runner = Runner(
      options: options(), clock: clock,
      shouldStop: {
        asked += 1
        return asked > 12
      })
    let measured = runner.run((1...4).map { contender("c\($0)", seconds: 0.5) })
    // Four questions in the warm-up, eight before the turns of two cycles.
    #expect(measured.map(\.samples.count) == [2, 2, 2, 2])
    asked = 10
    let early = runner.run((1...4).map { contender("c\($0)", seconds: 0.5) })
    #expect(early.allSatisfy { $0.hole == "interrupted before it was measured" })
  }

  @Test func warmUpGoesOnUntilItIsStable() {
    var runs = 0
    let measured = Runner(options: options { $0.warmUpTime = 1000 }, clock: clock).run([
      Contender("settling") {
        Workload {
          runs += 1
          clock.advance(seconds: runs < 8 ? 1 / Double(runs) : 0.1)
        }
      }
    ])
    #expect(measured[0].warmUpRuns == 10)
    #expect(measured[0].samples.allSatisfy { abs($0.seconds - 0.1) < 1e-6 })
  }

  @Test func progressEndsAndTimeLeftFalls() {
    var states: [RunProgress] = []
    _ = Runner(options: options(), clock: clock, report: { states.append($0) })
      .run([contender("a", seconds: 0.5), contender("b", seconds: 1)])
    let left = states.compactMap(\.secondsLeft)
    #expect(left == left.sorted(by: >))
    #expect(abs((left.first ?? 0) - 15) < 0.01)
    #expect(states.first?.phase == "warm-up 1 of 2")
    #expect(states.last?.phase == "cycle 10 of 10")
    #expect(states.map(\.fraction) == states.map(\.fraction).sorted())
  }
}
