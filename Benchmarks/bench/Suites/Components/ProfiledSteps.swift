import AttentionKit
import BenchmarkKit
import Kernels

/// What profiles saw of the steps that the runner timed, by the name of the contender.
final class ProfiledSteps: Sendable {
  /// One step under the instrument.
  struct Step {
    /// Wall-clock time of the whole step, by a clock of its own.
    let seconds: Double
    let parts: ProfilePart
  }

  private let steps = LockedValue<[String: [Step]]>([:])

  /// Forgets everything: a new run begins.
  func removeAll() { steps.withLock { $0.removeAll() } }

  /// Runs a step with a profile of its own.
  func record<Result>(_ name: String, _ body: (OperationProfile) throws -> Result) rethrows
    -> Result
  {
    let clock = MonotonicClock()
    let start = clock.now()
    let profile = OperationProfile()
    let result = try body(profile)
    let seconds = clock.seconds(since: start)
    let step = Step(seconds: seconds, parts: profile.root)
    steps.withLock { $0[name, default: []].append(step) }
    return result
  }

  /// The mean over the middle half of the steps by their time: parts of a mean still add up, and what disturbed some of
  /// the steps is not in it. Nil without steps.
  func typical(_ name: String) -> (step: Step, count: Int)? {
    let sorted = steps.withLock { $0[name] ?? [] }.sorted { $0.seconds < $1.seconds }
    guard !sorted.isEmpty else { return nil }
    let quarter = sorted.count / 4
    let middle = sorted[quarter..<sorted.count - quarter]
    let share = 1 / Double(middle.count)
    let sum = middle.dropFirst().reduce(middle[middle.startIndex].parts) { $0 + $1.parts }
    let seconds = middle.reduce(0) { $0 + $1.seconds } * share
    return (Step(seconds: seconds, parts: sum * share), middle.count)
  }
}
