import BenchmarkKit
import Foundation
import TestSupport
import Testing

@Suite struct HostTests {
  @Test func monotonicClockMoves() {
    let clock = MonotonicClock()
    let start = clock.now()
    usleep(2000)
    #expect(clock.now() - start >= 2_000_000)
  }

  @Test(.measuresMemory) func peakMemorySeesWhatIsTouched() {
    let size = 64 << 20
    func growth(touching size: Int) -> Int? {
      let peak = PeakMemoryMeter.measure {
        guard size > 0 else { return }
        let block = UnsafeMutableRawPointer.allocate(byteCount: size, alignment: 4096)
        memset(block, 1, size)
        blackHole(block)
        block.deallocate()
      }
      return peak?.growth
    }
    // Some containers do not let a process reset its mark; then there is nothing to test.
    guard growth(touching: size) != nil else { return }
    // Tests of other targets share the process and its memory, hence more than one attempt.
    func isSeen(_ size: Int) -> Bool {
      (0..<50).contains { _ in abs((growth(touching: size) ?? -1) - size) < 4 << 20 }
    }
    #expect(isSeen(size))
    #expect(isSeen(0))
  }

  @Test func contextDescribesThisMachine() {
    let context = HostContext.current()
    #expect(context.cores >= 1)
    #expect(context.memory > 1 << 20)
    #expect(!context.processor.isEmpty)
    #expect(context.lines.count == 6)
    #expect(ISO8601DateFormatter().date(from: context.date) != nil)
    #expect(context.build == BuildConfiguration.current)
    let saysDebug = context.warnings.contains { $0.hasPrefix("DEBUG BUILD") }
    #expect(saysDebug == (context.build == .debug))
  }

  @Test func processorUsageIsAShare() throws {
    guard let before = ProcessorUsage.now() else { return }
    usleep(50_000)
    let after = try #require(ProcessorUsage.now())
    #expect((0...1.01).contains(after.othersShare(since: before)))
    #expect((0...1.01).contains(after.stolenShare(since: before)))
  }
}
