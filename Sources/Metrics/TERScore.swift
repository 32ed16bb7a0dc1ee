/// A TER score and what it is made of.
public struct TERScore: MetricScore, Equatable {
  /// Edits per reference word, in percent, from 0; it can exceed 100.
  public let value: Double
  /// The edits, shifts included.
  public let editCount: Int
  /// The references' words; of several references their mean.
  public let referenceLength: Double

  /// `TER`.
  public var name: String { "TER" }
  /// Nothing.
  public var details: String { "" }
}
