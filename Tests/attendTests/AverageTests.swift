import Foundation
import ModelFiles
import Tensors
import TestSupport
import Testing

/// Means of checkpoints.
@Suite struct AverageTests {
  private func weights(_ checkpoint: String) throws -> [[Float]] {
    let file = try SafetensorsFile(contentsOf: checkpoint + "/weights.safetensors")
    return try file.entries.map(\.name).sorted().map { try file.tensor(named: $0).scalars }
  }

  @Test func theLastCheckpointsOfARunAreKeptAndAveraged() throws {
    let model = try TinyModel.copy(
      steps: 9, ["training.checkpointInterval=2", "training.keepLast=3"])
    let kept = try FileManager.default.contentsOfDirectory(atPath: model.path + "/checkpoints")
    #expect(Set(kept) == ["step-6", "step-8", "step-9"])
    let output = model.folder.path + "/mean"
    let result = try Tool.run("average", "--run", model.path, "--last", "2", "--output", output)
    #expect(result.status == 0, "\(result.errors)")
    let (a, b) = (
      try weights(model.path + "/checkpoints/step-8"),
      try weights(model.path + "/checkpoints/step-9")
    )
    for (mean, (x, y)) in zip(try weights(output), zip(a, b)) {
      for (m, (u, v)) in zip(mean, zip(x, y)) {
        #expect(m == Float((Double(u) + Double(v)) / 2))
      }
    }
    #expect(try Tool.run("translate", "--model", output, input: "1 2\n").status == 0)
    let more = try Tool.run("average", "--run", model.path, "--last", "4", "--output", output)
    #expect(more.status == 1)
    #expect(more.errors.contains("expected 4 checkpoints, found 3"))
  }

  @Test func checkpointsOfDifferentModelsAreNotAveraged() throws {
    let (a, b) = (
      try TinyModel.copy(), try TinyModel.copy(["model.headCount=1", "model.keyDimension=9"])
    )
    let other = try TinyModel.copy(["data.symbolCount=6"])
    let output = a.folder.path + "/mean"
    for (path, message) in [(b.path, "expected the shape"), (other.path, "vocabulary.txt")] {
      let result = try Tool.run("average", a.path + "/last", path + "/last", "--output", output)
      #expect(result.status == 1)
      #expect(result.errors.contains(message), "\(result.errors)")
      #expect(!FileManager.default.fileExists(atPath: output))
    }
    #expect(try Tool.run("average", "--output", output).status == 2)
  }
}
