/// Samples in blocks whose members depend on one another, such as the turns of a cycle, which follow each other closely:
/// what disturbs one disturbs the next. Blocks are taken to be independent, and count as one each.
struct BlockedSamples {
  /// The median of each block.
  let medians: [Double]
  /// All values in ascending order, each with its block.
  private let sorted: [(value: Double, block: Int)]
  private let sizes: [Int]

  /// Empty blocks are left out.
  init(_ blocks: [[Double]]) {
    let blocks = blocks.filter { !$0.isEmpty }
    medians = blocks.compactMap(Quantiles.median)
    sizes = blocks.map(\.count)
    sorted = blocks.enumerated().flatMap { block, values in
      values.map { (value: $0, block: block) }
    }.sorted { $0.value < $1.value }
  }

  /// The turns of a run by their cycles.
  init(_ samples: [Sample]) {
    self.init(
      Dictionary(grouping: samples, by: \.cycle).sorted { $0.key < $1.key }.map {
        $0.value.map(\.seconds)
      })
  }

  /// The median of all values of as many blocks as there are, drawn with replacement.
  func resampledMedian(_ generator: inout ShuffleGenerator) -> Double {
    var draws = [Int](repeating: 0, count: sizes.count)
    var total = 0
    for _ in sizes {
      let block = Int(generator.next().multipliedFullWidth(by: UInt64(sizes.count)).high)
      draws[block] += 1
      total += sizes[block]
    }
    var seen = 0
    var low: Double?
    for (value, block) in sorted {
      seen += draws[block]
      if low == nil && seen > (total - 1) / 2 { low = value }
      if let low, seen > total / 2 { return (low + value) / 2 }
    }
    return low ?? .nan
  }
}
