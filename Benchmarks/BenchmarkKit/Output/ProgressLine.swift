import Foundation

/// Shows progress on standard error: a line that rewrites itself on a terminal, otherwise a plain
/// line now and then.
public final class ProgressLine {
  private let isTerminal: Bool
  private let title: String
  private let later: Double
  private let clock = MonotonicClock()
  private var lastUpdate: UInt64 = 0

  /// - Parameters:
  ///   - title: Stands in front, such as the name of the suite.
  ///   - later: Seconds that what comes after this will take at most.
  public init(title: String, later: Double = 0) {
    self.title = title
    self.later = later
    isTerminal = isatty(STDERR_FILENO) == 1
    // Plain lines are for log files: the first comes after a while, or a short run fills the log.
    if !isTerminal { lastUpdate = clock.now() }
  }

  /// Shows the state, unless the last one was shown just before.
  public func update(_ progress: RunProgress) {
    let now = clock.now()
    guard now - lastUpdate >= (isTerminal ? 100_000_000 : 10_000_000_000) else { return }
    lastUpdate = now
    let text = ProgressLine.text(title: title, later: later, progress, isTerminal: isTerminal)
    if isTerminal {
      write("\r\u{1B}[K" + text.prefix(width - 1))
    } else {
      write(text + "\n")
    }
  }

  /// Removes the line from a terminal.
  public func finish() {
    if isTerminal { write("\r\u{1B}[K") }
  }

  static func text(
    title: String, later: Double = 0, _ progress: RunProgress, isTerminal: Bool
  ) -> String {
    var parts = [title]
    if isTerminal {
      let filled = min(20, max(0, Int(progress.fraction * 20)))
      parts.append(
        "[" + String(repeating: "=", count: filled) + String(repeating: " ", count: 20 - filled)
          + "]")
    }
    if let left = progress.secondsLeft {
      let inAll = later > 0 ? ", at most \(Format.wait(left + later)) in all" : ""
      parts.append("\(Format.wait(left)) left\(inAll)")
    }
    return (parts + [progress.phase, progress.label]).joined(separator: "  ")
  }

  private var width: Int {
    var size = winsize()
    guard ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 1 else { return 80 }
    return Int(size.ws_col)
  }

  private func write(_ text: String) {
    FileHandle.standardError.write(Data(text.utf8))
  }
}
