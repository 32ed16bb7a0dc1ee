/// A contender and size that two reports have in common, and what became of its time.
public struct ComparedResult: Codable, Hashable, Sendable {
  /// What the times say.
  public enum Verdict: String, Codable, Sendable {
    /// It takes longer: more than the threshold, and chance is no explanation.
    case slower
    /// It takes less time: more than the threshold, and chance is no explanation.
    case faster
    /// Chance may explain what there is, or it is smaller than the threshold.
    case noDifference
    /// So few samples, for so many comparisons, show nothing whatever they are.
    case tooFewSamples
  }

  /// The suite.
  public let suite: String
  /// What competes.
  public let name: String
  /// What it is asked to do.
  public let task: String
  /// The sizes.
  public let parameters: [SizeParameter]
  /// Times in the old report.
  public let old: Summary
  /// Times in the new report.
  public let new: Summary
  /// The new median over the old one: above 1 is slower.
  public let ratio: Double
  /// Bootstrap 95 % interval of the ratio, for this contender alone.
  public let interval: Interval
  /// Cliff's delta: the share of pairs of cycles in which the new one took longer less the share in which it took less.
  public let delta: Double
  /// The probability of such an order by chance, corrected for all comparisons that were made.
  public let probability: Double
  /// What follows.
  public let verdict: Verdict
  /// Memory of a run, where both reports have it.
  public let memory: MemoryChange?

  /// For example `attention: tiled forward n=1024`.
  public var label: String {
    "\(suite): " + Contender.label(name: name, task: task, parameters: parameters)
  }
}
