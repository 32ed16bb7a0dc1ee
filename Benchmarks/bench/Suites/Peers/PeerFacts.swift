import Kernels

/// What the workers have said of themselves, for the report.
final class PeerFacts: Sendable {
  private let facts = LockedValue<[String: [String: String]]>([:])

  func note(_ found: [String: String], of program: PeerVariant.Program) {
    facts.withLock { $0[program.rawValue] = found }
  }

  /// A line for each program.
  var lines: [String] {
    facts.withLock { $0 }.sorted { $0.key < $1.key }.map { program, facts in
      "\(program): "
        + facts.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }.joined(separator: ", ")
    }
  }
}
