import Foundation
import Kernels
import Testing

/// The guarded memory of one test case.
final class GuardedMemory: Sendable {
  @TaskLocal static var current: GuardedMemory?

  private struct Region: @unchecked Sendable {
    let base: UnsafeMutableRawPointer
    let length: Int
  }
  private let regions = LockedValue<[Region]>([])

  func allocate(_ count: Int) -> UnsafeMutablePointer<Float> {
    let page = Int(sysconf(Int32(_SC_PAGESIZE)))
    let bytes = count * MemoryLayout<Float>.stride
    let usable = (bytes + page - 1) / page * page
    let base = mmap(
      nil, usable + page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
    guard let base, base != MAP_FAILED, mprotect(base + usable, page, PROT_NONE) == 0 else {
      fatalError("no memory with a guard page for \(count) floats")
    }
    regions.withLock { $0.append(Region(base: base, length: usable + page)) }
    return (base + (usable - bytes)).bindMemory(to: Float.self, capacity: count)
  }

  deinit { for region in regions.withLock({ $0 }) { munmap(region.base, region.length) } }
}

/// Gives each test case a ``GuardedMemory``.
struct GuardedMemoryTrait: TestTrait, SuiteTrait, TestScoping {
  let isRecursive = true

  func provideScope(
    for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void
  ) async throws {
    let memory = GuardedMemory()
    try await GuardedMemory.$current.withValue(memory, operation: function)
    withExtendedLifetime(memory) {}
  }
}

extension Trait where Self == GuardedMemoryTrait {
  static var guardedMemory: GuardedMemoryTrait { GuardedMemoryTrait() }
}
