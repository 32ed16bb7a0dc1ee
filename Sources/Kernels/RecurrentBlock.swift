/// Some sequences of a batch, sorted by falling length, that go through a recurrence together.
public struct RecurrentBlock: Sendable {
  /// The position of the first sequence.
  public let first: Int
  /// The number of sequences.
  public let count: Int
  /// How many of them are at least t + 1 long, for each t.
  public let activeCounts: [Int]

  /// `activeCounts` has an element for each step, and falls.
  public init(first: Int, count: Int, activeCounts: [Int]) {
    self.first = first
    self.count = count
    self.activeCounts = activeCounts
  }

  /// How many blocks a batch is cut into: enough rows in each for products to be efficient, few enough for its
  /// gates to stay in cache from the product on. One: the threads share each step's work, since there are too few
  /// sequences to share those, or too few steps for a layout of weights of one's own to pay.
  public static func count(batch: Int, steps: Int) -> Int {
    if batch < 16 || steps < RepeatedMatrix.leastRepetitions { return 1 }
    return 2 * ((batch + 63) / 64)
  }
}
