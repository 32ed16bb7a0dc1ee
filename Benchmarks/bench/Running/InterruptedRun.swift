import BenchmarkKit

/// Whether an interrupted run can go on here and now.
enum InterruptedRun: Error, CustomStringConvertible {
  case isComplete(path: String)
  case differs(path: String, what: String, then: String, now: String)

  var description: String {
    switch self {
    case .isComplete(let path):
      "\(path): this run was not interrupted"
    case .differs(let path, let what, let then, let now):
      "\(path): samples of two machines or builds do not mix; \(what) was '\(then)' and is '\(now)'"
    }
  }

  /// Throws when the run was finished, or made under other circumstances than today's.
  static func check(_ report: Report, against today: Report, path: String) throws {
    if !report.wasInterrupted { throw InterruptedRun.isComplete(path: path) }
    let facts: [(String, String?, String?)] = [
      ("the processor", report.context.processor, today.context.processor),
      ("the number of cores", "\(report.context.cores)", "\(today.context.cores)"),
      ("the build", report.context.build.rawValue, today.context.build.rawValue),
      ("the compiler", report.context.compiler, today.context.compiler),
      ("the number of threads", report.facts["threads"], today.facts["threads"]),
      ("the product library", report.facts["products"], today.facts["products"]),
    ]
    for (what, then, now) in facts where then != now {
      throw InterruptedRun.differs(
        path: path, what: what, then: then ?? "unknown", now: now ?? "unknown")
    }
  }
}
