/// Numbers of a sentence that add up over sentences.
public protocol AdditiveStatistics: Sendable, Equatable {
  /// Adds those of other sentences.
  static func += (sum: inout Self, other: Self)
}
