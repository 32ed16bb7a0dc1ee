/// The memory of a run in two reports.
public struct MemoryChange: Codable, Hashable, Sendable {
  /// What became of it.
  public enum Verdict: String, Codable, Sendable {
    case more
    case less
    case same
  }

  /// Bytes in the old report.
  public let old: Int
  /// Bytes in the new report.
  public let new: Int
  /// Whether the program's own allocator counted them. Resident memory depends on what the system did before, so its
  /// growth alone is no verdict on a program.
  public let isExact: Bool
  /// Whether they differ by more than the threshold and a mebibyte: how many threads have scratch memory at one time is
  /// a matter of luck.
  public let verdict: Verdict

  init?(_ old: PeakMemory?, _ new: PeakMemory?, threshold: Double) {
    guard let old, let new else { return nil }
    if let before = old.allocated, let after = new.allocated {
      (self.old, self.new, isExact) = (before, after, true)
    } else {
      (self.old, self.new, isExact) = (old.growth, new.growth, false)
    }
    let isWithin =
      abs(self.new - self.old) <= 1 << 20
      || Double(max(self.old, self.new)) <= (1 + threshold) * Double(min(self.old, self.new))
    verdict = isWithin ? .same : self.new > self.old ? .more : .less
  }
}
