internal import Autograd
public import CoreLayers
internal import ModelFiles
internal import Tensors

/// What a warm start took over.
public struct WarmStart: Equatable, Sendable {
  /// Parameters that have the checkpoint's values now.
  public var loaded: [String] = []
  /// Parameters that the checkpoint does not have, or with another shape: they are as they were.
  public var missing: [String] = []
  /// Tensors of the checkpoint that the model has no place for.
  public var unused: [String] = []
}

extension Checkpoint {
  /// Sets the parameters of a model that the checkpoint has under the same path and with the same shape, and
  /// leaves the others: to begin another training with what an earlier one learned.
  ///
  /// - Throws: ``TrainingError/checkpoint(path:problem:)`` where nothing fits, and what reading throws.
  public func warmStart(_ model: some Layer) throws -> WarmStart {
    let file = try SafetensorsFile(contentsOf: path + "/weights.safetensors")
    var report = WarmStart()
    var values: [Tensor] = []
    let parameters = model.parameters
    var unused = Set(file.entries.map(\.name))
    for named in parameters {
      guard unused.contains(named.path) else {
        report.missing.append(named.path)
        continue
      }
      let tensor = try file.tensor(named: named.path)
      guard tensor.shape == named.parameter.shape else {
        report.missing.append(named.path)
        continue
      }
      unused.remove(named.path)
      report.loaded.append(named.path)
      values.append(tensor)
    }
    if values.isEmpty {
      throw TrainingError.checkpoint(
        path: file.path,
        problem: "expected parameters of the model's names and shapes, found none")
    }
    let loaded = Set(report.loaded)
    for (named, tensor) in zip(parameters.filter { loaded.contains($0.path) }, values) {
      named.parameter.value = tensor
    }
    report.unused = unused.sorted()
    return report
  }
}
