import Foundation
import Synchronization

/// The one place where work is spread over cores.
///
/// Callers cut their work into blocks that depend on the shapes alone; threads only decide who computes a
/// block, never what is in it. That is why results are the same bits for any number of threads.
public enum ThreadPool {
  private static let configured = Atomic<Int>(defaultThreadCount())

  /// How many threads work at the same time, at least 1.
  ///
  /// Starts as the environment's `ATTENTION_THREADS`, or the number of cores this process may use.
  public static var threadCount: Int {
    get { configured.load(ordering: .relaxed) }
    set { configured.store(max(1, newValue), ordering: .relaxed) }
  }

  /// Calls `body` once for each block in `0..<blockCount` and returns when all calls have returned.
  ///
  /// Blocks start in ascending order, so put the expensive ones first. Called from within a block, or while another
  /// thread's blocks are at work, it does all blocks on the calling thread.
  public static func forEachBlock(_ blockCount: Int, _ body: (Int) -> Void) {
    let workers = min(threadCount, blockCount)
    if workers <= 1 {
      for block in 0..<max(0, blockCount) { body(block) }
      return
    }
    // Called from several threads by design; callers write to disjoint memory.
    let isDone = withoutActuallyEscaping(body) { body in
      WorkerTeam.shared.run(blockCount, helpers: workers - 1, body)
    }
    if !isDone {
      for block in 0..<blockCount { body(block) }
    }
  }

  /// Splits `0..<count` into contiguous ranges of `grain` elements (the last may be shorter) and calls
  /// `body` for each.
  public static func forEachRange(of count: Int, grain: Int, _ body: (Range<Int>) -> Void) {
    let blocks = (count + grain - 1) / grain
    forEachBlock(blocks) { block in
      body(block * grain..<min(count, (block + 1) * grain))
    }
  }

  private static func defaultThreadCount() -> Int {
    if let text = ProcessInfo.processInfo.environment["ATTENTION_THREADS"], let count = Int(text),
      count > 0
    {
      return count
    }
    return max(1, ProcessInfo.processInfo.activeProcessorCount)
  }
}
