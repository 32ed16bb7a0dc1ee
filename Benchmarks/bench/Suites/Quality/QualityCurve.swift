import BenchmarkKit

/// How one model's loss fell while it learned.
struct QualityCurve {
  /// After so many seconds of training.
  struct Point {
    let seconds: Double
    let loss: Double
  }

  let learner: any QualityLearner
  /// The first before any training.
  var points: [Point] = []
  var samples: [Sample] = []
  var exactMatchAtStart: Double?
  var exactMatchAtEnd: Double?
  var failure: String?
  var wasChecked = false

  /// Seconds of training until the loss was at most this, between evaluations by a straight line; nil: it never was.
  func seconds(toLoss loss: Double) -> Double? {
    guard let index = points.firstIndex(where: { $0.loss <= loss }) else { return nil }
    if index == 0 { return points[0].seconds }
    let (before, after) = (points[index - 1], points[index])
    let share = (before.loss - loss) / (before.loss - after.loss)
    return before.seconds + share * (after.seconds - before.seconds)
  }

  /// As a row of the report: a sample is a turn, its time that of a mean step, its laps the steps.
  func result(number: Int) -> ContenderResult {
    let steps = max(1, learner.steps.count)
    return ContenderResult(
      name: learner.name, task: "learning",
      parameters: [
        SizeParameter("parameters", learner.parameterCount), SizeParameter("model", number),
      ], cost: Cost(items: ["target tokens": Double(learner.tokenCount) / Double(steps)]),
      wasChecked: wasChecked, samples: samples,
      summary: Summary(samples.map(\.seconds)),
      hole: failure ?? (samples.isEmpty ? "interrupted before it learned" : nil))
  }
}
