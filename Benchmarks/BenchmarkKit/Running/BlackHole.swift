/// Where `blackHole(_:)` leaves its trace. It is public so that no optimiser that sees only this
/// module can prove that nobody reads it.
nonisolated(unsafe) public private(set) var blackHoleTrace: UnsafeRawPointer?

/// Uses a value in a way the optimiser cannot see through, so that the work that made it stays.
@inline(never)
public func blackHole<Value>(_ value: Value) {
  // Only the address escapes, and it is compared with nothing: reading it would be a mistake.
  withUnsafePointer(to: value) { blackHoleTrace = UnsafeRawPointer($0) }
}
