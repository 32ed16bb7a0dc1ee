internal import CKernels
import Foundation
import Synchronization

/// Threads that help a caller with its blocks.
///
/// A training step of a small model is thousands of pieces of work of some microseconds each. To wake a thread takes
/// longer than that, so that helpers look out for the next piece for a while before they go to sleep; and the caller
/// waits for those that have begun, never for one that has yet to wake up.
final class WorkerTeam: @unchecked Sendable {
  static let shared = WorkerTeam()

  private let isTaken = Atomic<Bool>(false)
  /// Bit 0: whether helpers may join. Bits 1 to 15: how many have joined and not left. Above: the number of the job.
  private let state = Atomic<UInt64>(0)
  /// How many may join.
  private let limit = Atomic<Int>(0)
  /// The next block that nobody has taken.
  private let next = Atomic<Int>(0)
  private let sleepers = Atomic<Int>(0)
  private let alarm = DispatchSemaphore(value: 0)
  // Written by the one who has taken the team, while no helper can join; read by helpers that have joined.
  private var body: ((Int) -> Void)?
  private var blockCount = 0
  private var jobNumber: UInt64 = 0
  private var threadCount = 0

  private static let open: UInt64 = 1
  private static let helper: UInt64 = 2
  private static let jobShift: UInt64 = 16
  /// About 50 microseconds.
  private static let patience = 2000

  /// Calls `body` once for each block, on this thread and up to `helpers` others; it stays alive during the call only.
  ///
  /// - Returns: false, having done nothing, if the team is at work already: for another thread, or for the block
  ///   that this is called from.
  func run(_ blockCount: Int, helpers: Int, _ body: @escaping (Int) -> Void) -> Bool {
    if isTaken.exchange(true, ordering: .acquiring) { return false }
    defer { isTaken.store(false, ordering: .releasing) }
    while threadCount < helpers {
      threadCount += 1
      let thread = Thread { self.helpForever() }
      thread.name = "attention-\(threadCount)"
      thread.stackSize = 8 << 20
      thread.start()
    }
    self.body = body
    self.blockCount = blockCount
    jobNumber += 1
    next.store(0, ordering: .relaxed)
    limit.store(helpers, ordering: .relaxed)
    // In one order with what a helper does before it falls asleep: one of both sees the other.
    state.store(jobNumber << Self.jobShift | Self.open, ordering: .sequentiallyConsistent)
    wake(helpers)
    takeBlocks()
    state.bitwiseAnd(~Self.open, ordering: .acquiringAndReleasing)
    var spins = 0
    while Self.helperCount(state.load(ordering: .acquiring)) > 0 {
      spins += 1
      if spins < Self.patience { ck_pause() } else { sched_yield() }
    }
    self.body = nil
    return true
  }

  /// Not inlined, so that a helper lets go of the body before it says that it has left.
  @inline(never)
  private func takeBlocks() {
    guard let body else { return }
    while true {
      let block = next.wrappingAdd(1, ordering: .relaxed).oldValue
      if block >= blockCount { return }
      body(block)
    }
  }

  private static func helperCount(_ state: UInt64) -> Int { Int(state & 0xffff) / 2 }

  // ---- what a helper does ----

  private func helpForever() {
    var last: UInt64 = 0
    var spins = 0
    while true {
      let current = state.load(ordering: .acquiring)
      guard canJoin(current, after: last) else {
        spins += 1
        if spins < Self.patience {
          ck_pause()
        } else {
          sleep(after: last)
          spins = 0
        }
        continue
      }
      let (joined, _) = state.compareExchange(
        expected: current, desired: current + Self.helper, ordering: .acquiringAndReleasing)
      guard joined else { continue }
      last = current >> Self.jobShift
      spins = 0
      takeBlocks()
      state.wrappingSubtract(Self.helper, ordering: .releasing)
    }
  }

  private func canJoin(_ state: UInt64, after last: UInt64) -> Bool {
    state & Self.open != 0 && state >> Self.jobShift != last
      && Self.helperCount(state) < limit.load(ordering: .relaxed)
  }

  private func sleep(after last: UInt64) {
    sleepers.wrappingAdd(1, ordering: .sequentiallyConsistent)
    // A job may have come since the last look. Whoever takes a sleeper off the count sees to it that it wakes.
    if canJoin(state.load(ordering: .sequentiallyConsistent), after: last) && takeSleepers(1) > 0 {
      return
    }
    alarm.wait()
  }

  private func wake(_ wanted: Int) {
    for _ in 0..<takeSleepers(wanted) { alarm.signal() }
  }

  /// - Returns: how many were taken off the count, at most `wanted`.
  private func takeSleepers(_ wanted: Int) -> Int {
    var count = sleepers.load(ordering: .sequentiallyConsistent)
    while count > 0 {
      let taken = min(count, wanted)
      let (exchanged, original) = sleepers.compareExchange(
        expected: count, desired: count - taken, ordering: .sequentiallyConsistent)
      if exchanged { return taken }
      count = original
    }
    return 0
  }
}
