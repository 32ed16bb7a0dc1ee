import BenchmarkKit
import Foundation
import Testing

/// A peer whose worker is a few lines of shell.
@Suite struct PeerTests {
  /// What a worker is asked for in these tests.
  struct Question: Encodable {
    let n: Int
  }

  struct Echo: Decodable, Equatable {
    let n: Int
  }

  static let greeting = #"echo '{"ok": {"version": "1.2", "pid": "'$$'"}}';"#

  /// - Parameter script: what the worker does after its greeting.
  func peer(
    _ script: String, greeting: String = PeerTests.greeting,
    limits change: (inout PeerLimits) -> Void = { _ in }
  ) -> Peer {
    var limits = PeerLimits()
    limits.start = 30
    limits.preparation = 30
    limits.run = 30
    change(&limits)
    return Peer(
      "sheller", command: ["/bin/sh", "-c", greeting + script],
      environment: ["PATH": ProcessInfo.processInfo.environment["PATH"] ?? "/bin:/usr/bin"],
      limits: limits)
  }

  /// What a process is doing: `T` stopped, `Z` ended and not waited for; nil where it is gone or nobody can tell.
  static func state(ofProcess pid: Int32) -> Character? {
    guard let data = FileManager.default.contents(atPath: "/proc/\(pid)/stat") else { return nil }
    return String(decoding: data, as: UTF8.self).split(separator: ")").last?
      .first { !$0.isWhitespace }
  }

  static func isGone(_ pid: Int32) -> Bool {
    kill(pid, 0) != 0 || state(ofProcess: pid) == "Z"
  }

  static func waitUntil(_ condition: () -> Bool) -> Bool {
    for _ in 0..<500 {
      if condition() { return true }
      usleep(10_000)
    }
    return condition()
  }

  func identifier(of peer: Peer) throws -> Int32 {
    try #require(Int32(peer.facts["pid"] ?? ""))
  }

  let obedient = #"""
    while read request; do
      case $request in
        *'"run"'*) echo '{"ok": {"seconds": 0.25}}' ;;
        *'"memory"'*) echo '{"ok": {"growth": 5, "peak": 7}}' ;;
        *'"check"'*) echo '{"ok": {"n": 17}}' ;;
        *) echo '{"ok": {}}' ;;
      esac
    done
    """#

  @Test func anObedientWorkerAnswers() throws {
    let peer = peer(obedient)
    #expect(peer.facts.isEmpty, "it is started when it is needed")
    let work = try peer.prepare("toy", Question(n: 3))
    #expect(peer.facts["version"] == "1.2")
    #expect(try work.run(4) == 0.25)
    #expect(try work.peakMemory() == PeakMemory(growth: 5, processPeak: 7))
    let echo: Echo = try work.check(Question(n: 1))
    #expect(echo == Echo(n: 17))
  }

  @Test func itsWorkIsMeasuredByTheRunner() throws {
    let peer = peer(obedient)
    var checked = 0
    var options = RunnerOptions()
    options.cycles = 3
    options.timeBudget = 30
    let contender = Contender("toy") {
      try peer.prepare("toy", Question(n: 3)).workload { work in
        checked += 1
        let _: Echo = try work.check(Question(n: 1))
      }
    }
    let result = try #require(Runner(options: options).run([contender]).first)
    #expect(result.hole == nil)
    #expect(result.wasChecked && checked == 1)
    #expect(result.memory == PeakMemory(growth: 5, processPeak: 7))
    #expect(result.samples.map(\.seconds) == [0.25, 0.25, 0.25])
  }

  @Test func requestsAreLinesOfJSON() throws {
    // The worker answers with what it was asked.
    let peer = peer(#"while read -r request; do printf '{"ok": %s}\n' "$request"; done"#)
    struct Copy: Decodable {
      let command: String
      let id: Int
      let arguments: Echo
    }
    let first = try peer.prepare("toy", Question(n: 3))
    let second = try peer.prepare("toy", Question(n: 4))
    let copies: [Copy] = [try first.check(Question(n: 5)), try second.check(Question(n: 6))]
    #expect(copies.map(\.command) == ["check", "check"])
    #expect(copies.map(\.arguments.n) == [5, 6])
    #expect(copies[0].id != copies[1].id)
  }

  @Test func answersMayComeInPieces() throws {
    let peer = peer(
      #"""
      while read request; do printf '{"ok": '; sleep 0.02; printf '{"seconds":'; sleep 0.02; echo ' 2}}'; done
      """#)
    let work = try peer.prepare("toy", Question(n: 3))
    #expect(try work.run(1) == 2)
    #expect(try work.run(1) == 2)
  }

  @Test func aWorkerThatDiesIsNamedWithItsLastWords() {
    let dying = peer("read request; echo 'Traceback' >&2; echo ' no such module ' >&2; exit 3")
    #expect(
      throws: PeerError.ended(
        peer: "sheller", request: "prepare toy", status: "it ended with status 3",
        lastWords: "no such module")
    ) {
      try dying.prepare("toy", Question(n: 3))
    }
    let killed = peer("read request; kill -9 $$")
    #expect {
      try killed.prepare("toy", Question(n: 3))
    } throws: {
      "\($0)".hasPrefix("sheller: it was ended by signal 9 (")
    }
  }

  @Test func aWorkerThatCannotStartIsNotTriedAgain() {
    let counter = FileManager.default.temporaryDirectory
      .appendingPathComponent("peer-\(UUID().uuidString)").path
    defer { try? FileManager.default.removeItem(atPath: counter) }
    let peer = peer("", greeting: "echo x >> '\(counter)'; exit 1")
    for _ in 0..<3 {
      #expect(
        throws: PeerError.ended(
          peer: "sheller", request: "start", status: "it ended with status 1", lastWords: "")
      ) {
        try peer.prepare("toy", Question(n: 3))
      }
    }
    #expect(FileManager.default.contents(atPath: counter)?.count == 2)
    let absent = Peer("nobody", command: ["/nonexistent/python"], environment: [:])
    #expect {
      try absent.prepare("toy", Question(n: 3))
    } throws: {
      "\($0)".hasPrefix("nobody: cannot start /nonexistent/python: No such file")
    }
  }

  @Test func aWorkerThatHangsIsKilled() throws {
    let peer = peer(
      "read request; echo '{\"ok\": {}}'; read request; sleep 600", limits: { $0.run = 0.2 })
    let work = try peer.prepare("toy", Question(n: 3))
    let pid = try identifier(of: peer)
    #expect(throws: PeerError.noAnswer(peer: "sheller", request: "run toy", seconds: 0.2)) {
      try work.run(1)
    }
    #expect(Self.isGone(pid))
    // Neither this work nor its end waits for an answer again.
    #expect(throws: PeerError.self) { try work.run(1) }
  }

  @Test(arguments: ["what?", "", "7", "{\"ok\": {\"seconds\": \"soon\"}}", "{}", "[1]"])
  func aWorkerThatTalksNonsenseIsKilled(nonsense: String) throws {
    let peer = peer(
      "read request; echo '{\"ok\": {}}'; read request; echo '\(nonsense)'; sleep 600")
    let work = try peer.prepare("toy", Question(n: 3))
    let pid = try identifier(of: peer)
    #expect(
      throws: PeerError.garbled(peer: "sheller", request: "run toy", found: "'\(nonsense)'")
    ) {
      try work.run(1)
    }
    #expect(Self.isGone(pid))
  }

  @Test func aWorkerThatSaysMoreThanItIsAskedIsKilled() throws {
    let peer = peer(
      #"read request; printf '{"ok": {}}\n{"ok": {"seconds": 1}}\n'; read request; sleep 600"#)
    let work = try peer.prepare("toy", Question(n: 3))
    #expect {
      try work.run(1)
    } throws: {
      "\($0)".contains("in answer to 'run toy', found '{\"ok\": {\"seconds\": 1}}")
    }
  }

  @Test func aRefusalIsNoEnd() throws {
    let peer = peer(
      #"""
      read request; echo '{"error": "no bf16 here"}'
      read request; echo '{"ok": {}}'
      read request; echo '{"ok": {"seconds": 1}}'
      """#)
    #expect(
      throws: PeerError.refused(peer: "sheller", request: "prepare toy", reason: "no bf16 here")
    ) {
      try peer.prepare("toy", Question(n: 3))
    }
    #expect(try peer.prepare("toy", Question(n: 3)).run(1) == 1)
  }

  /// A library that crashes in one work does not take the others with it, but for those that were ready.
  @Test func aDeadWorkerIsStartedAnewForTheNextWork() throws {
    let peer = peer(
      #"""
      while read request; do
        case $request in
          *'"bad"'*) exit 5 ;;
          *'"run"'*) echo '{"ok": {"seconds": 1}}' ;;
          *) echo '{"ok": {}}' ;;
        esac
      done
      """#)
    let lost = try peer.prepare("good", Question(n: 3))
    #expect(throws: PeerError.self) { try peer.prepare("bad", Question(n: 3)) }
    #expect(throws: PeerError.self) { try lost.run(1) }
    #expect(try peer.prepare("good", Question(n: 3)).run(1) == 1)
    // But not for ever.
    for _ in 0..<3 {
      #expect(throws: PeerError.self) { try peer.prepare("bad", Question(n: 3)) }
    }
    #expect {
      try peer.prepare("good", Question(n: 3))
    } throws: {
      "\($0)".contains("it has died 4 times")
    }
  }

  /// Threads that spin would otherwise take a processor from the others in their turns.
  @Test(.enabled(if: FileManager.default.fileExists(atPath: "/proc/self/stat"), "needs /proc"))
  func itIsStoppedOutsideOfRequests() throws {
    let peer = peer(
      #"""
      sleep 600 & child=$!
      while read request; do echo '{"ok": {"n": '$child'}}'; done
      """#)
    let work = try peer.prepare("toy", Question(n: 3))
    let pid = try identifier(of: peer)
    let child: Echo = try work.check(Question(n: 1))
    for process in [pid, Int32(child.n)] {
      #expect(Self.waitUntil { Self.state(ofProcess: process) == "T" })
    }
    // It goes on when it is asked, and is stopped again.
    let again: Echo = try work.check(Question(n: 1))
    #expect(again == child)
    #expect(Self.waitUntil { Self.state(ofProcess: pid) == "T" })
  }

  @Test func itEndsWithItsOwnerAndSoDoItsChildren() throws {
    var peer: Peer? = peer(
      #"""
      sleep 600 & child=$!
      while read request; do echo '{"ok": {"n": '$child'}}'; done
      """#)
    var work: PeerWork? = try peer?.prepare("toy", Question(n: 3))
    let pid = try identifier(of: try #require(peer))
    let child: Echo = try #require(work).check(Question(n: 1))
    peer = nil
    #expect(!Self.isGone(pid), "the work needs it")
    work = nil
    #expect(Self.isGone(pid))
    #expect(Self.waitUntil { Self.isGone(Int32(child.n)) })
  }
}
