/// What the processor and the kernel counted while something ran, all threads of the process together. What they would
/// not count is nil.
public struct CounterValues: Codable, Hashable, Sendable {
  /// Instructions of the program's own code.
  public var instructions: Double?
  /// Processor cycles spent in the program's own code.
  public var cycles: Double?
  /// Accesses that no cache could serve, as the processor understands it (mostly: of the last level).
  public var cacheMisses: Double?
  /// Seconds on a processor, of all threads together.
  public var processorSeconds: Double?
  /// Pages of memory that were touched for the first time, or again after they were taken away.
  public var pageFaults: Double?
  /// How often a thread was taken off a processor.
  public var contextSwitches: Double?

  /// Nothing is known until it is set.
  public init() {}

  /// Instructions in a cycle.
  public var instructionsPerCycle: Double? {
    guard let instructions, let cycles, cycles > 0 else { return nil }
    return instructions / cycles
  }

  /// What was counted since `earlier`, divided by a number of runs.
  public func since(_ earlier: CounterValues, runs: Int = 1) -> CounterValues {
    merging(earlier) { ($0 - $1) / Double(max(1, runs)) }
  }

  /// Combines what both know.
  func merging(_ other: CounterValues, _ combine: (Double, Double) -> Double) -> CounterValues {
    var result = CounterValues()
    for field in CounterValues.fields {
      guard let mine = self[keyPath: field], let theirs = other[keyPath: field] else { continue }
      result[keyPath: field] = combine(mine, theirs)
    }
    return result
  }

  /// The median of each count over some readings; nil where none of them has it.
  public static func medians(of values: [CounterValues]) -> CounterValues? {
    var result = CounterValues()
    for field in fields {
      let sorted = values.compactMap { $0[keyPath: field] }.sorted()
      result[keyPath: field] = Quantiles.quantile(0.5, ofSorted: sorted)
    }
    return fields.contains { result[keyPath: $0] != nil } ? result : nil
  }

  /// In the order of the kernel's numbers in CPerformanceCounters.
  static var fields: [WritableKeyPath<CounterValues, Double?>] {
    [\.instructions, \.cycles, \.cacheMisses, \.processorSeconds, \.pageFaults, \.contextSwitches]
  }
}
