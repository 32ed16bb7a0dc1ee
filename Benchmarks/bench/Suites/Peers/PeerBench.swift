import AttentionKit
import BenchmarkKit

/// What the contenders of the peers suite are made from.
struct PeerBench {
  /// Our contender in every work.
  static let ownName = "AttentionKit"

  let workers: PeerWorkers
  let seed: UInt64

  /// Ours at a work on tensors, in float32 and with products of bfloat16.
  func own(
    _ task: String, parameters: [SizeParameter], cost: Cost, group: String,
    inputs: Shared<TensorInputs>,
    compute: @escaping (TensorInputs, ProductPrecision) -> [Tensor]
  ) -> [Contender] {
    let exact = Contender(
      Self.ownName, task: task, parameters: parameters, cost: cost, group: group
    ) {
      let inputs = try inputs.get()
      return Workload { blackHole(compute(inputs, .float32)) }
    }
    let rounded = rounded(exact) {
      let inputs = try inputs.get()
      return Workload(
        check: {
          try inputs.check(compute(inputs, .bfloat16), .ownBF16, compute(inputs, .float32))
        }, run: { blackHole(compute(inputs, .bfloat16)) })
    }
    return [exact, rounded]
  }

  /// Ours again, with products of bfloat16.
  func rounded(_ ours: Contender, prepare: @escaping () throws -> Workload) -> Contender {
    Contender(
      PeerVariant.ownBF16.name, task: ours.task, parameters: ours.parameters, cost: ours.cost,
      group: ours.group
    ) {
      guard ProductPrecision.bfloat16.isAvailable else {
        throw SuiteError("this processor has no products of bfloat16")
      }
      return try prepare()
    }
  }

  /// A contender that a peer's worker runs.
  ///
  /// - Parameters:
  ///   - like: ours at the same work.
  ///   - inputs: what must stay as long as the work.
  ///   - check: compares the worker's results with ours.
  func contender<Inputs: AnyObject, Arguments: Encodable>(
    _ variant: PeerVariant, like ours: Contender, _ work: String, inputs: Shared<Inputs>,
    arguments: @escaping (Inputs) -> Arguments, check: @escaping (Inputs, PeerWork) throws -> Void
  ) -> Contender {
    Contender(
      variant.name, task: ours.task, parameters: ours.parameters, cost: ours.cost,
      group: ours.group
    ) { [workers] in
      let inputs = try inputs.get()
      return try workers.prepare(variant, work, arguments(inputs))
        .workload { try check(inputs, $0) }
    }
  }
}
