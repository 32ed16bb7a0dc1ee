import BenchmarkKit
import Foundation

/// The peers' workers: Python programs in Benchmarks/peers.
final class PeerWorkers {
  enum Failure: Error, CustomStringConvertible {
    case noPython(variable: String, looked: String)
    case noScripts

    var description: String {
      switch self {
      case .noPython(let variable, let looked):
        """
        there is no Python with the peers at \(looked); `make bench-peers` makes it, or name \
        another one in the environment: \(variable)=path/to/python
        """
      case .noScripts:
        "there is no Benchmarks/peers/torch_worker.py in \(PackageFolder.description)"
      }
    }
  }

  /// The Python that has the peers, unless it is `.venv/bin/python`.
  static let variable = "BENCH_PEERS_PYTHON"
  private var peers: [PeerVariant.Program: Peer] = [:]
  private let facts: PeerFacts

  /// Finds the programs. Nothing is started before the first work is prepared.
  init(threads: Int, facts: PeerFacts) throws {
    self.facts = facts
    let scripts = try Self.scriptFolder()
    let python = try Self.python(beside: scripts)
    for program in [PeerVariant.Program.eager, .compiled, .ctranslate2] {
      let script = program == .ctranslate2 ? "ctranslate2_worker.py" : "torch_worker.py"
      peers[program] = Peer(
        program.rawValue, command: [python, "-B", "\(scripts)/\(script)"],
        environment: Self.environment(program, threads: threads))
    }
  }

  /// Makes a work ready in a variant's worker.
  func prepare(_ variant: PeerVariant, _ work: String, _ arguments: some Encodable) throws
    -> PeerWork
  {
    guard let peer = peers[variant.program] else {
      throw SuiteError("there is no worker for \(variant.name)")
    }
    defer { if !peer.facts.isEmpty { facts.note(peer.facts, of: variant.program) } }
    return try peer.prepare(work, arguments)
  }

  private static func environment(_ program: PeerVariant.Program, threads: Int) -> [String: String]
  {
    var environment = ProcessInfo.processInfo.environment
    for name in ["OMP_NUM_THREADS", "MKL_NUM_THREADS"] { environment[name] = "\(threads)" }
    if program == .ctranslate2 && environment["OMP_WAIT_POLICY"] == nil {
      // Its threads otherwise go to sleep between two small layers, and where waking is slow, as on a virtual machine,
      // that costs it up to a factor of 13.
      environment["OMP_WAIT_POLICY"] = "ACTIVE"
    }
    // Compiles in its own process, which ends and stops as one.
    environment["TORCHINDUCTOR_COMPILE_THREADS"] = "1"
    return environment
  }

  private static func python(beside scripts: String) throws -> String {
    if let path = ProcessInfo.processInfo.environment[variable], !path.isEmpty {
      guard access(path, X_OK) == 0 else {
        throw Failure.noPython(variable: variable, looked: path)
      }
      return path
    }
    let path = URL(fileURLWithPath: scripts).deletingLastPathComponent()
      .deletingLastPathComponent().appendingPathComponent(".venv/bin/python").path
    guard access(path, X_OK) == 0 else { throw Failure.noPython(variable: variable, looked: path) }
    return path
  }

  private static func scriptFolder() throws -> String {
    guard let package = PackageFolder.holding("Benchmarks/peers/torch_worker.py") else {
      throw Failure.noScripts
    }
    return package + "/Benchmarks/peers"
  }
}
