import Foundation
internal import ModelFiles
internal import Tensors

extension Checkpoint {
  /// Writes a checkpoint whose weights are the mean of others', for use and not for going on with training.
  ///
  /// The paper averages the last 5 checkpoints of its base models (section 6.1). Means are computed in double
  /// precision, so that their order does not matter but for the last bit. Vocabularies and other files must be
  /// the same in all; configuration is that of the last.
  ///
  /// - Throws: ``TrainingError/checkpoint(path:problem:)`` for no checkpoints, and for the first that differs in
  ///   names, shapes or files.
  public static func writeAverage(of checkpoints: [Checkpoint], to path: String) throws {
    guard let last = checkpoints.last else {
      throw TrainingError.checkpoint(
        path: path, problem: "expected at least one checkpoint to average, found none")
    }
    let extras = try last.furtherFiles()
    let first = try SafetensorsFile(contentsOf: checkpoints[0].path + "/weights.safetensors")
    let names = first.entries.map(\.name)
    var sums: [[Double]] = []
    for checkpoint in checkpoints {
      let files = try checkpoint.furtherFiles()
      if files != extras {
        let name = Set(files.keys).union(extras.keys).sorted().first { files[$0] != extras[$0] }
        throw TrainingError.checkpoint(
          path: checkpoint.path + "/" + (name ?? ""),
          problem: "expected the same contents as in \(last.path)")
      }
      let tensors = try checkpoint.read(
        SafetensorsFile(contentsOf: checkpoint.path + "/weights.safetensors"),
        expecting: names.map { ($0, try first.tensor(named: $0).shape) })
      if sums.isEmpty { sums = tensors.map { Array(repeating: 0, count: $0.count) } }
      for (index, tensor) in tensors.enumerated() {
        let values = tensor.scalars
        for place in values.indices { sums[index][place] += Double(values[place]) }
      }
    }
    let scale = 1 / Double(checkpoints.count)
    let means = try zip(names, sums).map { name, sum in
      SafetensorsFile.NamedValues(
        name, Tensor(sum.map { Float($0 * scale) }, shape: try first.tensor(named: name).shape))
    }
    try replace(path) { folder in
      try AtomicFile.write(
        Array(Data(contentsOfFile: last.path + "/configuration.json")),
        to: folder + "/configuration.json")
      try SafetensorsFile.write(means, metadata: [:], to: folder + "/weights.safetensors")
      for (name, contents) in extras {
        try AtomicFile.write(Array(contents), to: folder + "/" + name)
      }
    }
  }

  /// The files that are the business of whoever wrote the checkpoint, such as vocabularies.
  private func furtherFiles() throws -> [String: Data] {
    let own = [
      "configuration.json", "weights.safetensors", "optimizer.safetensors", "average.safetensors",
      "state.json",
    ]
    var files: [String: Data] = [:]
    for name in try FileManager.default.contentsOfDirectory(atPath: path)
    where !own.contains(name) {
      files[name] = try Data(contentsOfFile: path + "/" + name)
    }
    return files
  }
}
