import BenchmarkKit
import Foundation
import Testing

/// The first interpreter along PATH.
private let python3: String? = {
  let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
  return folders.map { "\($0)/python3" }.first { (path: String) in access(path, X_OK) == 0 }
}()

/// The worker's side of the protocol, in Python, with works that need no library.
@Suite(.enabled(if: python3 != nil, "there is no python3 on PATH"))
struct PeerWorkerTests {
  struct Question: Encodable {
    var n = 0
  }

  struct Echo: Decodable, Equatable {
    let n: Int
  }

  static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()
    .appendingPathComponent("Benchmarks/peers").path

  static let script = """
    import os, sys, time
    sys.dont_write_bytecode = True
    sys.path.insert(0, \"\(folder)\")
    import peer_worker

    class Toy:
        def __init__(self, arguments):
            if arguments["n"] < 0:
                raise ValueError("n is negative\\nand more lines")
            self.n, self.runs = arguments["n"], 0

        def run(self):
            print("a library that talks")
            os.write(1, b"in C as well\\n")
            self.runs += 1
            time.sleep(1e-3 * self.n)
            self.memory = b"x" * (self.n << 20)
            self.memory = None

        def check(self, arguments):
            return {"n": self.runs + arguments["n"]}

    peer_worker.serve({"pid": os.getpid()}, {"toy": Toy})
    """

  func peer() -> Peer {
    Peer(
      "toy", command: [python3 ?? "python3", "-c", Self.script], environment: ["LANG": "C"])
  }

  @Test func worksArePreparedRunCheckedAndDiscarded() throws {
    let peer = peer()
    let work = try peer.prepare("toy", Question(n: 20))
    let other = try peer.prepare("toy", Question(n: 0))
    let seconds = try work.run(3)
    #expect(seconds >= 0.06 && seconds < 10)
    #expect(try other.run(1) < seconds)
    // What the work prints does not get between the answers.
    #expect(try work.check(Question(n: 100)) == Echo(n: 103))
    #expect(try other.check(Question(n: 100)) == Echo(n: 101))
  }

  @Test func whatAWorkRaisesIsItsHole() throws {
    let peer = peer()
    #expect(
      throws: PeerError.refused(
        peer: "toy", request: "prepare toy", reason: "ValueError: n is negative")
    ) {
      try peer.prepare("toy", Question(n: -1))
    }
    #expect(throws: PeerError.self) { try peer.prepare("unheard of", Question(n: 1)) }
    #expect(try peer.prepare("toy", Question(n: 0)).run(1) >= 0)
  }

  @Test(.enabled(if: PeakMemoryMeter.measure {} != nil, "the system does not tell"))
  func memoryIsThatOfOneRun() throws {
    let peer = peer()
    let work = try peer.prepare("toy", Question(n: 64))
    let memory = try #require(try work.peakMemory())
    #expect(abs(Double(memory.growth) / Double(64 << 20) - 1) < 0.05)
    #expect(memory.processPeak > memory.growth)
    let small = try peer.prepare("toy", Question(n: 0)).peakMemory()
    #expect(try #require(small).growth < 4 << 20, "the mark of the run before is not forgotten")
  }

  /// Stopped as it is, it would never see that its input has ended.
  @Test(.enabled(if: FileManager.default.fileExists(atPath: "/proc/self/stat"), "needs /proc"))
  func aStoppedWorkerEndsWithItsParent() throws {
    // The shell is the worker's parent. In a session of its own the worker does not end as part of a group.
    var shell: Peer? = shellPeer(
      """
      tail -f /dev/null | setsid "$PYTHON" -c "$SCRIPT" > "$OUTPUT" &
      until [ -s "$OUTPUT" ]; do sleep 0.02; done
      echo '{"ok": {"n": '$!'}}'
      """)
    let worker: Echo = try #require(shell).prepare("", Question()).check(Question())
    let pid = Int32(worker.n)
    #expect(kill(pid, SIGSTOP) == 0)
    #expect(PeerTests.waitUntil { PeerTests.state(ofProcess: pid) == "T" })
    shell = nil
    #expect(PeerTests.waitUntil { PeerTests.isGone(pid) })
  }

  @Test func itEndsWithItsInput() throws {
    let shell = shellPeer(
      #"""
      echo '{"command": "prepare", "id": 1, "work": "toy", "arguments": {"n": 0}}' |
        "$PYTHON" -c "$SCRIPT" > "$OUTPUT"
      echo '{"ok": {"n": 1'$?$(wc -l < "$OUTPUT")'}}'
      """#)
    // After the 1, status 0, a greeting and an answer.
    #expect(try shell.prepare("", Question()).check(Question()) == Echo(n: 102))
  }

  /// A shell that does something when it is asked to check.
  private func shellPeer(_ check: String) -> Peer {
    let script = """
      echo '{"ok": {}}'; read request; echo '{"ok": {}}'; read request
      OUTPUT=$(mktemp)
      \(check)
      rm "$OUTPUT"
      while read request; do echo '{"ok": {}}'; done
      """
    var environment = ProcessInfo.processInfo.environment
    environment["PYTHON"] = python3
    environment["SCRIPT"] = Self.script
    return Peer("shell", command: ["/bin/sh", "-c", script], environment: environment)
  }
}
