internal import Autograd
internal import CoreLayers
import Foundation
public import SequenceModels

/// Trains a sequence model: the loop, and nothing else. What is shown and saved is the business of the
/// closures it is given.
public final class Trainer<Model: SequenceModel, Source: BatchSource> {
  /// Why ``run()`` came back.
  public enum Outcome: Equatable, Sendable {
    /// All steps are done.
    case finished
    /// ``shouldStop`` said so.
    case interrupted
    /// The validation score did not improve for `patience` validations.
    case stoppedEarly
  }

  /// What is trained.
  public let model: Model
  /// How.
  public let configuration: TrainingConfiguration
  /// The moments and the number of updates.
  public let optimizer: Adam
  /// Where the training is.
  public internal(set) var state = TrainingState()
  /// Trainable parameters that the last update found no gradient for, by their paths: usually parts of a model
  /// that its loss does not use.
  public internal(set) var parametersWithoutGradient: [String] = []
  /// The moving average of the weights, where the configuration asks for one.
  public let average: MovingAverage?
  /// D, for the paper's learning rate.
  public let modelDimension: Int
  var source: Source
  /// The gradients of the next update, where they were computed before a checkpoint.
  var prepared: PreparedStep?

  /// Called after each logging interval.
  public var onLog: (TrainingLog) throws -> Void = { _ in }
  /// Gives named scores; the one that the configuration names, or the first, decides which model is best. It
  /// gets the model with its averaged weights, where there are any.
  public var onValidation: (Model) throws -> [ValidationScore] = { _ in [] }
  /// Called after each validation.
  public var onValidated: (_ scores: [ValidationScore], _ isBest: Bool) throws -> Void = { _, _ in }
  /// Called when a checkpoint is due, after validations, and at the end. The gradients of the next update have been
  /// computed then, so the model must stay as it is.
  public var onCheckpoint: () throws -> Void = {}
  /// Gives the checkpoint that was written last, for a training that diverges; nil where there is none.
  public var lastCheckpoint: () throws -> Checkpoint? = { nil }
  /// Called when a training that diverged has gone back to a checkpoint; the state is that of the checkpoint, one
  /// roll-back more. ``onCheckpoint`` comes after it.
  public var onRollBack: (Divergence) throws -> Void = { _ in }
  /// Asked after each step; `true` ends the training in good order.
  public var shouldStop: () -> Bool = { InterruptFlag.isRaised }

  /// A training from the start; `TrainingError` for a configuration that describes none.
  public init(
    model: Model, modelDimension: Int, configuration: TrainingConfiguration, source: Source
  ) throws {
    try configuration.validate()
    self.model = model
    self.modelDimension = modelDimension
    self.configuration = configuration
    self.source = source
    // Without patterns, what the caller has frozen stays so.
    if !configuration.frozen.isEmpty {
      try model.freeze(configuration.frozen)
      let parameters = model.parameters
      if !parameters.contains(where: \.parameter.isTrainable) {
        throw TrainingError.invalidConfiguration(
          field: "frozen", expected: "at least one parameter that is left to train",
          found: "all \(parameters.count) frozen")
      }
    }
    optimizer = Adam(model.parameters, configuration: configuration.optimizer)
    average =
      configuration.averageDecay > 0
      ? MovingAverage(model.parameters, decay: configuration.averageDecay) : nil
  }

  /// Does something with the model that is the result so far: with its averaged weights, where there are any.
  public func withResult<Value>(_ body: (Model) throws -> Value) rethrows -> Value {
    guard let average else { return try body(model) }
    average.exchange()
    defer { average.exchange() }
    return try body(model)
  }

  /// Goes on where a checkpoint was written: parameters, moments, random streams and the position in the data.
  ///
  /// - Throws: ``TrainingError/checkpoint(path:problem:)`` where the checkpoint fits neither this model nor
  ///   these data, and what reading throws; the trainer is then as it was.
  public func resume(from checkpoint: Checkpoint) throws {
    let state = try checkpoint.state()
    func require(_ condition: Bool, _ problem: String) throws {
      if !condition {
        throw TrainingError.checkpoint(path: checkpoint.path + "/state.json", problem: problem)
      }
    }
    let count = try source.batchCount(epoch: state.epoch)
    // An epoch without batches is for run() to report.
    try require(
      state.batchIndex == 0 || (1..<max(1, count)).contains(state.batchIndex),
      "batchIndex: expected one of the \(count) batches of epoch \(state.epoch), "
        + "found \(state.batchIndex); have the data changed?")
    // Everything is read before anything is changed.
    let moments = try checkpoint.readOptimizer(optimizer)
    try require(
      moments.step == state.step,
      "step: expected \(moments.step), the optimizer's, found \(state.step)")
    let averages = try average.map { try checkpoint.readAverage($0) }
    try checkpoint.loadWeights(into: model)
    optimizer.take(moments)
    if let averages { average?.values = averages }
    self.state = state
    prepared = nil
  }

  /// The number of updates the whole training will have. Where only epochs limit it, an estimate that takes all
  /// epochs to be as long as the first.
  public var totalSteps: Int {
    get throws {
      let bySteps = configuration.maximumSteps > 0 ? configuration.maximumSteps : Int.max
      if configuration.maximumEpochs == 0 { return bySteps }
      // Not the current epoch's: a learning rate that depends on it must be the same after resuming.
      let perEpoch = try source.batchCount(epoch: 0)
      let (byEpochs, overflow) = perEpoch.multipliedReportingOverflow(
        by: configuration.maximumEpochs)
      return min(bySteps, overflow ? .max : byEpochs)
    }
  }

  /// Trains until the limits of the configuration, or until told to stop.
  ///
  /// - Throws: ``TrainingError/diverged(_:)``, and what the model, the source of batches and the closures throw.
  public func run() throws -> Outcome {
    var log = TrainingLog.Counter()
    let total = try totalSteps
    // A training that ended so does not go on unless the patience is raised.
    if isOutOfPatience { return .stoppedEarly }
    // Whoever calls this may have changed the model.
    prepared = nil
    // There must be something to go back to.
    if configuration.onDivergence == .rollBack && state.step == 0 { try onCheckpoint() }
    while !isFinished {
      do {
        if let outcome = try advance(&log, totalSteps: total) { return outcome }
      } catch TrainingError.diverged(let divergence) {
        try recover(from: divergence)
        log = TrainingLog.Counter()
      }
    }
    return .finished
  }

  /// One update and what is due after it.
  ///
  /// - Returns: why the training ends, if it ends before its last update.
  private func advance(_ log: inout TrainingLog.Counter, totalSteps total: Int) throws -> Outcome? {
    let batchCount = try source.batchCount(epoch: state.epoch)
    let next = try nextStep()
    let step = try update(with: next, totalSteps: total)
    log.add(next.batch, step)
    state.batchIndex += 1
    let endsEpoch = state.batchIndex >= batchCount
    if endsEpoch {
      state.epoch += 1
      state.batchIndex = 0
    }
    let ends = isFinished
    if state.step % configuration.logInterval == 0 || ends {
      try onLog(log.log(state: state, totalSteps: total))
      log = TrainingLog.Counter()
    }
    let interval = configuration.validationInterval
    if ends || (interval > 0 ? state.step % interval == 0 : endsEpoch) {
      try requireUsableState(after: step, isLast: ends)
      try validate()
      try onCheckpoint()
      if !ends && isOutOfPatience { return .stoppedEarly }
    } else if state.step % configuration.checkpointInterval == 0 {
      try requireUsableState(after: step)
      try onCheckpoint()
    }
    if !ends && shouldStop() {
      try requireUsableState(after: step)
      if log.stepCount > 0 { try onLog(log.log(state: state, totalSteps: total)) }
      try onCheckpoint()
      return .interrupted
    }
    return nil
  }

  private var isFinished: Bool {
    configuration.maximumSteps > 0 && state.step >= configuration.maximumSteps
      || configuration.maximumEpochs > 0 && state.epoch >= configuration.maximumEpochs
  }

  private var isOutOfPatience: Bool {
    configuration.patience > 0
      && state.validationsWithoutImprovement >= configuration.patience
  }

  private func validate() throws {
    let scores = try withResult(onValidation)
    let name = configuration.bestBy
    guard let decisive = name.isEmpty ? scores.first : scores.first(where: { $0.name == name })
    else {
      if scores.isEmpty { return }
      throw TrainingError.invalidConfiguration(
        field: "bestBy", expected: "one of " + scores.map(\.name).joined(separator: ", "),
        found: name)
    }
    let isBest = decisive.isBetter(
      than: state.bestScore, byMoreThan: configuration.minimumImprovement)
    if isBest {
      state.bestScore = decisive.value
      state.bestStep = state.step
      state.validationsWithoutImprovement = 0
      state.validationsSinceReduction = 0
    } else {
      state.validationsWithoutImprovement += 1
      state.validationsSinceReduction += 1
      if state.validationsSinceReduction >= configuration.schedule.patience {
        state.rateReductions += 1
        state.validationsSinceReduction = 0
      }
    }
    try onValidated(scores, isBest)
  }
}

extension Duration {
  var seconds: Double { Double(components.seconds) + Double(components.attoseconds) * 1e-18 }
}
