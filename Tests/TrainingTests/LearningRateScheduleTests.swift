import AttentionKit
import Foundation
import Testing

@Suite struct LearningRateScheduleTests {
  private func rates(_ schedule: LearningRateSchedule, steps: ClosedRange<Int>, total: Int = 1000)
    -> [Double]
  {
    steps.map { Double(schedule.rate(at: $0, modelDimension: 512, totalSteps: total)) }
  }

  /// Section 5.3: up in a straight line, then down with the root of the step; both meet at the last step of
  /// the warm-up. Values by hand: 512^-½ · 4000^-½ is 6.9877e-4.
  @Test func paper() {
    let schedule = LearningRateSchedule(.paper)
    #expect(schedule.rate == 1 && schedule.warmupSteps == 4000)
    let values = rates(schedule, steps: 1...16_000)
    #expect(abs(values[3999] - 6.987712e-4) < 1e-9)
    #expect(abs(values[0] * 4000 - values[3999]) < 1e-9)
    #expect(abs(values[15_999] * 2 - values[3999]) < 1e-9)
    #expect(zip(values[..<3999], values[1...]).allSatisfy { $0 < $1 })
    #expect(zip(values[3999...], values[4000...]).allSatisfy { $0 > $1 })
  }

  @Test func paperIsScaledByRateAndModelDimension() {
    let base = LearningRateSchedule(.paper, rate: 1, warmupSteps: 7)
    let doubled = LearningRateSchedule(.paper, rate: 2, warmupSteps: 7)
    for step in [1, 5, 7, 8, 100] {
      let value = base.rate(at: step, modelDimension: 13, totalSteps: 1)
      #expect(doubled.rate(at: step, modelDimension: 13, totalSteps: 1) == 2 * value)
      let quarter = base.rate(at: step, modelDimension: 13 * 16, totalSteps: 1)
      #expect(abs(quarter * 4 - value) < 1e-6 * value)
    }
  }

  @Test func constantAfterWarmup() {
    let values = rates(
      LearningRateSchedule(.constant, rate: 0.5, warmupSteps: 4), steps: 1...6)
    #expect(values == [0.125, 0.25, 0.375, 0.5, 0.5, 0.5])
  }

  @Test func cosineFallsToItsFloorAndStaysThere() {
    let schedule = LearningRateSchedule(.cosine, rate: 0.5, warmupSteps: 2, finalRate: 0.1)
    let values = rates(schedule, steps: 1...14, total: 10)
    #expect(values[0] == 0.25 && values[1] == 0.5)
    // Half way between the end of the warm-up and the last step is half way between the rates.
    #expect(abs(values[5] - 0.3) < 1e-7)
    for step in 3...10 {
      let expected = 0.1 + 0.4 * (1 + cos(Double.pi * Double(step - 2) / 8)) / 2
      #expect(abs(values[step - 1] - expected) < 1e-7)
    }
    #expect(values[9...].allSatisfy { abs($0 - 0.1) < 1e-7 })
  }

  /// The same curve as the paper's where both have the same peak.
  @Test func inverseSquareRootIsThePapersCurveByItsPeak() {
    let paper = LearningRateSchedule(.paper, rate: 3, warmupSteps: 11)
    let peak = paper.rate(at: 11, modelDimension: 64, totalSteps: 1)
    let other = LearningRateSchedule(.inverseSquareRoot, rate: peak, warmupSteps: 11)
    for step in [1, 2, 10, 11, 12, 50, 1000] {
      let (a, b) = (
        paper.rate(at: step, modelDimension: 64, totalSteps: 1),
        other.rate(at: step, modelDimension: 64, totalSteps: 1)
      )
      #expect(abs(a - b) < 1e-6 * a, "step \(step)")
    }
  }

  @Test func plateauMultipliesDownToItsFloor() {
    var schedule = LearningRateSchedule(.plateau, rate: 0.8, warmupSteps: 4, finalRate: 0.15)
    schedule.factor = 0.5
    let rates = (0...4).map {
      schedule.rate(at: 9, modelDimension: 1, totalSteps: 1, reductions: $0)
    }
    for (rate, expected) in zip(rates, [0.8, 0.4, 0.2, 0.15, 0.15] as [Float]) {
      #expect(abs(rate - expected) < 1e-6)
    }
    #expect(schedule.rate(at: 1, modelDimension: 1, totalSteps: 1) == 0.2)
  }

  @Test(arguments: LearningRateSchedule.Kind.allCases)
  func noWarmup(_ kind: LearningRateSchedule.Kind) {
    let schedule = LearningRateSchedule(kind, rate: 0.5, warmupSteps: 0)
    for total in [0, 1, 5] {
      let values = (1...5).map { schedule.rate(at: $0, modelDimension: 1, totalSteps: total) }
      #expect(values.allSatisfy { $0.isFinite && $0 >= 0 && $0 <= 0.5 }, "\(values)")
      #expect(zip(values, values.dropFirst()).allSatisfy { $0 >= $1 }, "\(values)")
    }
  }

  @Test(arguments: LearningRateSchedule.Kind.allCases)
  func survivesJSON(_ kind: LearningRateSchedule.Kind) throws {
    let schedule = LearningRateSchedule(kind, rate: 0.3, warmupSteps: 17, finalRate: 1e-7)
    let data = try JSONEncoder().encode(schedule)
    #expect(try JSONDecoder().decode(LearningRateSchedule.self, from: data) == schedule)
  }
}
