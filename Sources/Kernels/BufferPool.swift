import Foundation

/// Memory for tensors, kept and handed out again.
///
/// A training step asks for the same sizes as the step before, so after the first steps nothing comes from
/// the system any more. Sizes are rounded up to four classes per power of two, which wastes at most a fifth. A free
/// buffer also serves a request for half its size: batches of many lengths would otherwise leave buffers for each.
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
  private static let state = LockedValue(State())
  /// Of a cache line. As much stands before each buffer, for its header.
  private static let alignment = 64
  /// What stands before a buffer.
  private struct Header {
    /// Bytes of the buffer.
    let reserved: Int
    /// Bytes that its user asked for, rounded up.
    var used: Int
  }
  private static let hugePage = 2 << 20

  /// Uninitialised memory for `count` floats, aligned to a cache line.
  public static func allocate(_ count: Int) -> UnsafeMutablePointer<Float> {
    let bytes = sizeClass(count)
    let pointer = state.withLock { state -> FreePointer in
      state.statistics.usedBytes += bytes
      state.statistics.peakUsedBytes = max(
        state.statistics.peakUsedBytes, state.statistics.usedBytes)
      var size = bytes
      while size <= 2 * bytes {
        if let reused = state.free[size]?.popLast() { return reused }
        size = nextClass(size)
      }
      state.statistics.systemAllocations += 1
      state.statistics.reservedBytes += bytes
      return FreePointer(address: allocateFromSystem(bytes))
    }
    header(of: pointer.address).pointee.used = bytes
    return pointer.address.assumingMemoryBound(to: Float.self)
  }

  /// Gives back what ``allocate(_:)`` handed out.
  public static func release(_ pointer: UnsafeMutablePointer<Float>) {
    let freed = FreePointer(address: UnsafeMutableRawPointer(pointer))
    let header = header(of: freed.address).pointee
    state.withLock { state in
      state.statistics.usedBytes -= header.used
      state.free[header.reserved, default: []].append(freed)
    }
  }

  /// Calls `body` with scratch memory for `count` floats.
  public static func withScratch<Result>(
    _ count: Int, _ body: (UnsafeMutablePointer<Float>) throws -> Result
  ) rethrows -> Result {
    let pointer = allocate(count)
    defer { release(pointer) }
    return try body(pointer)
  }

  /// Gives all free memory back to the system.
  public static func trim() {
    state.withLock { state in
      for (bytes, pointers) in state.free {
        for pointer in pointers { free(pointer.address - alignment) }
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
    let step = classStep(bytes - 1)
    return (bytes + step - 1) / step * step
  }

  /// A quarter of the largest power of two that is not larger.
  private static func classStep(_ bytes: Int) -> Int {
    (1 << (Int.bitWidth - 1 - bytes.leadingZeroBitCount)) / 4
  }

  private static func header(of buffer: UnsafeMutableRawPointer) -> UnsafeMutablePointer<Header> {
    (buffer - alignment).assumingMemoryBound(to: Header.self)
  }

  private static func nextClass(_ bytes: Int) -> Int { bytes + classStep(bytes) }

  private static func allocateFromSystem(_ bytes: Int) -> UnsafeMutableRawPointer {
    var pointer: UnsafeMutableRawPointer?
    let large = bytes >= hugePage
    guard posix_memalign(&pointer, large ? hugePage : alignment, alignment + bytes) == 0,
      let pointer
    else {
      fatalError("out of memory: a tensor needs \(bytes) bytes")
    }
    #if os(Linux)
      // Large tensors are read from end to end; huge pages save most of the address translation.
      let hugePageAdvice: Int32 = 14  // MADV_HUGEPAGE, which the module map does not show
      if large { madvise(pointer, alignment + bytes, hugePageAdvice) }
    #endif
    header(of: pointer + alignment).initialize(to: Header(reserved: bytes, used: 0))
    return pointer + alignment
  }
}
