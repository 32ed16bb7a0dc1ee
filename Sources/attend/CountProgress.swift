import AttentionKit
import Foundation

/// How many of something are done and how fast, in a line on a terminal. Elsewhere nothing: results say it.
struct CountProgress {
  private let noun: String
  private let total: Int?
  private let begin = Date()
  private var shown = Date.distantPast
  // Where results go to the same terminal, they are progress enough.
  private let isShown = isatty(STDERR_FILENO) == 1 && isatty(STDOUT_FILENO) == 0

  init(_ noun: String, total: Int? = nil) {
    self.noun = noun
    self.total = total
  }

  mutating func show(_ count: Int) {
    guard isShown, Date().timeIntervalSince(shown) > 0.2 else { return }
    shown = Date()
    let seconds = max(shown.timeIntervalSince(begin), 1e-3)
    let rate = Double(count) / seconds
    var text = "\r\u{1B}[K"
    if let total { text += ProgressReporter.bar(count, of: total) + " " }
    text += "\(count)\(total.map { "/\($0)" } ?? "") \(noun)  \(String(format: "%.1f", rate))/s"
    if let total, count > 0 {
      text += "  left " + ProgressReporter.duration(Double(total - count) / rate)
    }
    try? FileHandle.standardError.write(contentsOf: Data(text.utf8))
  }

  func end() {
    if isShown && shown > .distantPast {
      try? FileHandle.standardError.write(contentsOf: Data("\r\u{1B}[K".utf8))
    }
  }
}
