import Foundation
import Kernels
import Synchronization
import Testing

/// Every block is done once, whoever does it.
@Suite(.serialized) struct ThreadPoolTests {
  private final class Counters: Sendable {
    private let counts: LockedValue<[Int]>
    init(_ count: Int) { counts = LockedValue([Int](repeating: 0, count: count)) }
    func add(_ index: Int) { counts.withLock { $0[index] += 1 } }
    var all: [Int] { counts.withLock { $0 } }
  }

  private func withThreads(_ threads: Int, _ body: () -> Void) {
    let count = ThreadPool.threadCount
    defer { ThreadPool.threadCount = count }
    ThreadPool.threadCount = threads
    body()
  }

  @Test(arguments: [1, 2, 3, 7], [0, 1, 2, 3, 61])
  func everyBlockIsDoneOnce(threads: Int, blocks: Int) {
    withThreads(threads) {
      for _ in 0..<50 {
        let counters = Counters(blocks)
        ThreadPool.forEachBlock(blocks) { counters.add($0) }
        #expect(counters.all.allSatisfy { $0 == 1 })
      }
    }
  }

  @Test func severalThreadsWorkOnOneJob() {
    withThreads(2) {
      // Each block waits a while for the other. Another suite may have the threads, so there is more than one try.
      let met = Atomic<Bool>(false)
      for _ in 0..<500 where !met.load(ordering: .relaxed) {
        let arrived = Atomic<Int>(0)
        ThreadPool.forEachBlock(2) { _ in
          arrived.wrappingAdd(1, ordering: .relaxed)
          for _ in 0..<100 {
            if arrived.load(ordering: .relaxed) == 2 {
              return met.store(true, ordering: .relaxed)
            }
            usleep(100)
          }
        }
      }
      let haveMet = met.load(ordering: .relaxed)
      #expect(haveMet)
    }
  }

  @Test func blocksMayHaveBlocks() {
    withThreads(3) {
      let counters = Counters(35)
      ThreadPool.forEachBlock(5) { outer in
        ThreadPool.forEachBlock(7) { counters.add(7 * outer + $0) }
      }
      #expect(counters.all.allSatisfy { $0 == 1 })
    }
  }

  /// With pauses between jobs, so that helpers fall asleep and are woken.
  @Test func callersMayComeFromSeveralThreads() {
    withThreads(3) {
      let counters = Counters(4 * 11)
      let callers = (0..<4).map { caller in
        Thread {
          for round in 0..<200 {
            if round % 20 == 0 { usleep(500) }
            ThreadPool.forEachBlock(11) { counters.add(11 * caller + $0) }
          }
        }
      }
      for caller in callers { caller.start() }
      while callers.contains(where: { !$0.isFinished }) { usleep(1000) }
      #expect(counters.all.allSatisfy { $0 == 200 })
    }
  }
}
