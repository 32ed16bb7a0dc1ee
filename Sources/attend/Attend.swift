import AttentionKit
import Foundation

/// The command-line tool. Exit status 0: done; 1: it could not be done; 2: it was called the wrong way.
@main
struct Attend {
  static let version = "0.1.0"

  static func main() {
    StandardStreams.reserve()
    // A reader that goes away ends the tool without a word, as it does other filters.
    signal(SIGPIPE, SIG_DFL)
    // A file that grows over the limit (ulimit -f) is an error of the write, as a full disk is.
    signal(SIGXFSZ, SIG_IGN)
    exit(run(Array(CommandLine.arguments.dropFirst())))
  }

  private static func run(_ arguments: [String]) -> Int32 {
    let name = "attend" + (arguments.first.map { " " + $0 } ?? "")
    do {
      return try perform(arguments)
    } catch let error as UsageError {
      Command.say("\(name): \(error)\nSee \(name) --help.")
      return 2
    } catch let error as FileError where error.code == EPIPE {
      // The signal is blocked, or ignored by training.
      return 128 + SIGPIPE
    } catch let error as CocoaError {
      Command.say(
        "\(name): \(error.filePath.map { $0 + ": " } ?? "")\(error.localizedDescription)")
      return 1
    } catch {
      Command.say("\(name): \(error)")
      return 1
    }
  }

  /// - Returns: the exit status.
  private static func perform(_ arguments: [String]) throws -> Int32 {
    guard let name = arguments.first else {
      Command.say(help)
      return 2
    }
    if ["--help", "-h", "help"].contains(name) {
      try StandardStreams.writeLine(help)
      return 0
    }
    if name == "--version" {
      try StandardStreams.writeLine("attend \(version)")
      return 0
    }
    guard let command = Command.all.first(where: { $0.name == name }) else {
      let nearest = ConfigurationOverlay.nearest(to: name, among: Command.all.map(\.name))
      Command.say(
        "attend: unknown command \"\(name)\""
          + (nearest.map { "; did you mean \"\($0)\"?" } ?? "") + "\nSee attend --help.")
      return 2
    }
    let rest = Array(arguments.dropFirst())
    if rest.contains("--help") || rest.contains("-h") {
      try StandardStreams.write(command.help)
      return 0
    }
    let parsed = try Arguments(
      rest, options: command.options + Command.commonOptions, words: command.wordCount)
    if let threads = try parsed.positiveInteger("--threads") { ThreadPool.threadCount = threads }
    try command.run(parsed)
    return 0
  }

  private static var help: String {
    let width = Command.all.map(\.name.count).max() ?? 0
    let commands = Command.all.map {
      "  " + $0.name.padding(toLength: width + 2, withPad: " ", startingAt: 0) + $0.summary
    }
    return """
      attend \(version): train and use Transformers and their recurrent rivals on a CPU.

      usage: attend COMMAND [options]

      commands:
      \(commands.joined(separator: "\n"))

      attend COMMAND --help shows a command's options. Exit status: 0 done, 1 failed, 2 wrong usage.
      """
  }
}
