internal import Autograd
internal import CoreLayers
internal import Tensors

/// How the parameters of a Transformer begin. The paper does not say. Norms begin with weight 1 and bias 0 in all.
public enum InitializationScheme: String, Codable, Sendable, CaseIterable {
  /// Projections by Xavier, each for itself, embeddings normal with deviation 1 / √D, biases 0: Tensor2Tensor's.
  case xavier
  /// `nn.Transformer`'s: Xavier, for which queries, keys and values are one matrix; biases of attention 0, of
  /// feed-forward layers uniform over ±1 / √(fan in). Embeddings are standard normal (`nn.Embedding`), an untied
  /// projection uniform over ±1 / √D (`nn.Linear`).
  case pytorch
  /// The Annotated Transformer's: all matrices by Xavier, embeddings too; biases uniform over ±1 / √(fan in).
  case annotated
  /// All matrices normal with deviation 0.02, biases 0: Hugging Face's Marian and BERT.
  case normal

  /// Sets the parameters of a new model, which are xavier's before.
  func initialize(_ model: Transformer, using generator: inout SeededGenerator) {
    if self == .xavier { return }
    let parameters = model.parameters
    let matrices = Dictionary(
      uniqueKeysWithValues: parameters.filter { $0.parameter.shape.rank == 2 }
        .map { ($0.path, $0.parameter.shape) })
    for (path, parameter) in parameters.map({ ($0.path, $0.parameter) }) {
      // A bias stands beside the matrix whose fan it goes by; those of norms do not.
      let matrix = matrices[path.replacingLast("bias", by: "weight")]
      guard let shape = matrices[path] ?? matrix else { continue }
      let choice =
        parameter.shape.rank == 2
        ? matrixChoice(path, shape, model.configuration)
        : biasChoice(path, shape)
      parameter.value = choice.tensor(parameter.shape, using: &generator)
    }
  }

  private func matrixChoice(
    _ path: String, _ shape: Shape, _ configuration: TransformerConfiguration
  ) -> Initialization {
    switch self {
    case .xavier, .annotated: return .xavierUniform()
    case .normal: return .normal(standardDeviation: 0.02)
    case .pytorch:
      if path.contains("embedding") || path.hasPrefix("positions") {
        return .normal(standardDeviation: 1)
      }
      if path.hasPrefix("output_projection") {
        return .uniform(bound: 1 / Float(shape.last).squareRoot())
      }
      let isPacked = ["query", "key", "value"].contains { path.hasSuffix("attention.\($0).weight") }
      let (rows, columns) = (Float(shape[0]), Float(shape[1]))
      return .xavierUniform(
        gain: isPacked ? ((rows + columns) / (3 * rows + columns)).squareRoot() : 1)
    }
  }

  private func biasChoice(_ path: String, _ shape: Shape) -> Initialization {
    let uniform = Initialization.uniform(bound: 1 / Float(shape.last).squareRoot())
    return switch self {
    case .xavier, .normal: .zeros
    case .annotated: uniform
    case .pytorch: path.contains("attention") ? .zeros : uniform
    }
  }
}

extension String {
  /// Changes the part after the last dot, if it is `old`.
  fileprivate func replacingLast(_ old: String, by new: String) -> String {
    hasSuffix("." + old) ? dropLast(old.count) + new : self
  }
}
