import Foundation
import TestSupport
import Testing

/// A disk that is full while a checkpoint is written: an error that says so, and the checkpoint before it stays.
@Suite struct FullDiskTests {
  private static let settings = [
    "data.heldOutShare=0", "training.checkpointInterval=2", "training.averageDecay=0.9",
  ]

  /// Everywhere: a limit on the size of files takes the place of the disk. It is more than the configuration and the
  /// history need, and less than the weights.
  @Test(.disabled(if: hasThreadSanitizer, "its own files could not grow either"))
  func aFileThatCannotGrowFailsTheSaveAlone() throws {
    let model = try TinyModel.copy(steps: 4, Self.settings)
    let before = try RunFiles(model.path)
    let failed = try Tool.shell(
      "ulimit -f 8; exec \"$ATTEND\" train --output \"$RUN\" --resume --set training.maximumSteps=8",
      environment: ["RUN": model.path])
    #expect(failed.status == 1)
    #expect(
      failed.errors.contains(
        "attend train: \(model.path)/last/weights.safetensors: cannot write: File too large"),
      "\(failed.errors)")
    let after = try RunFiles(model.path)
    #expect(after.names == before.names)
    for (name, contents) in before.contents where name.hasPrefix("last/") {
      #expect(after.contents[name] == contents, "\(name)")
    }
    let resumed = try Tool.run(
      "train", "--output", model.path, "--resume", "--set", "training.maximumSteps=8")
    #expect(resumed.status == 0, "\(resumed.errors)")
    let other = try TinyModel.copy(steps: 8, Self.settings)
    let whole = try RunFiles(other.path)
    #expect(try RunFiles(model.path).contents == whole.contents)
  }

  /// Whether this process may make a small disk of its own that nobody else sees.
  private static let mayMount =
    (try? Tool.shell("unshare -rm mount -t tmpfs none /tmp"))?.status == 0

  @Test(
    .enabled(
      if: mayMount, "a file system in memory cannot be mounted here (unshare -rm mount -t tmpfs)"))
  func aFullDiskFailsTheSaveAlone() throws {
    let folder = try TemporaryFolder()
    let settings =
      TinyModel.settings + Self.settings + [
        "data.task=copy", "data.pairCount=200", "data.symbolCount=5", "data.longest=4",
        "data.pairsPerBatch=16", "training.maximumSteps=4", "training.logInterval=2",
      ]
    let script = """
      mkdir "$HOME/disk" "$HOME/kept" && mount -t tmpfs -o size=2m none "$HOME/disk" || exit 10
      run="$HOME/disk/run"
      "$ATTEND" train --output "$run" $SETTINGS 2> "$HOME/kept/first" || exit 11
      cp -r "$run/last" "$HOME/kept/before"
      # All but a little of the rest, enough for the configuration and the history.
      head -c 4m /dev/zero > "$HOME/disk/filler" 2> "$HOME/kept/filled"
      truncate -s -24K "$HOME/disk/filler"
      "$ATTEND" train --output "$run" --resume --set training.maximumSteps=8 2> "$HOME/kept/errors"
      echo $? > "$HOME/kept/status"
      diff -r "$run/last" "$HOME/kept/before" || exit 12
      ls -A "$run" > "$HOME/kept/names"
      rm "$HOME/disk/filler"
      "$ATTEND" train --output "$run" --resume --set training.maximumSteps=8 2> "$HOME/kept/second" || exit 13
      cp -r "$run" "$HOME/kept/run"
      """
    let result = try Tool.shell(
      "exec unshare -rm bash -c \"$SCRIPT\"",
      environment: [
        "SCRIPT": script, "HOME": folder.path,
        "SETTINGS": settings.map { "--set \($0)" }.joined(separator: " "),
      ])
    try #require(result.status == 0, "\(result)")
    func kept(_ name: String) throws -> String {
      try String(contentsOfFile: folder.path + "/kept/" + name, encoding: .utf8)
    }
    #expect(try kept("status") == "1\n")
    let errors = try kept("errors")
    #expect(
      errors.contains("/disk/run/last/") && errors.contains("No space left on device"), "\(errors)")
    #expect(try kept("names") == "configuration.json\nlast\nmetrics.jsonl\n")
    let other = try TinyModel.copy(steps: 8, Self.settings)
    let whole = try RunFiles(other.path)
    #expect(try RunFiles(folder.path + "/kept/run").contents == whole.contents)
  }

  /// Results that cannot be written are not lost in silence.
  @Test func resultsThatCannotBeWrittenAreAnError() throws {
    guard FileManager.default.fileExists(atPath: "/dev/full") else { return }
    let model = try TinyModel.copy()
    for command in [
      "echo 1 | \"$ATTEND\" translate --model \"$RUN\"", "\"$ATTEND\" inspect \"$RUN\"",
      "\"$ATTEND\" --version", "\"$ATTEND\" train --help",
      "\"$ATTEND\" attention --model \"$RUN\" --source 1", "echo a | \"$ATTEND\" tokenize",
    ] {
      let result = try Tool.shell(
        "set -o pipefail; \(command) > /dev/full", environment: ["RUN": model.path])
      #expect(result.status == 1, "\(command)")
      #expect(
        result.errors.contains("standard output: cannot write: No space left on device"),
        "\(command): \(result.errors)")
    }
    // Nobody can be told, but the status says it.
    #expect(try Tool.shell("\"$ATTEND\" nonsense 2> /dev/full").status == 2)
  }
}
