import BenchmarkKit

/// Chooses contenders by a regular expression that must be found in `suite name task n=1024`.
struct ContenderFilter {
  private let expression: Regex<AnyRegexOutput>

  init(_ pattern: String) throws {
    do {
      expression = try Regex(pattern)
    } catch {
      throw ArgumentError.badExpression(option: "--filter", found: pattern, reason: "\(error)")
    }
  }

  func includes(_ label: String, in suite: String) -> Bool {
    "\(suite) \(label)".contains(expression)
  }
}
