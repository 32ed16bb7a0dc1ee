import Foundation

/// Shows how a training goes, on standard error: a bar that stays in its line on a terminal, plain lines
/// elsewhere.
public struct ProgressReporter {
  private let isTerminal: Bool

  /// - Parameter isTerminal: nil asks the system.
  public init(isTerminal: Bool? = nil) {
    self.isTerminal = isTerminal ?? (isatty(STDERR_FILENO) == 1)
  }

  /// Shows an interval of training.
  public func show(_ log: TrainingLog) {
    let text = Self.text(log)
    if isTerminal {
      write("\r\u{1B}[K" + Self.bar(log.step, of: log.totalSteps) + " " + text)
      if log.step >= log.totalSteps { write("\n") }
    } else {
      write(text + "\n")
    }
  }

  /// Shows a message in a line of its own.
  public func show(_ message: String) { write((isTerminal ? "\r\u{1B}[K" : "") + message + "\n") }

  /// One line for an interval.
  public static func text(_ log: TrainingLog) -> String {
    func number(_ value: Double, _ digits: Int) -> String {
      String(format: "%.\(digits)f", value)
    }
    return "step \(log.step)/\(log.totalSteps) epoch \(log.epoch)  loss \(number(log.loss, 4))"
      + "  ppl \(number(log.perplexity, 2))  lr \(String(format: "%.2e", log.learningRate))"
      + "  norm \(number(log.gradientNorm, 2))"
      + "  src \(Int(log.sourceTokensPerSecond))/s  tgt \(Int(log.targetTokensPerSecond))/s"
      + "  padding \(number(100 * log.paddingShare, 1)) %"
      + "  left \(duration(log.remainingSeconds))"
  }

  /// A bar of 16 places.
  public static func bar(_ step: Int, of total: Int) -> String {
    let width = 16
    let filled = total > 0 ? min(width, width * step / total) : 0
    return "[" + String(repeating: "█", count: filled)
      + String(repeating: "·", count: width - filled) + "]"
  }

  /// `1:02:03` or `2:03`.
  public static func duration(_ seconds: Double) -> String {
    guard seconds.isFinite, seconds < 1e9 else { return "?" }
    let total = Int(seconds.rounded())
    let (hours, minutes) = (total / 3600, total / 60 % 60)
    return hours > 0
      ? String(format: "%d:%02d:%02d", hours, minutes, total % 60)
      : String(format: "%d:%02d", minutes, total % 60)
  }

  /// Where standard error is closed or full, nothing is shown; that is no reason to end a training.
  private func write(_ text: String) {
    try? FileHandle.standardError.write(contentsOf: Data(text.utf8))
  }
}
