import AttentionKit
import BenchmarkKit

/// When a search asked its model for something, so that steps can be told apart without a change to the search.
final class StepTimes {
  private let clock = MonotonicClock()
  private var start: UInt64 = 0
  private var steps: [UInt64] = []
  private var end: UInt64 = 0

  /// Runs a search.
  func record(_ search: () throws -> Void) rethrows {
    steps.removeAll(keepingCapacity: true)
    start = clock.now()
    try search()
    end = clock.now()
  }

  /// Called where a step begins.
  func noteStep() { steps.append(clock.now()) }

  /// Seconds of each token of the last search: the first from the call of the search on, so with the encoder; every
  /// other from the end of the one before, so with the choice of the token and the bookkeeping of the search.
  var laps: [Double] {
    let ends = steps.dropFirst() + [end]
    return zip([start] + ends, ends).map { Double($1 - $0) * 1e-9 }
  }
}

/// A model that notes when it is asked for a step.
struct ObservedModel<Base: SequenceModel>: WrappedModel {
  let base: Base
  let times: StepTimes

  func step(_ tokens: [Int], _ state: inout Base.State) throws -> Tensor {
    times.noteStep()
    return try base.step(tokens, &state)
  }
}
