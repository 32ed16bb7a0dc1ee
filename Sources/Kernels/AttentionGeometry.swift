/// Where the heads of queries, keys and values lie in memory, and which keys each query may look at.
///
/// Queries are [B, T, H, K], keys [B, S, H, K], values [B, S, H, Kv] and outputs [B, T, H, Kv]: the result
/// of a projection, with no copy that brings heads together.
public struct AttentionGeometry {
  /// B
  public var batch: Int
  /// H
  public var heads: Int
  /// T
  public var queryLength: Int
  /// S
  public var keyLength: Int
  /// K
  public var keyDimension: Int
  /// Kv
  public var valueDimension: Int
  /// What scores are multiplied by, usually 1 / √K.
  public var scale: Float
  /// For each query of each sequence [B, T]: the first key it may look at and the one after the last.
  public var firstKeys: [Int32]
  /// The key after the last, [B, T].
  public var endKeys: [Int32]
  /// Further restriction, or nil: [B, T, S], 0 where a query may not look. It can be shared by the batch.
  public var allowed: UnsafePointer<UInt8>?
  /// Whether `allowed` is [T, S] for all sequences.
  public var isAllowedShared = false
  /// Of the factors of the tiles' products; sums and the softmax are in float32.
  public var precision: ProductPrecision

  /// The arguments are the properties.
  public init(
    batch: Int, heads: Int, queryLength: Int, keyLength: Int, keyDimension: Int,
    valueDimension: Int, scale: Float, firstKeys: [Int32], endKeys: [Int32],
    allowed: UnsafePointer<UInt8>? = nil, isAllowedShared: Bool = false,
    precision: ProductPrecision = .float32
  ) {
    self.batch = batch
    self.heads = heads
    self.queryLength = queryLength
    self.keyLength = keyLength
    self.keyDimension = keyDimension
    self.valueDimension = valueDimension
    self.scale = scale
    self.firstKeys = firstKeys
    self.endKeys = endKeys
    self.allowed = allowed
    self.isAllowedShared = isAllowedShared
    self.precision = precision
  }

  /// Queries in a tile: 128, and fewer where each sees a small part of the keys only (a window), because a tile
  /// computes all keys that any of its queries sees: a quarter of what one sees, so that at most a quarter is wasted.
  /// Depends on shapes and masks alone.
  public var queriesPerTile: Int {
    var seen = 0
    for index in firstKeys.indices { seen += max(0, Int(endKeys[index]) - Int(firstKeys[index])) }
    let mean = seen / max(1, firstKeys.count)
    if 4 * mean >= keyLength { return AttentionTile.largestQueryCount }
    // Below 32 the products lose more than the tile saves.
    return min(AttentionTile.largestQueryCount, max(32, (mean / 4 + 15) / 16 * 16))
  }

  var keyStride: Int { heads * keyDimension }
  var valueStride: Int { heads * valueDimension }

  func queryOffset(_ b: Int, _ h: Int, _ row: Int) -> Int {
    (b * queryLength + row) * keyStride + h * keyDimension
  }
  func keyOffset(_ b: Int, _ h: Int, _ row: Int) -> Int {
    (b * keyLength + row) * keyStride + h * keyDimension
  }
  func valueOffset(_ b: Int, _ h: Int, _ row: Int) -> Int {
    (b * keyLength + row) * valueStride + h * valueDimension
  }
  func outputOffset(_ b: Int, _ h: Int, _ row: Int) -> Int {
    (b * queryLength + row) * valueStride + h * valueDimension
  }
  /// The place of a row in [B, H, T].
  func statisticsOffset(_ b: Int, _ h: Int, _ row: Int) -> Int {
    (b * heads + h) * queryLength + row
  }

  /// Floating-point operations of both products of the forward pass, for one head of one sequence.
  var operationsPerHead: Int {
    2 * queryLength * keyLength * (keyDimension + valueDimension)
  }

  /// Where trailing queries that may look at nothing (padding) begin. They take no part in the products of
  /// the backward pass, so not even a NaN in them reaches a gradient.
  func endOfActiveRows(_ b: Int, _ rows: Range<Int>) -> Int {
    var end = rows.upperBound
    while end > rows.lowerBound,
      firstKeys[b * queryLength + end - 1] >= endKeys[b * queryLength + end - 1]
    {
      end -= 1
    }
    return end
  }
}
