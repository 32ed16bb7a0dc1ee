/// How to read the counters of a program's own allocator, in bytes.
public struct AllocatorMeter {
  /// Makes the peak what is handed out now.
  public let resetPeak: () -> Void
  /// Handed out now.
  public let used: () -> Int
  /// The most that was handed out since the peak was reset.
  public let peak: () -> Int

  /// Three closures that read or reset the allocator's own counters.
  public init(
    resetPeak: @escaping () -> Void, used: @escaping () -> Int, peak: @escaping () -> Int
  ) {
    self.resetPeak = resetPeak
    self.used = used
    self.peak = peak
  }
}
