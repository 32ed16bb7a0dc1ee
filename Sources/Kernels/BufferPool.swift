import Foundation
import Synchronization

/// Memory for tensors, kept and handed out again.
///
/// A training step asks for the same sizes as the step before, so after the first steps nothing comes from
/// the system any more. Sizes are rounded up to four classes per power of two, which wastes at most a fifth.
public enum BufferPool {
  /// What the pool has done since the process began.
  public struct Statistics: Sendable {
    /// Bytes taken from the system and not given back, in use or free.
    public var reservedBytes = 0
    /// Bytes handed out at this moment.
    public var usedBytes = 0
    /// The most that was ever handed out at one time.
    public var peakUsedBytes = 0
    /// How often the system was asked for memory.
    public var systemAllocations = 0
  }

  private struct FreePointer: @unchecked Sendable { let address: UnsafeMutableRawPointer }
  private struct State: Sendable {
    var free: [Int: [FreePointer]] = [:]
    var statistics = Statistics()
  }
  private static let state = Mutex(State())
  private static let alignment = 64
  private static let hugePage = 2 << 20

  /// Uninitialised memory for `count` floats, aligned to a cache line.
  public static func allocate(_ count: Int) -> UnsafeMutablePointer<Float> {
    let bytes = sizeClass(count)
    let pointer = state.withLock { state -> FreePointer in
      state.statistics.usedBytes += bytes
      state.statistics.peakUsedBytes = max(
        state.statistics.peakUsedBytes, state.statistics.usedBytes)
      if let reused = state.free[bytes]?.popLast() { return reused }
      state.statistics.systemAllocations += 1
      state.statistics.reservedBytes += bytes
      return FreePointer(address: allocateFromSystem(bytes))
    }
    return pointer.address.assumingMemoryBound(to: Float.self)
  }

  /// Gives back what ``allocate(_:)`` handed out for the same count.
  public static func release(_ pointer: UnsafeMutablePointer<Float>, count: Int) {
    let bytes = sizeClass(count)
    let freed = FreePointer(address: UnsafeMutableRawPointer(pointer))
    state.withLock { state in
      state.statistics.usedBytes -= bytes
      state.free[bytes, default: []].append(freed)
    }
  }

  /// Calls `body` with scratch memory for `count` floats.
  public static func withScratch<Result>(
    _ count: Int, _ body: (UnsafeMutablePointer<Float>) throws -> Result
  ) rethrows -> Result {
    let pointer = allocate(count)
    defer { release(pointer, count: count) }
    return try body(pointer)
  }

  /// Gives all free memory back to the system.
  public static func trim() {
    state.withLock { state in
      for (bytes, pointers) in state.free {
        for pointer in pointers { free(pointer.address) }
        state.statistics.reservedBytes -= bytes * pointers.count
      }
      state.free.removeAll()
    }
  }

  /// Counters for tests and reports.
  public static var statistics: Statistics { state.withLock { $0.statistics } }

  /// Starts a new measurement of ``Statistics/peakUsedBytes``.
  public static func resetPeak() {
    state.withLock { $0.statistics.peakUsedBytes = $0.statistics.usedBytes }
  }

  /// Bytes really reserved for `count` floats.
  private static func sizeClass(_ count: Int) -> Int {
    let bytes = max(256, count * MemoryLayout<Float>.stride)
    let step = (1 << (Int.bitWidth - 1 - (bytes - 1).leadingZeroBitCount)) / 4
    return (bytes + step - 1) / step * step
  }

  private static func allocateFromSystem(_ bytes: Int) -> UnsafeMutableRawPointer {
    var pointer: UnsafeMutableRawPointer?
    let large = bytes >= hugePage
    guard posix_memalign(&pointer, large ? hugePage : alignment, bytes) == 0, let pointer else {
      fatalError("out of memory: a tensor needs \(bytes) bytes")
    }
    #if os(Linux)
      // Large tensors are read from end to end; huge pages save most of the address translation.
      let hugePageAdvice: Int32 = 14  // MADV_HUGEPAGE, which the module map does not show
      if large { madvise(pointer, bytes, hugePageAdvice) }
    #endif
    return pointer
  }
}
