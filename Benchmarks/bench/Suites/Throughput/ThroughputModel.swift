import AttentionKit
import BenchmarkKit
import Kernels

/// A model of the comparison, made when it is first needed and then shared by all its contenders.
final class ThroughputModel {
  let name: String
  let parameterCount: Int
  private let make: () throws -> any ThroughputSubject
  private lazy var subject = Result { try make() }

  init(_ configuration: TransformerConfiguration, seed: UInt64) throws {
    name = "Transformer"
    // No formula: the parameters of the configuration's one model.
    let model = try Transformer(configuration, seed: seed)
    parameterCount = model.parameterCount
    make = { TrainedStep(model) }
  }

  init(_ name: String, _ configuration: RecurrentConfiguration, seed: UInt64) {
    self.name = name
    parameterCount = configuration.parameterCount
    make = { TrainedStep(try RecurrentModel(configuration, seed: seed)) }
  }

  func workload(_ task: ThroughputTask, _ batch: TrainingBatch) throws -> Workload {
    try subject.get().workload(task, batch)
  }
}

/// A model that can be given every task, whatever its type.
protocol ThroughputSubject: AnyObject {
  func workload(_ task: ThroughputTask, _ batch: TrainingBatch) throws -> Workload
}

extension TrainedStep: ThroughputSubject {
  /// Checks see one sequence or two: the others differ in nothing but their tokens.
  func workload(_ task: ThroughputTask, _ batch: TrainingBatch) throws -> Workload {
    let few = batch.first(batch.source.maximumLength < 64 ? 2 : 1)
    let run: () throws -> Void
    let check: () throws -> Void
    switch task {
    case .training:
      run = { blackHole(try self.run(batch)) }
      check = {
        try self.check(few)
        try self.checkGradient(few)
      }
    case .scoring:
      let normalizer = Float(batch.targetTokenCount)
      run = {
        blackHole(
          try self.model.loss(
            batch, labelSmoothing: 0, normalizer: normalizer, in: .inference()
          ).negativeLogLikelihood)
      }
      check = { try self.check(few) }
    case .decoding:
      let search = ForcedDecoding(length: batch.source.maximumLength)
      let sources = (0..<batch.source.count).map { batch.source[$0] }
      run = { blackHole(try search.outputs(sources, with: self.model)) }
      check = {
        let some = Array(sources.prefix(few.source.count))
        try search.check(search.outputs(some, with: self.model), some, with: self.model)
      }
    }
    let operations = try OperationCounter.count { try run() }
    return Workload(
      cost: Cost(
        flops: Double(operations),
        items: [
          "source tokens": Double(batch.sourceTokenCount),
          "target tokens": Double(batch.targetTokenCount),
        ]), check: check, run: run)
  }
}
