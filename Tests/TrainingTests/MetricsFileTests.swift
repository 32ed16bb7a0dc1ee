import AttentionKit
import Foundation
import TestSupport
import Testing

@Suite struct MetricsFileTests {
  private struct Entry: Codable, Equatable {
    var step: Int
    var loss: Double
  }

  private func lines(_ path: String) throws -> [String] {
    String(decoding: try contents(of: path), as: UTF8.self).split(
      separator: "\n", omittingEmptySubsequences: false
    ).map(String.init)
  }

  @Test func oneObjectALine() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/metrics.jsonl"
    let metrics = try MetricsFile(path, continuingAfter: nil)
    #expect(metrics.path == path)
    #expect(try contents(of: path) == [])
    try metrics.append(Entry(step: 1, loss: 0.5))
    try metrics.append(Entry(step: 2, loss: 0.25))
    #expect(try lines(path) == [#"{"loss":0.5,"step":1}"#, #"{"loss":0.25,"step":2}"#, ""])
    // A new training is a new history.
    _ = try MetricsFile(path, continuingAfter: nil)
    #expect(try contents(of: path) == [])
  }

  @Test func continuesAfterAStepWithoutDuplicates() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/metrics.jsonl"
    // Written by a training that died in its third line; another program added things of its own.
    try """
    {"step":1,"loss":3}
    {"step":2,"loss":2,"validation":{"step":9}}
    nonsense
    {"loss":1}
    {"step":"2"}
    {"step":3,"loss":1}
    {"step":2,"note":"a second entry of this step"}
    {"step":1,"lo
    """.write(toFile: path, atomically: false, encoding: .utf8)
    let metrics = try MetricsFile(path, continuingAfter: 2)
    try metrics.append(Entry(step: 3, loss: 0.5))
    #expect(
      try lines(path) == [
        #"{"step":1,"loss":3}"#, #"{"step":2,"loss":2,"validation":{"step":9}}"#,
        #"{"step":2,"note":"a second entry of this step"}"#, #"{"loss":0.5,"step":3}"#, "",
      ])
  }

  @Test func continuesWithoutAHistory() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/metrics.jsonl"
    let metrics = try MetricsFile(path, continuingAfter: 7)
    try metrics.append(Entry(step: 8, loss: 0.5))
    #expect(try lines(path) == [#"{"loss":0.5,"step":8}"#, ""])
  }

  @Test func aLogSurvives() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/metrics.jsonl"
    let metrics = try MetricsFile(path, continuingAfter: nil)
    let trainer = try Trainer(
      model: UnigramModel([0, 0, 0]), modelDimension: 1,
      configuration: quickConfiguration(steps: 3),
      source: FixedBatches([
        TrainingBatch(sources: [[0]], targets: [[0, 0]], start: 1, end: 2)
      ]))
    var logs: [TrainingLog] = []
    trainer.shouldStop = { false }
    trainer.onLog = {
      logs.append($0)
      try metrics.append($0)
    }
    _ = try trainer.run()
    let read = try lines(path).dropLast().map {
      try JSONDecoder().decode(TrainingLog.self, from: Data($0.utf8))
    }
    #expect(read == logs && read.count == 3)
  }

  @Test func placesThatCannotBeWritten() throws {
    let folder = try TemporaryFolder()
    #expect(throws: FileError.self) {
      try MetricsFile(folder.path + "/nowhere/metrics.jsonl", continuingAfter: nil)
    }
    let path = folder.path + "/metrics.jsonl"
    let metrics = try MetricsFile(path, continuingAfter: nil)
    try FileManager.default.removeItem(atPath: path)
    let error = try #require(throws: FileError.self) {
      try metrics.append(Entry(step: 1, loss: 1))
    }
    #expect(error.path == path)
  }

  /// A perplexity is soon infinite when training goes wrong. That is for the history to show, and no reason to
  /// end the training.
  @Test func numbersThatJSONDoesNotHave() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/metrics.jsonl"
    let metrics = try MetricsFile(path, continuingAfter: nil)
    try metrics.append(Entry(step: 1, loss: .infinity))
    try metrics.append(Entry(step: 2, loss: .nan))
    #expect(try lines(path) == [#"{"loss":"Infinity","step":1}"#, #"{"loss":"NaN","step":2}"#, ""])
    // The lines are JSON, so a resumed training keeps them.
    let before = try contents(of: path)
    _ = try MetricsFile(path, continuingAfter: 2)
    #expect(try contents(of: path) == before)
  }
}
