import Foundation

/// Drives everything out of the processor's caches, for measurements that begin cold.
public final class CacheEvictor {
  private let memory: UnsafeMutableRawPointer
  private let size: Int
  private let parts: Int
  private let line = 64
  private var round: UInt8 = 0

  /// Memory of at least twice the last level's cache, so that nothing else fits beside it.
  public init() {
    let cores = ProcessInfo.processInfo.activeProcessorCount
    parts = max(1, cores)
    // Every core has a private cache too, which only the core itself can fill.
    size = max(2 * CacheSize.lastLevel, parts * 8 << 20) / (parts * 64) * (parts * 64)
    memory = .allocate(byteCount: size, alignment: 4096)
    memory.initializeMemory(as: UInt8.self, repeating: 0, count: size)
  }

  deinit { memory.deallocate() }

  /// Bytes that are walked over.
  public var byteCount: Int { size }

  /// Writes to every line of the memory, with as many threads as there are cores.
  public func evict() {
    round &+= 1
    let walk = Walk(memory: memory, part: size / parts, line: line, value: round)
    DispatchQueue.concurrentPerform(iterations: parts) { walk.run($0) }
  }

  /// Threads write to parts of their own.
  private struct Walk: @unchecked Sendable {
    let memory: UnsafeMutableRawPointer
    let part: Int
    let line: Int
    let value: UInt8

    func run(_ index: Int) {
      for offset in stride(from: index * part, to: (index + 1) * part, by: line) {
        memory.storeBytes(of: value, toByteOffset: offset, as: UInt8.self)
      }
    }
  }
}
