import AttentionKit
import Foundation

/// One of the tool's commands.
struct Command: Sendable {
  let name: String
  /// One line for the list of commands.
  let summary: String
  /// How its words are shown in the usage line.
  let words: String
  let wordCount: ClosedRange<Int>
  /// What the help says beyond the options.
  let details: String
  let options: [Arguments.Option]
  let run: @Sendable (Arguments) throws -> Void

  static let all: [Command] = [
    train, translate, score, evaluate, embed, attention, tokenize, vocabulary, average, convert,
    inspect, info, completion,
  ]

  static let commonOptions = [
    Arguments.Option("--threads", "N", "work with so many threads (default: all cores)"),
    Arguments.Option("--help", nil, "show this help"),
  ]

  var help: String {
    let all = options + Command.commonOptions
    let left = all.map { $0.name + ($0.value.map { " " + $0 } ?? "") }
    let width = (left.map(\.count).max() ?? 0) + 2
    let lines = zip(all, left).map { option, left in
      "  " + left.padding(toLength: width, withPad: " ", startingAt: 0) + option.help
    }
    let usage = ["usage: attend", name, "[options]", words].filter { !$0.isEmpty }
    return """
      \(usage.joined(separator: " "))

      \(details)

      options:
      \(lines.joined(separator: "\n"))

      """
  }

  /// Writes a message for a person.
  static func say(_ message: String) {
    StandardStreams.say(message)
  }
}
