/// Puts pairs of similar length into batches: the part of batching that all corpora share.
struct BatchCutter: Sendable {
  /// The most places for tokens, padding counted, on each side of a batch.
  let tokenBudget: Int
  /// The most pairs in a batch.
  let pairLimit: Int
  /// The longest source, and the longest target with its end token, that takes part.
  let lengthLimit: Int
  /// Lengths are put into buckets of this width.
  let bucketWidth: Int

  /// The numbers of tokens of a pair, the target's end token not counted.
  struct Lengths {
    let source: Int
    let target: Int

    init(source: Int, target: Int) {
      self.source = source
      self.target = target
    }

    init(_ pair: TokenPair) { self.init(source: pair.source.count, target: pair.target.count) }

    /// The places that the pair needs on its longer side.
    var places: Int { max(source, target + 1) }
  }

  init(
    _ owner: String, tokenBudget: Int, pairLimit: Int?, lengthLimit: Int?, bucketWidth: Int
  ) {
    let limit = min(lengthLimit ?? tokenBudget, tokenBudget)
    if limit < 1 || (pairLimit ?? 1) < 1 || bucketWidth < 1 {
      fatalError(
        "\(owner): expected limits of at least 1, found a budget of \(tokenBudget) "
          + "tokens, lengths up to \(limit), buckets of \(bucketWidth), "
          + "pairs up to \(pairLimit.map(String.init) ?? "any number")")
    }
    self.tokenBudget = tokenBudget
    self.pairLimit = pairLimit ?? .max
    self.lengthLimit = limit
    self.bucketWidth = bucketWidth
  }

  /// The batches of pairs that come in a random order.
  func batches(_ order: [Int], lengths: (Int) -> Lengths) -> [[Int]] {
    cut(sortedByLength(order, lengths: lengths), lengths: lengths)
  }

  /// Sorts by source bucket, then target bucket, upwards and downwards in turn: where one source bucket ends
  /// and the next begins, target lengths do not jump, so batches across that border have little padding.
  private func sortedByLength(_ order: [Int], lengths: (Int) -> Lengths) -> [Int] {
    let keys = order.map { index in
      let length = lengths(index)
      let source = length.source / bucketWidth
      let target = length.target / bucketWidth
      return (source, source % 2 == 0 ? target : -target)
    }
    // By position as the last key: the random order decides among equals, whatever `sort` does with them.
    return order.indices
      .sorted { (keys[$0].0, keys[$0].1, $0) < (keys[$1].0, keys[$1].1, $1) }
      .map { order[$0] }
  }

  /// Cuts a sequence of pairs where the next one would break the budget.
  private func cut(_ order: [Int], lengths: (Int) -> Lengths) -> [[Int]] {
    var batches: [[Int]] = []
    var batch: [Int] = []
    var longest = 0
    for index in order {
      let places = lengths(index).places
      // Each length is within the budget, so a batch of one always fits.
      let isFull =
        batch.count == pairLimit || (batch.count + 1) * max(longest, places) > tokenBudget
      if isFull {
        batches.append(batch)
        batch = []
        longest = 0
      }
      batch.append(index)
      longest = max(longest, places)
    }
    if !batch.isEmpty { batches.append(batch) }
    return batches
  }
}
