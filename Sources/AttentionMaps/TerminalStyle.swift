public import Foundation

/// What a terminal can show.
public enum TerminalStyle: String, Sendable, CaseIterable {
  /// 16 million colours.
  case trueColor = "truecolor"
  /// 256 colours.
  case indexed = "256"
  /// Characters alone, from blank to █; what a file or a pipe gets.
  case plain

  /// What fits the output: characters alone where it is no terminal, where there is `NO_COLOR`
  /// (https://no-color.org) or a terminal without colours, else what `COLORTERM` and `TERM` say.
  ///
  /// - Parameters:
  ///   - isTerminal: whether the output is one.
  ///   - environment: the process's variables.
  public static func fitting(
    isTerminal: Bool, environment: [String: String] = ProcessInfo.processInfo.environment
  ) -> TerminalStyle {
    let terminal = environment["TERM"] ?? ""
    if !isTerminal || terminal.isEmpty || terminal == "dumb"
      || environment["NO_COLOR"]?.isEmpty == false
    {
      return .plain
    }
    if ["truecolor", "24bit"].contains(environment["COLORTERM"]) || terminal.hasSuffix("-direct") {
      return .trueColor
    }
    return terminal.contains("256color") ? .indexed : .plain
  }
}
