import Foundation

/// How much the memory of this process grows for a while, at its peak. It needs Linux and is 0 elsewhere.
struct MemoryGauge {
  private let status = open("/proc/self/status", O_RDONLY | O_CLOEXEC)
  private let reset = open("/proc/self/clear_refs", O_WRONLY | O_CLOEXEC)
  private var buffer = [UInt8](repeating: 0, count: 4096)
  private var resident = 0

  init() { resident = numbers().resident }

  /// Forgets the peak so far.
  func begin() { _ = pwrite(reset, "5", 1, 0) }

  /// By how many bytes the peak since `begin` is above what was resident after the last call.
  mutating func growth() -> Int {
    let (peak, resident) = numbers()
    defer { self.resident = resident }
    return max(0, peak - self.resident)
  }

  private mutating func numbers() -> (peak: Int, resident: Int) {
    let count = max(0, pread(status, &buffer, buffer.count - 1, 0))
    buffer[count] = 0
    return buffer.withUnsafeBytes { bytes in
      let text = bytes.bindMemory(to: CChar.self).baseAddress!
      func byteCount(_ word: String) -> Int {
        // The number stands behind the word and spaces, in KiB.
        strstr(text, word).map { atol($0 + word.utf8.count) << 10 } ?? 0
      }
      return (byteCount("VmHWM:"), byteCount("VmRSS:"))
    }
  }
}
