import BenchmarkKit
import Testing

/// Contenders that follow one another group by group, and those that time themselves.
@Suite struct RunnerGroupTests {
  let clock = SyntheticClock()

  var options: RunnerOptions {
    var options = RunnerOptions()
    options.measuresMemory = false
    options.timeBudget = 1000
    return options
  }

  /// Counts how many of its like are alive.
  final class Inputs {
    final class Count {
      var alive: [String: Int] = [:]
      var groupsAtOnce = 0
    }

    let group: String
    let count: Count

    init(_ group: String, _ count: Count) {
      self.group = group
      self.count = count
      count.alive[group, default: 0] += 1
      count.groupsAtOnce = max(count.groupsAtOnce, count.alive.values.count { $0 > 0 })
    }

    deinit { count.alive[group, default: 0] -= 1 }
  }

  @Test func groupsFollowOneAnother() {
    let count = Inputs.Count()
    let names = ["a", "b", "a", "c", "b", "a"]
    let contenders = names.enumerated().map { index, group in
      Contender("c\(index)", group: group) {
        let inputs = Inputs(group, count)
        return Workload { withExtendedLifetime(inputs) { clock.advance(seconds: 0.1) } }
      }
    }
    var phases: [String] = []
    var checkpoints: [Int] = []
    var runner = Runner(options: options, clock: clock, report: { phases.append($0.phase) })
    runner.checkpoint = { checkpoints.append($0().count) }
    let results = runner.run(contenders)
    #expect(results.map(\.name) == contenders.map(\.name))
    #expect(count.groupsAtOnce == 1)
    #expect(count.alive.values.allSatisfy { $0 == 0 })
    // Each group has a stretch of turns of its own, in the order of its first contender.
    let turns = ["a", "b", "c"].map { group in
      zip(names, results).filter { $0.0 == group }.flatMap { $0.1.samples.map(\.turn) }.sorted()
    }
    #expect(turns.map(\.count) == [30, 20, 10])
    #expect(turns.flatMap { $0 } == Array(0..<60))
    #expect(phases.first == "a: warm-up 1 of 3")
    #expect(phases.last == "c: cycle 10 of 10")
    // What is saved on the way has all contenders.
    #expect(checkpoints.allSatisfy { $0 == names.count })
  }

  @Test func aRunInGroupsGoesOn() throws {
    func contenders() -> [Contender] {
      ["a", "b"].flatMap { group in
        ["one", "two"].map { name in
          Contender(name, task: group, group: group) {
            Workload { clock.advance(seconds: 0.1) }
          }
        }
      }
    }
    var asked = 0
    let interrupted = Runner(
      options: options, clock: clock,
      shouldStop: {
        asked += 1
        // Two questions make a group ready, twenty measure it.
        return asked > 30
      }
    ).run(contenders())
    #expect(interrupted.map(\.samples.count) == [10, 10, 3, 3])
    let whole = Runner(options: options, clock: clock).run(contenders(), continuing: interrupted)
    #expect(whole.map(\.samples.count) == [10, 10, 10, 10])
    #expect(whole.flatMap { $0.samples.map(\.turn) }.sorted() == Array(0..<40))
    #expect(whole[0].samples == interrupted[0].samples)
  }

  /// The clock around the work also times the way to where it is done, which its own clock leaves out.
  @Test func workThatTimesItselfIsBelieved() throws {
    var options = options
    options.measuresMemory = true
    let memory = PeakMemory(growth: 17, processPeak: 19)
    var runs = 0
    let remote = Contender("remote") {
      Workload(
        peakMemory: {
          clock.advance(seconds: 3)
          return memory
        },
        timedRuns: { count in
          runs += count
          clock.advance(seconds: 1 + 1e-3 * Double(count))
          return 1e-3 * Double(count)
        })
    }
    let result = try #require(Runner(options: options, clock: clock).run([remote]).first)
    #expect(result.hole == nil)
    #expect(result.memory == memory)
    // Two runs make a sample of 2 ms, and one before them refreshes the caches.
    #expect(result.runsPerSample == 2)
    #expect(result.samples.allSatisfy { abs($0.seconds - 1e-3) < 1e-12 })
    #expect(runs == result.warmUpRuns - 1 + 3 * result.samples.count)
  }

  @Test func workThatTimesItselfMayFail() {
    let failing = Contender("failing") {
      Workload(peakMemory: { nil }, timedRuns: { _ in throw CheckFailure("gone") })
    }
    let result = Runner(options: options, clock: clock).run([failing])[0]
    #expect(result.hole == "gone")
    #expect(result.samples.isEmpty)
  }
}
