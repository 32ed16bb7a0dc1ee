import Foundation

/// Reads and resets the high-water mark of resident memory that Linux keeps for a process.
public enum PeakMemoryMeter {
  /// Runs the body and says how far resident memory rose; nil where the system does not let a
  /// process reset its mark (other systems than Linux, some containers).
  ///
  /// - Parameter release: Gives cached memory back first, so that a pool that is already full does
  ///   not hide what the body needs.
  /// - Parameter allocator: The program's own allocator, if it has one that counts.
  public static func measure(
    release: () -> Void = {}, allocator: AllocatorMeter? = nil, _ body: () throws -> Void
  ) rethrows -> PeakMemory? {
    release()
    returnFreeMemory()
    guard resetMark(), let before = status("VmRSS") else { return nil }
    allocator?.resetPeak()
    let allocatedBefore = allocator?.used() ?? 0
    try body()
    let allocated = allocator.map { $0.peak() - allocatedBefore }
    guard let peak = status("VmHWM") else { return nil }
    return PeakMemory(
      growth: max(0, peak - before), processPeak: peak, allocated: allocated)
  }

  /// The high-water mark of the whole process so far, in bytes.
  public static func processPeak() -> Int? { status("VmHWM") }

  /// A field of /proc/self/status, which counts in KiB, in bytes.
  private static func status(_ field: String) -> Int? {
    guard let text = ProcessFile.read("/proc/self/status") else { return nil }
    for line in text.split(separator: "\n") where line.hasPrefix(field + ":") {
      let digits = line.drop { !$0.isNumber }.prefix { $0.isNumber }
      return Int(digits).map { $0 * 1024 }
    }
    return nil
  }

  /// Writing 5 resets the mark to what is resident now (proc_pid_clear_refs(5)).
  private static func resetMark() -> Bool {
    let descriptor = open("/proc/self/clear_refs", O_WRONLY)
    guard descriptor >= 0 else { return false }
    defer { close(descriptor) }
    return write(descriptor, "5", 1) == 1
  }

  /// Asks the C library to give freed memory back to the system. Only glibc has such a call, and
  /// Swift's module of it leaves the header out, hence the look-up by name.
  private static func returnFreeMemory() {
    typealias Trim = @convention(c) (Int) -> CInt
    guard let symbol = dlsym(dlopen(nil, RTLD_NOW), "malloc_trim") else { return }
    _ = unsafeBitCast(symbol, to: Trim.self)(0)
  }
}
