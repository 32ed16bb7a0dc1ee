internal import Foundation

/// A value that one thread at a time may look at or change: what `Synchronization.Mutex` is, over a lock that
/// ThreadSanitizer knows. (It does not know that of `Mutex` on Linux, and takes whatever is done under it for a race.)
package final class LockedValue<Value>: @unchecked Sendable {
  private let lock = NSLock()
  private var value: Value

  package init(_ value: sending Value) { self.value = value }

  /// Calls `body` with the value while no one else has it.
  package func withLock<Result>(_ body: (inout Value) throws -> Result) rethrows -> Result {
    lock.lock()
    defer { lock.unlock() }
    return try body(&value)
  }
}
