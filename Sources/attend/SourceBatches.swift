import AttentionKit

/// How many sources are decoded together.
struct SourceBatches {
  static let options: [Arguments.Option] = [
    .init("--batch-size", "N", "sources that are decoded together at most (default 64)"),
    .init("--batch-tokens", "N", "their tokens at most, padding counted (default 4096)"),
  ]

  let sourceLimit: Int
  let tokenLimit: Int

  init(_ arguments: Arguments) throws {
    sourceLimit = try arguments.positiveInteger("--batch-size") ?? 64
    tokenLimit = try arguments.positiveInteger("--batch-tokens") ?? 4096
  }

  init(sourceLimit: Int, tokenLimit: Int = .max) {
    self.sourceLimit = sourceLimit
    self.tokenLimit = tokenLimit
  }

  /// The indices of sequences in batches of similar length. The longest come first, so that what needs the
  /// most memory fails at once if it does. A sequence over the limit is a batch of its own.
  func batches(_ lengths: [Int]) -> [[Int]] {
    let order = lengths.indices.sorted { (-lengths[$0], $0) < (-lengths[$1], $1) }
    var result: [[Int]] = []
    var batch: [Int] = []
    for index in order {
      // The first of a batch is its longest.
      let longest = lengths[batch.first ?? index]
      if batch.count == sourceLimit
        || !batch.isEmpty && (batch.count + 1) * longest > tokenLimit
      {
        result.append(batch)
        batch = []
      }
      batch.append(index)
    }
    if !batch.isEmpty { result.append(batch) }
    return result
  }
}
