import Foundation
import TestSupport
import Testing

/// What `train` says and writes when a learning rate is far too high.
@Suite struct DivergenceRunTests {
  private let model: TinyModel

  init() throws {
    model = try .copy(steps: 4, ["data.heldOutShare=0", "training.schedule.kind=constant"])
  }

  private func resume(_ settings: String...) throws -> Tool.Result {
    try Tool.run(
      ["train", "--output", model.path, "--resume", "--set", "training.maximumSteps=30"]
        + settings.flatMap { ["--set", "training." + $0] })
  }

  @Test func theCauseAndTheCheckpointAreNamed() throws {
    let before = try RunFiles(model.path)
    let result = try resume("schedule.rate=1e30", "schedule.warmupSteps=1")
    #expect(result.status == 1)
    for words in [
      "attend train: training diverged at step 6: loss", "the first value that is not finite, ",
      " came out of ", " in encoder / ", "encoder.layers.0.", "is kept in \(model.path)/last",
      "or with onDivergence=rollBack",
    ] {
      #expect(result.errors.contains(words), "\(words): \(result.errors)")
    }
    let after = try RunFiles(model.path)
    for (name, contents) in before.contents where name.hasPrefix("last/") {
      #expect(after.contents[name] == contents, "\(name)")
    }
    let lower = try resume("schedule.rate=0.001")
    #expect(lower.status == 0, "\(lower.errors)")
  }

  @Test func rollBacksAreInTheHistory() throws {
    let result = try resume(
      "schedule.rate=1e30", "schedule.warmupSteps=1", "onDivergence=rollBack",
      "maximumRollBacks=2")
    #expect(result.status == 1)
    #expect(result.errors.contains("; back to step 4, with 0.25 of the learning rate from now on"))
    #expect(result.errors.contains("it had gone back to a checkpoint 2 times before"))
    let metrics = try String(contentsOfFile: model.path + "/metrics.jsonl", encoding: .utf8)
    let entries = try metrics.split(separator: "\n").map {
      try #require(JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
    }
    let rollBacks = entries.compactMap { $0["rollBack"] as? [String: Any] }
    #expect(rollBacks.map { $0["count"] as? Int } == [1, 2])
    #expect(rollBacks.map { $0["divergedAt"] as? Int } == [6, 6])
    #expect(rollBacks.map { $0["learningRateFactor"] as? Double } == [0.5, 0.25])
    // Nothing of what was undone stays.
    #expect(entries.allSatisfy { ($0["step"] as? Int ?? 99) <= 4 })
    let state = try String(contentsOfFile: model.path + "/last/state.json", encoding: .utf8)
    #expect(state.contains("\"rollBacks\" : 2"))
    // Where the rate is right, half and half again of it is what a quarter is.
    let lower = try resume("schedule.rate=0.001", "logInterval=1", "schedule.warmupSteps=0")
    #expect(lower.status == 0, "\(lower.errors)")
    #expect(lower.errors.contains("lr 2.50e-04"), "\(lower.errors)")
  }
}
