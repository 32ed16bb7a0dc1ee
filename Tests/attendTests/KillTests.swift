import AttentionKit
import Foundation
import TestSupport
import Testing

/// A training that is killed again and again, at random moments and in the middle of writing checkpoints, loses
/// nothing but time: it ends with the files of one that nobody disturbed.
@Suite struct KillTests {
  /// Few as a rule; `make kill-test KILLS=100` sets it.
  private static let killCount =
    ProcessInfo.processInfo.environment["ATTEND_KILLS"].flatMap(Int.init) ?? 4

  /// Everything that training carries along, with a checkpoint after each update.
  private static let settings =
    TinyModel.settings + [
      "data.task=copy", "data.pairCount=60", "data.symbolCount=5", "data.longest=4",
      "data.pairsPerBatch=16", "data.heldOutShare=0.2", "training.maximumSteps=40",
      "training.checkpointInterval=1", "training.validationInterval=3", "training.logInterval=1",
      "training.keepLast=2", "training.averageDecay=0.9", "training.accumulationParts=2",
      "training.schedule.kind=plateau", "training.schedule.rate=0.01",
      "training.schedule.warmupSteps=3", "training.schedule.patience=1",
    ]

  @Test func killedTrainingsEndWithTheSameBits() throws {
    let folder = try TemporaryFolder()
    let whole = folder.path + "/whole"
    let begin = Date()
    let result = try Tool.run(
      ["train", "--output", whole] + Self.settings.flatMap { ["--set", $0] })
    let duration = Date().timeIntervalSince(begin)
    try #require(result.status == 0, "\(result.errors)")
    let expected = try RunFiles(whole)

    var generator = SeededGenerator(seed: 1)
    var (kills, inWriting, runs) = (0, 0, 0)
    while kills < Self.killCount {
      runs += 1
      let run = folder.path + "/run-\(runs)"
      var step = 0
      while kills < Self.killCount {
        let training = try Training(run, settings: Self.settings)
        let wait = Double.random(in: 0...duration / 3, using: &generator)
        // Half of them wait for the next checkpoint to be begun.
        let aims = kills % 2 == 1
        if training.kill(after: wait, whenWriting: aims) {
          kills += 1
          inWriting += training.leftovers.isEmpty ? 0 : 1
        } else if training.isFinished {
          break
        }
        // What is there can be read and is no older than before.
        let now = try training.stepOfCompleteCheckpoints()
        #expect(now >= step, "killed after step \(step), found \(now)")
        step = now
      }
      let last = try Training(run, settings: Self.settings)
      last.waitUntilExit()
      #expect(last.isFinished, "\(last.errors)")
      let found = try RunFiles(run)
      #expect(found.names == expected.names)
      for (name, contents) in expected.contents {
        #expect(found.contents[name] == contents, "\(name) of run \(runs), killed \(kills) times")
      }
    }
    print("\(kills) kills in \(runs) runs, \(inWriting) while a checkpoint was written")
    if kills >= 20 { #expect(inWriting > 0) }
  }
}

/// One process of `attend train`.
private final class Training {
  private let process = Process()
  private let run: String
  private let messages: TemporaryFolder

  /// Begins a run, or goes on with it where it has a checkpoint.
  init(_ run: String, settings: [String]) throws {
    self.run = run
    messages = try TemporaryFolder()
    let resumes = AtomicDirectory.locate(run + "/last") != nil
    process.executableURL = URL(fileURLWithPath: Tool.path)
    process.arguments =
      ["train", "--output", run] + (resumes ? ["--resume"] : settings.flatMap { ["--set", $0] })
    process.standardError = FileHandle(forWritingAtPath: try messages.file("errors", ""))
    try process.run()
  }

  var isFinished: Bool { !process.isRunning && process.terminationStatus == 0 }

  var errors: String {
    (try? String(contentsOfFile: messages.path + "/errors", encoding: .utf8)) ?? ""
  }

  func waitUntilExit() { process.waitUntilExit() }

  /// Folders under temporary names, of which there are some only while a checkpoint is written.
  var leftovers: [String] {
    let names = (try? FileManager.default.subpathsOfDirectory(atPath: run)) ?? []
    return names.filter { $0.split(separator: "/").last!.contains(/^\..*\.tmp-/) }
  }

  /// - Returns: whether it was still running.
  func kill(after seconds: Double, whenWriting: Bool) -> Bool {
    let end = Date().addingTimeInterval(seconds)
    while process.isRunning && (Date() < end || (whenWriting && leftovers.isEmpty)) { usleep(200) }
    Foundation.kill(process.processIdentifier, SIGKILL)
    process.waitUntilExit()
    return process.terminationReason == .uncaughtSignal
  }

  /// Reads every checkpoint of the run.
  ///
  /// - Returns: the step of the last one; 0 where there is none.
  func stepOfCompleteCheckpoints() throws -> Int {
    let kept = (try? FileManager.default.contentsOfDirectory(atPath: run + "/checkpoints")) ?? []
    let models =
      kept.filter { $0.wholeMatch(of: /step-\d+/) != nil }.map { "checkpoints/" + $0 } + ["best"]
    for path in models.map({ run + "/" + $0 }) where AtomicDirectory.locate(path) != nil {
      _ = try readTensors(Checkpoint(contentsOf: path).path + "/weights.safetensors")
    }
    guard AtomicDirectory.locate(run + "/last") != nil else { return 0 }
    let last = try Checkpoint(contentsOf: run + "/last")
    for file in ["weights", "optimizer", "average"] {
      try #require(readTensors(last.path + "/\(file).safetensors") > 20)
    }
    return try last.state().step
  }

  /// - Returns: how many there are.
  private func readTensors(_ path: String) throws -> Int {
    let file = try SafetensorsFile(contentsOf: path)
    for entry in file.entries where entry.name != "step" {
      #expect(try file.tensor(named: entry.name).firstNonFiniteIndex == nil)
    }
    return file.entries.count
  }
}

/// What a run leaves behind: all names, and the contents of the files that do not tell the time.
struct RunFiles {
  let names: [String]
  let contents: [String: [UInt8]]

  init(_ run: String) throws {
    names = try FileManager.default.subpathsOfDirectory(atPath: run).sorted()
    var contents: [String: [UInt8]] = [:]
    for name in names where name != "metrics.jsonl" {
      var isFolder: ObjCBool = false
      _ = FileManager.default.fileExists(atPath: run + "/" + name, isDirectory: &isFolder)
      if isFolder.boolValue { continue }
      var bytes = try TestSupport.contents(of: run + "/" + name)
      if name.hasSuffix("state.json") {
        let text = String(decoding: bytes, as: UTF8.self)
        bytes = Array(text.replacing(/"elapsedSeconds" : [0-9.e-]+/, with: "").utf8)
      }
      contents[name] = bytes
    }
    self.contents = contents
  }
}
