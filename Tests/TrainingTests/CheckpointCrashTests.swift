import AttentionKit
import Foundation
import TestSupport
import Testing

/// Whatever happens while a checkpoint is written, a complete one can be read.
@Suite struct CheckpointCrashTests {
  /// A model that does something when it is asked for its parameters, which is in the middle of writing.
  private struct Trap: Layer {
    let action: @Sendable () -> Void
    var children: [LayerChild] {
      action()
      return [.parameter("scores", Parameter(.zeros([3])))]
    }
  }

  private func expectWeights(_ expected: [Float], at path: String) throws {
    let model = UnigramModel([0, 0, 0])
    try Checkpoint(contentsOf: path).loadWeights(into: model)
    #expect(model.scores.value.scalars == expected)
  }

  @Test func killedInTheMiddleOfAWrite() async throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/last"
    try Checkpoint.write(to: path, model: UnigramModel([1, 2, 3]), configuration: .null)
    await #expect(processExitsWith: .signal(SIGKILL)) { [path = path as String] in
      let trap = Trap { kill(getpid(), SIGKILL) }
      try Checkpoint.write(to: path, model: trap, configuration: .string("new"))
    }
    // The part that was written lies there under another name, and does no harm.
    let names = try folder.names()
    #expect(names.count == 2 && names.contains("last"), "\(names)")
    let leftover = try #require(names.first { $0 != "last" })
    #expect(leftover.hasPrefix(".last"))
    #expect(
      FileManager.default.fileExists(
        atPath: folder.path + "/\(leftover)/configuration.json"))
    try expectWeights([1, 2, 3], at: path)
    try Checkpoint.write(to: path, model: UnigramModel([4, 5, 6]), configuration: .null)
    try expectWeights([4, 5, 6], at: path)
    // The writer of the part is dead, so the next one has cleaned up after it.
    #expect(try folder.names() == ["last"])
  }

  /// A checkpoint takes the place of a checkpoint, and of nothing that somebody else keeps there.
  @Test func whatIsNoCheckpointIsNotReplaced() throws {
    let folder = try TemporaryFolder()
    let model = UnigramModel([1, 2, 3])
    let file = try folder.file("file", "mine")
    expectError(containing: "expected a checkpoint to replace, or nothing, found a file") {
      try Checkpoint.write(to: file, model: model, configuration: .null)
    }
    #expect(try contents(of: file) == Array("mine".utf8))
    expectError(containing: "found a folder of other things") {
      try Checkpoint.write(to: folder.path, model: model, configuration: .null)
    }
    #expect(try folder.names() == ["file"])
    // An empty folder is nothing.
    try AtomicDirectory.create(folder.path + "/a/b")
    try Checkpoint.write(to: folder.path + "/a/b", model: model, configuration: .null)
    try expectWeights([1, 2, 3], at: folder.path + "/a/b")
  }

  /// Between the renaming of the old folder and that of the new one, there is only the old one under its other
  /// name.
  @Test func killedBetweenTheRenames() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/last"
    try Checkpoint.write(to: path, model: UnigramModel([1, 2, 3]), configuration: .null)
    try FileManager.default.moveItem(
      atPath: path, toPath: AtomicDirectory.previousName(of: path))
    try expectWeights([1, 2, 3], at: path)
    try Checkpoint.write(to: path, model: UnigramModel([4, 5, 6]), configuration: .null)
    try expectWeights([4, 5, 6], at: path)
    #expect(try folder.names() == ["last"])
  }

  @Test func aWriteThatFailsChangesNothing() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/last"
    try Checkpoint.write(to: path, model: UnigramModel([1, 2, 3]), configuration: .null)
    #expect(throws: FileError.self) {
      // The last file cannot be written: its folder is not there.
      try Checkpoint.write(
        to: path, model: UnigramModel([4, 5, 6]), configuration: .null,
        files: ["nowhere/vocabulary.txt": Data("a".utf8)])
    }
    try expectWeights([1, 2, 3], at: path)
    #expect(try folder.names() == ["last"])
    #expect(throws: FileError.self) {
      try Checkpoint.write(
        to: folder.path + "/nowhere/last", model: UnigramModel([4, 5, 6]), configuration: .null)
    }
  }
}
