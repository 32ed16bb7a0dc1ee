/// A work that a worker has made ready. It is discarded there when this object goes.
public final class PeerWork {
  private let name: String
  private let id: Int
  private let process: PeerProcess
  private let limits: PeerLimits

  init(_ name: String, id: Int, process: PeerProcess, limits: PeerLimits) {
    self.name = name
    self.id = id
    self.process = process
    self.limits = limits
  }

  deinit {
    guard process.isAlive else { return }
    let _: NoArguments? = try? process.ask(
      request("discard"), "discard \(name)", within: limits.run)
  }

  /// Runs it so many times, and gives the seconds that took by the worker's clock.
  ///
  /// - Throws: ``PeerError``
  public func run(_ count: Int) throws -> Double {
    let time: PeerTime = try process.ask(
      request("run", count: count), "run \(name)", within: limits.run)
    return time.seconds
  }

  /// Lets the worker compute what is to be compared.
  ///
  /// - Parameter arguments: what it needs to know, such as where to write the output.
  /// - Throws: ``PeerError``
  public func check<Value: Decodable>(_ arguments: some Encodable) throws -> Value {
    try process.ask(
      PeerRequest(command: "check", id: id, arguments: arguments), "check \(name)",
      within: limits.check)
  }

  /// The same without arguments.
  ///
  /// - Throws: ``PeerError``
  public func check<Value: Decodable>() throws -> Value { try check(NoArguments()) }

  /// The worker's memory for one run; nil where its system cannot tell.
  ///
  /// - Throws: ``PeerError``
  public func peakMemory() throws -> PeakMemory? {
    let memory: PeerMemory = try process.ask(
      request("memory"), "measure the memory of \(name)", within: limits.run)
    guard let growth = memory.growth, let peak = memory.peak else { return nil }
    return PeakMemory(growth: growth, processPeak: peak)
  }

  /// The work as the runner takes it.
  ///
  /// - Parameter check: compares the worker's output with a reference.
  public func workload(cost: Cost? = nil, check: ((PeerWork) throws -> Void)? = nil) -> Workload {
    Workload(
      cost: cost, check: check.map { check in { try check(self) } }, peakMemory: peakMemory,
      timedRuns: run)
  }

  private func request(_ command: String, count: Int? = nil) -> PeerRequest<NoArguments> {
    PeerRequest(command: command, id: id, count: count)
  }
}
