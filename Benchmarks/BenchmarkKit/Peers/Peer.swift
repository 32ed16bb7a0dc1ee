/// Another program that does the same work, to be timed beside this one.
///
/// Its worker is started when the first work is prepared. One that has died is started anew for the next work, a few
/// times; the works that it had prepared are lost.
public final class Peer {
  /// What errors call it.
  public let name: String
  private let command: [String]
  private let environment: [String: String]
  private let limits: PeerLimits
  private var process: PeerProcess?
  private var startFailure: (any Error)?
  private var starts = 0
  private var nextIdentifier = 0
  /// What the worker has said of itself, such as the versions of its libraries; empty before it was started.
  public private(set) var facts: [String: String] = [:]

  private static let maximumStarts = 4

  /// - Parameters:
  ///   - command: the worker's program, looked for along PATH, and its arguments.
  ///   - environment: all of its variables.
  public init(
    _ name: String, command: [String], environment: [String: String],
    limits: PeerLimits = PeerLimits()
  ) {
    self.name = name
    self.command = command
    self.environment = environment
    self.limits = limits
  }

  /// Lets the worker make a work ready.
  ///
  /// - Parameters:
  ///   - work: its kind, as the worker knows it.
  ///   - arguments: what the worker needs to know, as JSON.
  /// - Throws: ``PeerError``
  public func prepare(_ work: String, _ arguments: some Encodable) throws -> PeerWork {
    let process = try worker()
    nextIdentifier += 1
    let id = nextIdentifier
    let _: NoArguments = try process.ask(
      PeerRequest(command: "prepare", id: id, work: work, arguments: arguments),
      "prepare \(work)", within: limits.preparation)
    return PeerWork(work, id: id, process: process, limits: limits)
  }

  /// The worker that is there, or a new one.
  private func worker() throws -> PeerProcess {
    if let process, process.isAlive { return process }
    // What failed to start would fail again, after as long a time.
    if let startFailure { throw startFailure }
    if starts == Self.maximumStarts {
      throw PeerError.cannotStart(
        peer: name, program: command.first ?? "", reason: "it has died \(starts) times")
    }
    starts += 1
    process = nil
    do {
      let started = try PeerProcess(name, command: command, environment: environment)
      facts = try started.greeting(within: limits.start)
      process = started
      return started
    } catch {
      startFailure = error
      throw error
    }
  }
}
