import AttentionKit
import Fuzzing
import TestSupport

extension FuzzReader {
  /// A checkpoint's folder; each input replaces one of its files. A model or an optimiser that is not loaded as a whole
  /// is as it was.
  static func checkpoints() throws -> FuzzReader {
    let folder = try FastFolder()
    let path = folder.path + "/last"
    let written = SmallModel(fill: 1)
    let names = [
      "configuration.json", "state.json", "weights.safetensors", "optimizer.safetensors",
      "average.safetensors",
    ]
    var state = TrainingState()
    state.step = 0
    try Checkpoint.write(
      to: path, model: written, configuration: .object([.init("size", .number(13))]),
      optimizer: Adam(written.parameters), average: MovingAverage(written.parameters, decay: 0.5),
      state: state)
    let seeds = try names.map { try contents(of: path + "/" + $0) }
    let words =
      ByteMutator.jsonWords + [
        "formatVersion", "configuration", "step", "epoch", "dtype", "shape", "data_offsets", "F32",
        "first.", "second.",
      ]
    let changeHeader = ByteMutator.changeInside(lengthAt: 0, byteCount: 8, words: words)
    return FuzzReader(
      seeds: seeds, mutator: ByteMutator(words: words, changes: [changeHeader]),
      isExpected: { $0 is TrainingError || $0 is SafetensorsError || $0 is FileError }
    ) { input in
      for (index, name) in names.enumerated() {
        _ = try folder.file("last/" + name, index == input.seed ? input.bytes : seeds[index])
      }
      try read(path, written)
    }
  }

  private static func read(_ path: String, _ written: SmallModel) throws {
    let model = SmallModel(fill: 0)
    let optimizer = Adam(model.parameters)
    do {
      let checkpoint = try Checkpoint(contentsOf: path)
      let state = try checkpoint.state()
      try require(state.step >= 0 && state.batchIndex >= 0, "\(state)")
      try checkpoint.loadOptimizer(into: optimizer)
      try checkpoint.loadWeights(into: model)
      _ = try checkpoint.warmStart(model)
      for item in model.parameters {
        try require(item.parameter.value.count == item.parameter.shape.elementCount, item.path)
      }
    } catch let error as BrokenLaw {
      throw error
    } catch {
      // All or nothing: the weights come last.
      let values = model.parameters.flatMap(\.parameter.value.scalars)
      try require(values.allSatisfy { $0 == 0 }, "a part of the weights after \(error)")
      throw error
    }
  }

  /// A few parameters of different shapes.
  private struct SmallModel: Layer {
    let children: [LayerChild]

    init(fill: Float) {
      children = [("a", [3]), ("b", [2, 2]), ("c", [])].map { (name: String, shape: Shape) in
        let values = (0..<shape.elementCount).map { fill * Float($0 + 1) }
        return .parameter(name, Parameter(Tensor(values, shape: shape)))
      }
    }
  }
}
