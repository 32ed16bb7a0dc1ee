import AttentionKit
import BenchmarkKit

/// A model before its first step, its batch, and what the loss and the gradients of that step are without dropout.
final class TrainingInputs<Model: SequenceModel> {
  static var labelSmoothing: Float { 0.1 }

  /// What is compared of a step.
  struct Gradients: Decodable {
    let loss: Double
    /// Of each parameter's gradient.
    let norms: [String: Double]

    var norm: Double { norms.values.reduce(0) { $0 + $1 * $1 }.squareRoot() }
  }

  /// What a worker finds.
  struct Found: Decodable {
    /// Without dropout.
    let plain: Gradients
    /// With dropout, where the work is compiled with it: not compiled, and compiled.
    let dropped: Gradients?
    let compiled: Gradients?
  }

  let step: TrainedStep<Model>
  let batch: TrainingBatch
  let expected: Gradients
  private let folder: PeerFolder

  init(_ model: Model, _ batch: TrainingBatch) throws {
    step = TrainedStep(model)
    self.batch = batch
    folder = try PeerFolder()
    expected = try Self.gradients(of: model, batch)
    let shape = [batch.source.count, batch.decoderInput.maximumLength]
    func tokens(_ name: String, _ tokens: [Int32]) -> SafetensorsFile.NamedValues {
      SafetensorsFile.NamedValues(
        "batch." + name, integers: tokens.map(Int64.init), dimensions: shape)
    }
    try SafetensorsFile.write(
      model.parameters.map { SafetensorsFile.NamedValues($0.path, $0.parameter.value) }
        + [
          tokens("source", batch.source.tokens), tokens("input", batch.decoderInput.tokens),
          tokens("expected", batch.expected),
        ], to: path)
  }

  /// What a model finds in a batch without dropout.
  static func gradients(
    of model: Model, _ batch: TrainingBatch, precision: ProductPrecision = .float32
  ) throws -> Gradients {
    let context = ForwardContext.differentiating(precision: precision)
    let loss = try model.loss(
      batch, labelSmoothing: Self.labelSmoothing, normalizer: Float(batch.targetTokenCount),
      in: context)
    let gradients = context.backward(from: loss.objective)
    var norms: [String: Double] = [:]
    for named in model.parameters {
      guard let gradient = gradients[named.parameter] else {
        throw SuiteError("\(named.path) has no gradient")
      }
      norms[named.path] =
        Reductions.sumOfSquares(gradient.pointer, count: gradient.count).squareRoot()
    }
    return Gradients(loss: Double(loss.objective.value.scalar), norms: norms)
  }

  /// Parameters and batch.
  var path: String { folder.file("training.safetensors") }

  /// Compares a worker's first step with ours.
  func check(_ work: PeerWork, _ variant: PeerVariant) throws {
    let found: Found = try work.check()
    try check(found.plain, variant)
    if let dropped = found.dropped, let compiled = found.compiled {
      // Each draws its own elements to drop.
      try Self.requireClose(
        compiled, dropped, loss: 3e-2, norm: 0.15, "compiled, with dropout,")
    }
  }

  /// Compares what was found without dropout with what is expected.
  func check(_ found: Gradients, _ variant: PeerVariant) throws {
    try Self.requireClose(
      found, expected, loss: variant.tolerance(float32: 1e-4, lower: 1e-2),
      norm: variant.tolerance(float32: 1e-3, lower: 5e-2), "without dropout")
  }

  /// - Parameters:
  ///   - loss: by which share of the loss it may differ.
  ///   - norm: by which share of the norm of all gradients together the norm of each may differ.
  static func requireClose(
    _ found: Gradients, _ expected: Gradients, loss: Double, norm: Double, _ what: String
  ) throws {
    // Written so that NaN is refused as well.
    guard abs(found.loss - expected.loss) <= loss * abs(expected.loss) else {
      throw SuiteError("\(what) its loss is \(found.loss), expected \(expected.loss)")
    }
    guard Set(found.norms.keys) == Set(expected.norms.keys) else {
      throw SuiteError("\(what) it has gradients of other parameters")
    }
    let all = expected.norm
    for (name, value) in expected.norms.sorted(by: { $0.key < $1.key }) {
      let other = found.norms[name] ?? .nan
      guard abs(other - value) <= norm * all else {
        throw SuiteError("\(what) its gradient of \(name) has norm \(other), expected \(value)")
      }
    }
  }
}
