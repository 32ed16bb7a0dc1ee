/// What attention adds for the distance of a key from its query, key position minus query position, clipped to
/// ± reach: a number added to the score (ALiBi, T5), a vector added to the key, a vector added to the value
/// (Shaw et al. 2018).
public struct RelativeTerms {
  /// The largest distance that counts; tables have 2 reach + 1 rows, the one for distance 0 in the middle.
  public var reach: Int
  /// Each query's own position among the keys, [B, T].
  public var positions: [Int32]
  /// [H, 2 reach + 1], added to scores after they are scaled.
  public var biases: UnsafePointer<Float>?
  /// [H, 2 reach + 1, K] or, for all heads, [1, 2 reach + 1, K].
  public var keys: UnsafePointer<Float>?
  /// [H, 2 reach + 1, Kv] or, for all heads, [1, 2 reach + 1, Kv].
  public var values: UnsafePointer<Float>?
  /// Whether `keys` and `values` are the same for all heads.
  public var isShared: Bool

  /// The arguments are the properties.
  public init(
    reach: Int, positions: [Int32], biases: UnsafePointer<Float>? = nil,
    keys: UnsafePointer<Float>? = nil, values: UnsafePointer<Float>? = nil, isShared: Bool = false
  ) {
    self.reach = reach
    self.positions = positions
    self.biases = biases
    self.keys = keys
    self.values = values
    self.isShared = isShared
  }

  /// 2 reach + 1
  public var count: Int { 2 * reach + 1 }

  /// Where the gradients of the tables go: one table for each head of each sequence, zeros at first.
  public struct Gradients {
    /// [B, H, 2 reach + 1]
    public var biases: UnsafeMutablePointer<Float>?
    /// [B, H, 2 reach + 1, K]
    public var keys: UnsafeMutablePointer<Float>?
    /// [B, H, 2 reach + 1, Kv]
    public var values: UnsafeMutablePointer<Float>?

    /// The arguments are the properties.
    public init(
      biases: UnsafeMutablePointer<Float>? = nil, keys: UnsafeMutablePointer<Float>? = nil,
      values: UnsafeMutablePointer<Float>? = nil
    ) {
      self.biases = biases
      self.keys = keys
      self.values = values
    }
  }

  /// A row of `count` floats for each query of a tile: what scores, weights or their gradients add up to by distance.
  func rowsSize(_ queries: Int) -> Int { keys == nil && values == nil ? 0 : queries * count }

  func table(_ tables: UnsafePointer<Float>?, head: Int, width: Int) -> MatrixOperand? {
    tables.map {
      MatrixOperand($0 + (isShared ? 0 : head) * count * width, stride: width)
    }
  }
}
