import Foundation

/// A worker: another program that does works for a benchmark and times them itself.
///
/// Requests and answers are lines of JSON, on its standard input and output, one answer for each request. Outside of
/// them the worker is stopped, whatever its threads would do: a library whose idle threads spin, which makes it faster
/// in its own turns, would take a processor away from the others in theirs. A worker that dies, does not answer in
/// time or writes anything else is killed, and every later request fails.
///
/// It cannot outlive this process: when the socket closes it reads the end of its input, and where it is stopped the
/// kernel wakes it with a signal that ends it, either as a stopped orphan or because it has asked for that.
final class PeerProcess {
  let name: String
  private let child: ChildProcess
  private var unread = Data()
  private var isBroken = false
  private let clock = MonotonicClock()

  /// A longer answer is no answer.
  private static let longestAnswer = 64 << 20

  /// Starts a program, which is to say first that it is there.
  ///
  /// - Throws: ``PeerError``
  init(_ name: String, command: [String], environment: [String: String]) throws {
    self.name = name
    do {
      child = try ChildProcess(command, environment: environment)
    } catch {
      throw PeerError.cannotStart(
        peer: name, program: command.first ?? "nothing",
        reason: (error as? POSIXError).map { String(cString: strerror($0.code.rawValue)) }
          ?? "\(error)")
    }
  }

  /// Whether it can be asked for anything.
  var isAlive: Bool {
    child.collect(waits: false)
    return !isBroken && child.ending == nil
  }

  /// Reads what it says of itself when it starts.
  func greeting(within seconds: Double) throws -> [String: String] {
    defer { child.pause() }
    return try answer(to: "start", within: seconds)
  }

  /// Asks for something.
  ///
  /// - Parameter purpose: names the request in errors.
  /// - Throws: ``PeerError``
  func ask<Value: Decodable, Arguments: Encodable>(
    _ request: PeerRequest<Arguments>, _ purpose: String, within seconds: Double
  ) throws -> Value {
    guard isAlive else { throw gone(purpose) }
    // What nobody asked for would be taken for the answer.
    guard unread.isEmpty else { throw garbled(unread, purpose) }
    let line = try JSONEncoder().encode(request) + Data("\n".utf8)
    child.resume()
    defer { child.pause() }
    guard child.write(line) else { throw gone(purpose) }
    return try answer(to: purpose, within: seconds)
  }

  /// Ends it.
  func kill() {
    isBroken = true
    child.kill()
  }

  private func answer<Value: Decodable>(to purpose: String, within seconds: Double) throws -> Value
  {
    let line = try line(to: purpose, within: seconds)
    let answer: PeerAnswer<Value>
    do {
      answer = try JSONDecoder().decode(PeerAnswer<Value>.self, from: line)
    } catch {
      throw garbled(line, purpose)
    }
    if let reason = answer.error {
      throw PeerError.refused(peer: name, request: purpose, reason: reason)
    }
    guard let value = answer.ok else { throw garbled(line, purpose) }
    return value
  }

  private func line(to purpose: String, within seconds: Double) throws -> Data {
    let start = clock.now()
    while true {
      if let end = unread.firstIndex(of: UInt8(ascii: "\n")) {
        let line = unread[..<end]
        unread = Data(unread[unread.index(after: end)...])
        return Data(line)
      }
      if unread.count > Self.longestAnswer { throw garbled(unread, purpose) }
      let left = seconds - clock.seconds(since: start)
      guard left > 0 else {
        kill()
        throw PeerError.noAnswer(peer: name, request: purpose, seconds: seconds)
      }
      guard let bytes = child.read(within: left) else { continue }
      if bytes.isEmpty { throw gone(purpose) }
      unread += bytes
    }
  }

  private func garbled(_ line: Data, _ purpose: String) -> PeerError {
    kill()
    let text = String(decoding: line.prefix(80), as: UTF8.self)
    return .garbled(peer: name, request: purpose, found: "'\(text)'")
  }

  private func gone(_ purpose: String) -> PeerError {
    isBroken = true
    // Its output is closed, so that it ends by itself, but for one that closed it and lives on.
    for _ in 0..<200 where child.ending == nil {
      child.collect(waits: false)
      if child.ending == nil { usleep(10_000) }
    }
    child.kill()
    return .ended(
      peer: name, request: purpose, status: child.ending ?? "it ended", lastWords: child.lastWords)
  }
}
