import AttentionKit
import Foundation
import TestSupport
import Testing

/// Files and streams that are not what a command expects: the other rows of "Pathological input" in
/// Docs/Reliability.md.
@Suite struct PathologicalFileTests {
  private let model: TinyModel
  private var folder: TemporaryFolder { model.folder }
  private var environment: [String: String] { ["RUN": model.path, "DIR": folder.path] }

  init() throws { model = try .copy() }

  private func shell(_ script: String) throws -> Tool.Result {
    try Tool.shell(script, environment: environment)
  }

  /// With the signal as programs have it, ignored, and blocked by whoever started the tool.
  @Test(arguments: ["", "trap '' PIPE;", "blocked"])
  func aReaderThatGoesAway(signal: String) throws {
    let start =
      signal == "blocked"
      ? """
      python3 -c 'import os, signal
      signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGPIPE])
      os.execv(os.environ["ATTEND"], ["attend", "translate", "--model", os.environ["RUN"]])'
      """ : "\(signal) \"$ATTEND\" translate --model \"$RUN\""
    if signal == "blocked", try shell("python3 -c ''").status != 0 { return }
    let result = try shell(
      """
      for i in {1..3000}; do echo 1 2; done > "$DIR/many"
      (\(start)) < "$DIR/many" 2> "$DIR/errors" | head -1 > "$DIR/first"
      exit ${PIPESTATUS[0]}
      """)
    #expect([0, 128 + SIGPIPE].contains(result.status))
    #expect(try contents(of: folder.path + "/errors").isEmpty)
    #expect(try contents(of: folder.path + "/first").last == 0x0A)
  }

  /// Where a stream is closed, its number must not become that of a checkpoint's file, which messages would go into.
  @Test func closedStreams() throws {
    let settings =
      TinyModel.settings + [
        "data.task=copy", "data.pairCount=50", "training.maximumSteps=3",
        "training.checkpointInterval=1", "training.logInterval=1",
      ]
    let options = settings.map { "--set \($0)" }.joined(separator: " ")
    let result = try shell(
      "\"$ATTEND\" train --output \"$DIR/closed\" \(options) 0<&- 1>&- 2>&-")
    #expect(result.status == 0)
    let translated = try Tool.run("translate", "--model", folder.path + "/closed", input: "1\n")
    #expect(translated.status == 0, "\(translated.errors)")
    let history = try String(
      contentsOfFile: folder.path + "/closed/metrics.jsonl", encoding: .utf8)
    #expect(history.split(separator: "\n").allSatisfy { $0.hasPrefix("{") && $0.hasSuffix("}") })
    let output = try shell("echo 1 | \"$ATTEND\" translate --model \"$RUN\" >&-")
    #expect(output.status == 1)
    #expect(output.errors.contains("standard output: cannot write: Bad file descriptor"))
    let input = try shell("\"$ATTEND\" translate --model \"$RUN\" <&-")
    #expect(input.status == 1)
    #expect(input.errors.contains("standard input: cannot read: Bad file descriptor"))
  }

  /// Text that is replaced by renaming, as editors do, or grows while it is read, stays for the reader what it was.
  /// Text that is shortened in place is gone, which is an error and no crash.
  @Test(arguments: [false, true])
  func filesThatChangeWhileTheyAreRead(isShortened: Bool) throws {
    let data = try folder.file("changing.tsv", String(repeating: "1 2\t2 1\n", count: 400))
    // The second epoch, which reads the file again, begins after step 50.
    let settings =
      TinyModel.settings + [
        "data.train=\(data)", "data.heldOutShare=0", "data.pairsPerBatch=8", "data.streaming=true",
        "training.maximumSteps=60", "training.logInterval=1",
      ]
    let process = Process()
    process.executableURL = URL(fileURLWithPath: Tool.path)
    process.arguments =
      ["train", "--output", folder.path + "/changing"] + settings.flatMap { ["--set", $0] }
    let errors = Pipe()
    process.standardError = errors
    try process.run()
    var log = Data()
    while !String(decoding: log, as: UTF8.self).contains("step 3/") {
      let more = errors.fileHandleForReading.availableData
      if more.isEmpty { break }
      log += more
    }
    if isShortened {
      #expect(truncate(data, 0) == 0)
    } else {
      let handle = try #require(FileHandle(forWritingAtPath: data))
      try handle.seekToEnd()
      try handle.write(contentsOf: Data("no tab and \u{0} more\n".utf8))
      try handle.close()
      try AtomicFile.write("something else\n", to: data)
    }
    log += errors.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    let text = String(decoding: log, as: UTF8.self)
    #expect(process.terminationReason == .exit)
    #expect(process.terminationStatus == (isShortened ? 1 : 0), "\(text)")
    let message =
      "attend train: \(data): cannot read: somebody has written to it since it was opened"
    #expect(text.contains(message) == isShortened)
  }

  @Test func standardInputThatGrows() throws {
    let typed = try shell(
      "(echo 1; sleep 0.3; echo 2) | \"$ATTEND\" translate --model \"$RUN\" | wc -l")
    #expect(typed.output.trimmingCharacters(in: .whitespacesAndNewlines) == "2")
  }

  @Test func foldersInThePlaceOfFiles() throws {
    let place = folder.path
    for (command, message) in [
      (["score", "--model", model.path, "--data", place], "\(place): cannot read: it is a folder"),
      (["evaluate", "--hypotheses", place, "--target", place], "cannot read: it is a folder"),
      (["vocabulary", place], "cannot read: it is a folder"),
      (["tokenize", "--codes", place], "cannot read"),
      (["train", "--output", place + "/x", "--set", "data.train=\(place)"], "it is a folder"),
      (["train", "--output", place + "/x", "--config", place], "\(place): cannot be read"),
      (
        ["vocabulary", "--output", place, model.path + "/configuration.json"],
        "\(place): cannot write: Is a directory"
      ),
    ] {
      let result = try Tool.run(command)
      #expect(result.status == 1, "\(command)")
      #expect(result.errors.contains(message), "\(result.errors)")
    }
    let input = try shell("\"$ATTEND\" translate --model \"$RUN\" < \"$DIR\"")
    #expect(
      input.status == 1 && input.errors.contains("standard input: cannot read: Is a directory"))
  }

  @Test func filesInThePlaceOfFolders() throws {
    let file = try folder.file("file", "mine\n")
    let last = model.path + "/last"
    for (command, message) in [
      (["translate", "--model", file], "\(file): expected a checkpoint, or a run"),
      (["inspect", file], "expected a checkpoint, or a run"),
      (
        ["average", "--output", folder.path + "/x", file],
        "\(file)/configuration.json: cannot be read"
      ),
      (
        ["average", "--output", file, last],
        "expected a checkpoint to replace, or nothing, found a file"
      ),
      (
        ["average", "--output", model.path, last],
        "expected a checkpoint to replace, or nothing, found a folder of other things"
      ),
      (
        ["train", "--output", file, "--set", "data.task=copy"],
        "\(file): cannot create the folder: File exists"
      ),
      (["train", "--output", file + "/run", "--set", "data.task=copy"], "Not a directory"),
    ] {
      let result = try Tool.run(command)
      #expect(result.status == 1, "\(command)")
      #expect(result.errors.contains(message), "\(result.errors)")
      #expect(try contents(of: file) == Array("mine\n".utf8))
    }
    #expect(FileManager.default.fileExists(atPath: last + "/weights.safetensors"))
  }

  /// As a user who owns nothing; the administrator may do everything.
  @Test func filesThatMayNotBeReadOrWritten() throws {
    let closed = try folder.file("closed", "1\t1\n")
    try FileManager.default.setAttributes([.posixPermissions: 0], ofItemAtPath: closed)
    let locked = folder.path + "/locked"
    try AtomicDirectory.create(locked)
    try FileManager.default.setAttributes([.posixPermissions: 0o555], ofItemAtPath: locked)
    let user = getuid() == 0 ? "setpriv --reuid 65534 --regid 65534 --clear-groups " : ""
    // A checkout that other users cannot look into.
    if try shell(user + "\"$ATTEND\" --version").status != 0 { return }
    for (command, message) in [
      ("score --model \"$RUN\" --data \"$DIR/closed\"", "closed: cannot read: Permission denied"),
      ("vocabulary \"$DIR/closed\"", "closed: cannot read: Permission denied"),
      (
        "vocabulary --output \"$DIR/locked/v\" \"$RUN/configuration.json\"",
        "locked/v: cannot write: Permission denied"
      ),
      (
        "train --output \"$DIR/locked/run\" --set data.task=copy",
        "locked/run: cannot create the folder: Permission denied"
      ),
      (
        "average --output \"$DIR/locked/mean\" \"$RUN/last\"",
        "locked/mean: cannot create: Permission denied"
      ),
    ] {
      let result = try shell(user + "\"$ATTEND\" " + command)
      #expect(result.status == 1, "\(command)")
      #expect(result.errors.contains(message), "\(result.errors)")
    }
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: locked)
  }

  @Test func missingFilesAndLinksThatLeadNowhere() throws {
    let link = folder.path + "/link"
    try FileManager.default.createSymbolicLink(
      atPath: link, withDestinationPath: folder.path + "/nowhere")
    let there = try folder.file("there", "1\n")
    for missing in [link, folder.path + "/none"] {
      for command in [
        ["vocabulary", there, missing, there],
        ["evaluate", "--hypotheses", there, "--target", there, "--target", missing],
        ["score", "--model", model.path, "--source", there, "--target", missing],
      ] {
        let result = try Tool.run(command)
        #expect(result.status == 1)
        #expect(
          result.errors.contains("\(missing): cannot read: there is no such file"),
          "\(result.errors)")
        #expect(result.output.isEmpty)
      }
      let model = try Tool.run("translate", "--model", missing, input: "1\n")
      #expect(model.status == 1 && model.errors.contains("\(missing): expected a checkpoint"))
    }
    let average = try Tool.run(
      "average", "--output", folder.path + "/mean", model.path + "/last", folder.path + "/none")
    #expect(average.status == 1)
    #expect(average.errors.contains("\(folder.path)/none: there is no checkpoint here"))
    // What is written takes the link's place.
    #expect(try Tool.run("vocabulary", "--output", link, there).status == 0)
    #expect(try contents(of: link).count > 10)
    #expect(!FileManager.default.fileExists(atPath: folder.path + "/nowhere"))
  }

  @Test func aFileOfACheckpointIsMissing() throws {
    for name in [
      "configuration.json", "weights.safetensors", "source_vocabulary.txt", "optimizer.safetensors",
      "state.json",
    ] {
      let copy = folder.path + "/copy-\(name)"
      try FileManager.default.copyItem(atPath: model.path, toPath: copy)
      try FileManager.default.removeItem(atPath: copy + "/last/" + name)
      let result = try Tool.run(
        "train", "--output", copy, "--resume", "--set", "training.maximumSteps=9")
      #expect(result.status == 1)
      #expect(result.errors.contains("\(copy)/last/\(name)"), "\(result.errors)")
    }
  }

  /// `/dev/null` as input is an empty file. As output it takes everything; that it stays what it is, the tests of
  /// `AtomicFile` show with devices of their own.
  @Test func nothingAsInput() throws {
    for (command, status) in [
      ("translate --model \"$RUN\"", Int32(0)), ("tokenize", 0), ("vocabulary /dev/null", 0),
      ("score --model \"$RUN\" --data /dev/null", 0),
      ("evaluate --model \"$RUN\" --data /dev/null", 1),
      ("train --output \"$DIR/x\" --config /dev/null", 1),
      ("train --output \"$DIR/x\" --set data.train=/dev/null", 1),
      ("inspect /dev/null", 1),
    ] {
      let result = try shell("\"$ATTEND\" \(command) < /dev/null")
      #expect(result.status == status, "\(command): \(result.errors)")
      #expect(result.errors.isEmpty == (status == 0), "\(command)")
    }
  }

  /// A pipe in the place of `/dev/null` and of `/dev/stdout`.
  @Test func devicesAsOutput() throws {
    let result = try shell(
      """
      mkfifo "$DIR/pipe" && cat "$DIR/pipe" > "$DIR/copy" &
      while [ ! -p "$DIR/pipe" ]; do sleep 0.01; done
      echo a b > "$DIR/text"
      "$ATTEND" vocabulary --output "$DIR/pipe" "$DIR/text" || exit 3
      wait
      test -p "$DIR/pipe" && cat "$DIR/copy"
      """)
    #expect(result.status == 0, "\(result.errors)")
    #expect(result.output == "<pad>\n<unk>\n<s>\n</s>\na\nb\n")
  }
}
