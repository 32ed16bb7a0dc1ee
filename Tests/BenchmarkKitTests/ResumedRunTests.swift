import BenchmarkKit
import Foundation
import Testing

/// A run that was interrupted and continued is the run that nobody interrupted.
@Suite struct ResumedRunTests {
  struct Turn: Equatable {
    let label: String
    let cycle: Int
    let turn: Int
  }

  final class Journal {
    var preparations = 0
    var runs = 0
  }

  func options(cycles: Int = 6) -> RunnerOptions {
    var options = RunnerOptions()
    options.measuresMemory = false
    options.cycles = cycles
    options.timeBudget = 1000
    options.seed = 3
    return options
  }

  /// Contenders of very different lengths, so that some take several turns a cycle and some average several runs.
  func contenders(_ clock: SyntheticClock, _ journal: Journal = Journal()) -> [Contender] {
    [0.0003, 0.02, 0.3, 0.05, 0.7].enumerated().map { index, seconds in
      Contender("c\(index)", parameters: [SizeParameter("n", index)]) {
        journal.preparations += 1
        return Workload {
          journal.runs += 1
          clock.advance(seconds: seconds)
        }
      }
    }
  }

  func turns(_ results: [ContenderResult]) -> [Turn] {
    results.flatMap { result in
      result.samples.map { Turn(label: result.label, cycle: $0.cycle, turn: $0.turn) }
    }.sorted { $0.turn < $1.turn }
  }

  /// Stops after some turns, goes through a file, and continues.
  func interrupted(after limit: Int, options: RunnerOptions) throws -> [ContenderResult] {
    var results: [ContenderResult] = []
    var limits = [limit, .max]
    while let limit = limits.first {
      limits.removeFirst()
      let clock = SyntheticClock()
      var taken = 0
      var runner = Runner(options: options, clock: clock, shouldStop: { taken >= limit })
      runner.checkpoint = { _ in taken += 1 }
      let known = try JSONDecoder().decode(
        [ContenderResult].self, from: JSONEncoder().encode(results))
      results = runner.run(contenders(clock), continuing: known)
    }
    return results
  }

  @Test func noTurnIsLostOrTakenTwice() throws {
    let clock = SyntheticClock()
    let whole = turns(Runner(options: options(), clock: clock).run(contenders(clock)))
    #expect(whole.count > 60)
    // In the first cycle, at the ends of cycles, in later ones, after everything.
    let perCycle = whole.count / 6
    for limit in [
      1, 2, perCycle, perCycle + 1, 3 * perCycle - 1, 3 * perCycle + 7, whole.count - 1,
    ] {
      let resumed = try interrupted(after: limit, options: options())
      let different = zip(turns(resumed), whole).first { $0 != $1 }
      #expect(different == nil, "interrupted after \(limit) turns")
      #expect(turns(resumed).count == whole.count)
      #expect(resumed.allSatisfy { $0.hole == nil && $0.warnings.isEmpty })
      let starts = resumed.flatMap(\.samples).sorted { $0.turn < $1.turn }.map(\.start)
      #expect(starts == starts.sorted())
    }
  }

  @Test func whatLacksNothingIsNotMadeReadyAgain() {
    let clock = SyntheticClock()
    let first = Runner(options: options(), clock: clock).run(contenders(clock))
    let journal = Journal()
    let again = Runner(options: options(), clock: clock)
      .run(contenders(clock, journal), continuing: first)
    #expect(journal.preparations == 0 && journal.runs == 0)
    #expect(turns(again) == turns(first))
    #expect(again.map(\.summary) == first.map(\.summary))
  }

  @Test func moreCyclesAreAddedToThoseThatThereAre() {
    let clock = SyntheticClock()
    let first = Runner(options: options(cycles: 4), clock: clock).run(contenders(clock))
    let more = Runner(options: options(cycles: 6), clock: clock)
      .run(contenders(clock), continuing: first)
    for (old, new) in zip(first, more) {
      #expect(Array(new.samples.prefix(old.samples.count)) == old.samples)
      #expect(Set(new.samples.map(\.cycle)) == Set(0..<6))
    }
  }

  @Test func aContenderThatWasNotReachedCatchesUp() throws {
    let clock = SyntheticClock()
    let first = Runner(options: options(), clock: clock).run(Array(contenders(clock).dropLast()))
    let stranger = ContenderResult(name: "stranger", samples: [], summary: nil)
    let second = Runner(options: options(), clock: clock)
      .run(contenders(clock), continuing: first + [stranger])
    #expect(second.count == 5)
    #expect(Set(second[4].samples.map(\.cycle)) == Set(0..<6))
    let firstTurn = try #require(second[4].samples.first?.turn)
    #expect(firstTurn == turns(first).count)
  }

  @Test func whatAnEarlierRunTookIsPartOfTheBudget() {
    let clock = SyntheticClock()
    func contender() -> [Contender] {
      [Contender("a") { Workload { clock.advance(seconds: 1) } }]
    }
    var options = options(cycles: 100)
    options.timeBudget = 20
    var taken = 0
    var runner = Runner(options: options, clock: clock, shouldStop: { taken >= 8 })
    runner.checkpoint = { _ in taken += 1 }
    let first = runner.run(contender())
    #expect(first[0].samples.count == 8)
    taken = -1000
    let second = runner.run(contender(), continuing: first)
    // One run warms up each time; 8 + 11 turns and the second warm-up are 20 seconds.
    #expect(second[0].samples.count == 19)
  }

  @Test func checkpointsHoldWhatIsThere() throws {
    let clock = SyntheticClock()
    var counts: [Int] = []
    var runner = Runner(options: options(cycles: 2), clock: clock)
    runner.checkpoint = { counts.append($0().reduce(0) { $0 + $1.samples.count }) }
    let results = runner.run(contenders(clock))
    #expect(counts == Array(1...turns(results).count))
  }
}
