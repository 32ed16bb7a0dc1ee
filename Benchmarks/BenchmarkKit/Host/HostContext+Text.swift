extension HostContext {
  /// The header of a report, one fact a line.
  public var lines: [String] {
    let load = loadAverage.map { Format.fixed($0, digits: 2) }.joined(separator: " ")
    var lines = [
      "date      \(date)",
      "machine   \(processor), \(cores) cores, \(Format.bytes(memory)) of memory",
      "system    \(operatingSystem)",
      "build     \(build.rawValue), \(compiler)",
      "load      \(load.isEmpty ? "unknown" : load)",
    ]
    if let share = othersShareAtStart {
      lines[4] += "; other processes use \(Format.percent(share)) of the processors now"
    }
    let clock = [
      megahertz.map { "\(Format.fixed($0, digits: 0)) MHz as the system says" },
      frequencyGovernor.map { "policy '\($0)'" } ?? "frequency policy not shown by this system",
    ]
    lines.append("clock     " + clock.compactMap { $0 }.joined(separator: ", "))
    return lines
  }

  /// What makes the numbers doubtful, to be said loudly.
  public var warnings: [String] {
    var warnings: [String] = []
    if build == .debug {
      warnings.append(
        "DEBUG BUILD: the numbers say nothing about speed; use `swift run -c release`")
    }
    if let share = othersShareAtStart, share > 0.1 {
      warnings.append(
        "OTHER PROGRAMS use \(Format.percent(share)) of the processors: times will be too long")
    }
    if let governor = frequencyGovernor, governor != "performance" {
      warnings.append(
        "CLOCK POLICY is '\(governor)', not 'performance': the frequency may change while timing")
    }
    return warnings
  }
}
