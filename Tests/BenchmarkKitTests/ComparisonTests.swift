import BenchmarkKit
import Foundation
import Testing

@Suite struct ComparisonTests {
  static func result(
    _ name: String, _ seconds: [Double], n: Int = 1, hole: String? = nil, memory: PeakMemory? = nil
  ) -> ContenderResult {
    ContenderResult(
      name: name, task: "forward", parameters: [SizeParameter("n", n), SizeParameter("d", 8)],
      samples: seconds.enumerated().map {
        Sample(seconds: $1, cycle: $0, turn: $0, start: Double($0))
      }, memory: memory, summary: Summary(seconds), hole: hole)
  }

  static func report(
    _ results: [ContenderResult], facts: [String: String] = [:], suite: String = "s",
    options: RunnerOptions? = nil
  ) -> Report {
    Report(
      program: "bench", arguments: ["--full"], context: .current(), facts: facts,
      suites: [SuiteReport(name: suite, title: "S", options: options, results: results)])
  }

  /// Times about a median with 3 % of lognormal noise, and now and then a disturbed one.
  static func times(
    _ median: Double, count: Int = 10, noise: Double = 0.03, _ normal: inout Normal
  ) -> [Double] {
    (0..<count).map { _ in
      let isDisturbed = abs(normal.next()) > 2.2
      return median * exp(noise * normal.next()) * (isDisturbed ? 1.3 : 1)
    }
  }

  static func run(
    _ contenders: Int, slower: Int? = nil, by factor: Double = 1, _ normal: inout Normal
  )
    -> Report
  {
    report(
      (0..<contenders).map { index in
        result("c\(index)", times(1e-3 * (index == slower ? factor : 1), &normal))
      })
  }

  /// Without a threshold only the statistics stand between noise and a false alarm.
  @Test func falseAlarmsStayAtThePromisedRate() {
    var normal = Normal(seed: 1)
    let trials = 90
    var alarms = 0
    var ratiosBeyondTheInterval = 0
    for _ in 0..<trials {
      let comparison = Comparison(
        Self.run(20, &normal), Self.run(20, &normal), threshold: 0, resamples: 60)
      let verdicts = comparison.results.map(\.verdict)
      #expect(verdicts.count == 20 && !verdicts.contains(.tooFewSamples))
      if verdicts.contains(where: { $0 != .noDifference }) { alarms += 1 }
      ratiosBeyondTheInterval += comparison.results.count { !$0.interval.contains(1) }
    }
    // 5 % of 90 are 4.5; 11 would happen once in three hundred times.
    #expect(alarms <= 10, "\(alarms) of \(trials)")
    // So many comparisons without a correction would call out something nearly every time.
    let uncorrected = Double(ratiosBeyondTheInterval) / Double(trials * 20)
    #expect(uncorrected > 0.015 && uncorrected < 0.08, "\(uncorrected)")
  }

  /// Turns of a cycle share what disturbs them; taken one by one they would be evidence of nothing but that.
  @Test func turnsOfACycleAreNotIndependent() {
    var normal = Normal(seed: 6)
    func run() -> Report {
      Self.report(
        (0..<10).map { index in
          let samples = (0..<10).flatMap { cycle in
            let disturbance = exp(0.03 * normal.next())
            return (0..<6).map { turn in
              Sample(
                seconds: 1e-3 * disturbance * exp(0.004 * normal.next()), cycle: cycle,
                turn: 6 * cycle + turn, start: 0)
            }
          }
          return ContenderResult(
            name: "c\(index)", samples: samples, summary: Summary(samples.map(\.seconds)))
        })
    }
    let trials = 60
    var alarms = 0
    var outside = 0
    for _ in 0..<trials {
      let comparison = Comparison(run(), run(), threshold: 0, resamples: 60)
      if comparison.results.contains(where: { $0.verdict != .noDifference }) { alarms += 1 }
      outside += comparison.results.count { !$0.interval.contains(1) }
    }
    #expect(alarms <= 8, "\(alarms) of \(trials)")
    // The ratio's interval knows it too; 5 % are promised, and 60 resamples are few.
    #expect(Double(outside) < 0.09 * Double(trials * 10), "\(outside)")
  }

  @Test func aChangedMachineIsSaid() {
    var normal = Normal(seed: 8)
    let old = Self.run(8, &normal)
    let slower = Self.report(
      (0..<8).map { Self.result("c\($0)", Self.times(1.2e-3, &normal)) })
    let comparison = Comparison(old, slower)
    #expect(abs((comparison.commonRatio ?? 0) - 1.2) < 0.03)
    #expect(comparison.lines().contains { $0.hasPrefix("EVERYTHING CHANGED") })
    let one = Comparison(old, Self.run(8, slower: 2, by: 2, &normal))
    #expect(!one.lines().contains { $0.hasPrefix("EVERYTHING CHANGED") })
  }

  @Test func aTenthIsFound() {
    var normal = Normal(seed: 2)
    let trials = 40
    var found = 0
    var wrong = 0
    var covered = 0
    for _ in 0..<trials {
      let comparison = Comparison(
        Self.run(20, &normal), Self.run(20, slower: 7, by: 1.1, &normal), resamples: 200)
      let slower = comparison.results.filter { $0.verdict == .slower }.map(\.name)
      if slower.contains("c7") && comparison.outcome == .regression { found += 1 }
      wrong += comparison.results.count { $0.verdict != .noDifference && $0.name != "c7" }
      if comparison.results[7].interval.contains(1.1) { covered += 1 }
    }
    #expect(Double(found) >= 0.9 * Double(trials), "\(found) of \(trials)")
    #expect(wrong <= 2)
    #expect(Double(covered) >= 0.9 * Double(trials), "\(covered) of \(trials)")
  }

  @Test func fasterIsTheMirrorImage() throws {
    var normal = Normal(seed: 3)
    let (old, new) = (Self.run(5, &normal), Self.run(5, slower: 2, by: 1 / 1.2, &normal))
    let forward = Comparison(old, new)
    let backward = Comparison(new, old)
    #expect(forward.results[2].verdict == .faster && forward.outcome == .improvement)
    #expect(backward.results[2].verdict == .slower && backward.outcome == .regression)
    #expect(forward.isAcceptable && !backward.isAcceptable)
    #expect(abs(forward.results[2].ratio * backward.results[2].ratio - 1) < 1e-12)
    #expect(forward.results[2].delta == -backward.results[2].delta)
    let same = Comparison(old, old)
    #expect(same.outcome == .noDifference)
    #expect(same.results.allSatisfy { $0.ratio == 1 && $0.delta == 0 && $0.probability == 1 })
  }

  /// A sure difference that does not matter is none; the threshold says what matters.
  @Test func theThresholdIsKept() {
    let old = Self.report([Self.result("a", (0..<20).map { 1 + 1e-4 * Double($0) })])
    let new = Self.report([Self.result("a", (0..<20).map { 1.03 + 1e-4 * Double($0) })])
    let comparison = Comparison(old, new)
    #expect(comparison.results[0].probability < 1e-6 && comparison.results[0].delta == 1)
    #expect(comparison.outcome == .noDifference)
    #expect(Comparison(old, new, threshold: 0.02).outcome == .regression)
  }

  @Test func tooFewSamplesShowNothing() {
    let few = { (factor: Double) in
      Self.report((0..<3).map { Self.result("c\($0)", [1, 1.01, 1.02, 1.03].map { $0 * factor }) })
    }
    let comparison = Comparison(few(1), few(2))
    // 2 / C(8, 4) = 0.029, and three comparisons need less than 0.017; with 5 it is 0.008.
    #expect(comparison.results.allSatisfy { $0.verdict == .tooFewSamples })
    #expect(comparison.outcome == .inconclusive && comparison.isAcceptable)
    #expect(comparison.cyclesNeeded == 5)
    // They are shown, since they would be called out if there were more samples.
    #expect(comparison.table().lines.count == 5)
    #expect(comparison.verdictSentence.contains("5 cycles of them in each report"))
  }

  @Test func contendersAreMatchedByWhatTheyAre() {
    let old = Self.report([
      Self.result("a", [1, 1, 1], n: 1), Self.result("a", [2, 2, 2], n: 2),
      Self.result("gone", [1, 1]), Self.result("broken", [1, 1]),
      Self.result("hole", [], hole: "x"), Self.result("twin", [1, 1]), Self.result("twin", [3, 3]),
    ])
    // Sizes may be in another order, rows as well.
    let swapped = ContenderResult(
      name: "a", task: "forward", parameters: [SizeParameter("d", 8), SizeParameter("n", 2)],
      samples: Self.result("", [2.2, 2.2]).samples, summary: Summary([2.2, 2.2]))
    let new = Self.report([
      swapped, Self.result("a", [1, 1], n: 1), Self.result("new", [1]),
      Self.result("broken", [], hole: "differs by 0.5"), Self.result("hole", [1]),
      Self.result("twin", [1, 1]), Self.result("twin", [3, 3]), Self.result("a", [9], n: 3),
    ])
    let comparison = Comparison(old, new)
    #expect(
      comparison.results.map { "\($0.name)\($0.parameters[0].value) \($0.ratio)" }
        == ["a8.0 1.1", "a1.0 1.0", "twin1.0 1.0", "twin1.0 1.0"])
    #expect(comparison.onlyOld == ["s: gone forward n=1 d=8"])
    #expect(
      comparison.onlyNew
        == ["s: new forward n=1 d=8", "s: hole forward n=1 d=8", "s: a forward n=3 d=8"])
    #expect(comparison.lost.map(\.label) == ["s: broken forward n=1 d=8"])
    #expect(comparison.lost.map(\.reason) == ["differs by 0.5"])
    #expect(comparison.outcome == .incomplete && !comparison.isAcceptable)
    #expect(comparison.lines().contains { $0.contains("differs by 0.5") })
    // The same names in another suite are others.
    let elsewhere = Comparison(old, Self.report(old.suites[0].results, suite: "t"))
    #expect(elsewhere.outcome == .nothingCompared && !elsewhere.isAcceptable)
  }

  @Test(arguments: [
    (10_000_000, 12_000_000, true, MemoryChange.Verdict.more, Comparison.Outcome.regression),
    (12_000_000, 10_000_000, true, .less, .improvement),
    (50_000_000, 52_000_000, true, .same, .noDifference),
    (100_000, 900_000, true, .same, .noDifference), (0, 2 << 20, true, .more, .regression),
    (10_000_000, 12_000_000, false, .more, .noDifference),
  ])
  func memoryIsCompared(
    old: Int, new: Int, isExact: Bool, verdict: MemoryChange.Verdict, outcome: Comparison.Outcome
  ) {
    let reports = [old, new].map { bytes in
      Self.report([
        Self.result(
          "a", (0..<12).map { 1 + 0.01 * Double($0) },
          memory: PeakMemory(growth: bytes, processPeak: 1, allocated: isExact ? bytes : nil))
      ])
    }
    let comparison = Comparison(reports[0], reports[1])
    #expect(comparison.results[0].memory?.verdict == verdict)
    #expect(comparison.outcome == outcome)
    let isShown = comparison.lines().contains { $0.contains("\(verdict.rawValue) memory") }
    #expect(isShown == (verdict != .same && isExact))
  }

  @Test func whatElseDiffersIsSaidLoudly() {
    var cold = RunnerOptions()
    cold.coldCache = true
    let old = Self.report(
      [Self.result("a", [1])], facts: ["threads": "2", "products": "A", "x": "1"],
      options: RunnerOptions())
    let new = Self.report(
      [Self.result("a", [1])], facts: ["threads": "4", "products": "B"], options: cold)
    let comparison = Comparison(old, new)
    #expect(
      comparison.differences.map(\.description) == [
        "different products: A, now B", "DIFFERENT THREADS: 2, now 4",
        "different x: 1, now unknown",
        "DIFFERENT CACHES OF S: warm, now cold",
      ])
    let lines = comparison.lines()
    #expect(lines.contains("WARNING   DIFFERENT THREADS: 2, now 4"))
    #expect(lines.contains { $0.hasPrefix("THE REPORTS ARE NOT ALIKE") })
    #expect(comparison.markdown().contains("> **Warning:** DIFFERENT THREADS"))
    #expect(Comparison(old, old).differences.isEmpty)
  }

  @Test func textShowsWhatChangedAndCountsTheRest() throws {
    var normal = Normal(seed: 5)
    let (old, new) = (Self.run(12, &normal), Self.run(12, slower: 3, by: 1.5, &normal))
    let comparison = Comparison(old, new)
    let short = comparison.lines().joined(separator: "\n")
    #expect(short.contains("s: c3 forward") && !short.contains("s: c4 forward"))
    #expect(short.contains("12 compared: 1 slower, 0 faster, 11 without a difference shown"))
    #expect(comparison.lines(isFull: true).joined().contains("s: c4 forward"))
    #expect(comparison.markdown().hasPrefix("# worse: something is slower"))
    let read = try JSONDecoder().decode(
      Comparison.self, from: JSONEncoder().encode(comparison))
    #expect(read.lines(isFull: true) == comparison.lines(isFull: true))
    #expect(read.outcome == .regression)
  }

  @Test func emptyReports() {
    let empty = Report(program: "bench", arguments: [], context: .current())
    let comparison = Comparison(empty, empty)
    #expect(comparison.outcome == .nothingCompared)
    #expect(comparison.lines().last == comparison.verdictSentence)
  }
}
