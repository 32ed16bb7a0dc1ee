import BenchmarkKit

/// What a run would measure, and how long it would take at most.
enum Plan {
  static func lines(_ arguments: Arguments) throws -> [String] {
    let settings = Settings(arguments)
    var lines: [String] = []
    var total = 0.0
    for suite in arguments.chosenSuites {
      let contenders = try suite.contenders(settings, filter: arguments.filter)
      if contenders.isEmpty { continue }
      let options = suite.options(settings)
      total += options.timeBudget
      let count = "\(contenders.count) contender\(contenders.count == 1 ? "" : "s")"
      lines.append(
        "\(suite.name): \(count), \(options.cycles) cycles, at most "
          + Format.wait(options.timeBudget))
      lines += contenders.map { "  \($0.label)" }
    }
    if lines.isEmpty { return ["nothing matches --filter"] }
    return lines + ["in all at most \(Format.wait(total)), inputs and checks not counted"]
  }
}
