import Foundation

extension Report {
  /// Everything that makes the numbers of the report doubtful, each once.
  public var warnings: [String] {
    context.warnings
      + (wasInterrupted
        ? ["INTERRUPTED: what was measured until then is here, the rest is missing"] : [])
  }

  /// The machine, the build and the program's surroundings, as names and values.
  var environment: [(name: String, value: String)] {
    // The header's lines are a word and what it says.
    let lines = context.lines.map { line -> (name: String, value: String) in
      let name = line.prefix { $0 != " " }
      return (String(name), line.dropFirst(name.count).trimmingCharacters(in: .whitespaces))
    }
    let call = ([program] + arguments).joined(separator: " ")
    return lines + facts.sorted { $0.key < $1.key }.map { (name: $0.key, value: $0.value) }
      + [("command", call)]
  }
}
