internal import Kernels
internal import Tensors

/// What attention adds for the distance of a key from its query: key position minus query position, clipped to
/// ± ``reach``. Tables have 2 reach + 1 rows, from -reach to reach.
public struct DistanceTerms {
  /// The largest distance that counts.
  public let reach: Int
  /// [H, 2 reach + 1], added to scores after they are scaled (ALiBi, T5), or nil.
  public let biases: Variable?
  /// [H, 2 reach + 1, K], or [1, 2 reach + 1, K] for all heads: added to keys (Shaw et al. 2018), or nil.
  public let keys: Variable?
  /// [H, 2 reach + 1, Kv], or [1, 2 reach + 1, Kv] for all heads: added to values, or nil.
  public let values: Variable?

  /// The arguments are the properties.
  public init(
    reach: Int, biases: Variable? = nil, keys: Variable? = nil, values: Variable? = nil
  ) {
    self.reach = reach
    self.biases = biases
    self.keys = keys
    self.values = values
  }

  /// 2 reach + 1
  public var count: Int { 2 * reach + 1 }

  func check(headCount: Int, keyDimension: Int, valueDimension: Int) {
    if reach < 0 { fatalError("DistanceTerms: expected a reach of at least 0, found \(reach)") }
    if let biases, biases.shape != [headCount, count] {
      stopOnShapes("DistanceTerms", "biases [\(headCount), \(count)]", biases.shape)
    }
    for (table, width) in [(keys, keyDimension), (values, valueDimension)] {
      guard let table else { continue }
      let shape = table.shape
      guard shape.rank == 3, shape[0] == 1 || shape[0] == headCount, shape[1] == count,
        shape[2] == width
      else {
        stopOnShapes("DistanceTerms", "[\(headCount) or 1, \(count), \(width)]", shape)
      }
    }
    if let keys, let values, keys.shape[0] != values.shape[0] {
      stopOnShapes(
        "DistanceTerms", "tables of keys and values for equally many heads", keys.shape,
        values.shape)
    }
  }
}

extension AttentionMask {
  /// Each query's own position among the keys, [B, T]: what distances are counted from. With equally many queries
  /// and keys they are 0, 1, 2 …; the queries of a step are the last positions of the keys.
  public func queryPositions(batch: Int, queryCount: Int, keyCount: Int) -> [Int32] {
    (0..<batch).flatMap { sequence in
      let first = firstPosition(sequence: sequence, queryCount: queryCount, keyCount: keyCount)
      return (0..<queryCount).map { Int32(first + $0) }
    }
  }
}

/// Terms of each query by distance, laid out for each key: element [b, h, t, j] is the term for the distance of key j
/// from query t.
///
/// - Parameters:
///   - terms: [B, H, T, 2 reach + 1], or [H, 2 reach + 1] for all queries alike.
///   - positions: each query's position among the keys, [B, T].
/// - Returns: [B, H, T, S]
public func spreadByDistance(
  _ terms: Variable, positions: [Int32], batch: Int, keyCount: Int
) -> Variable {
  let shape = terms.shape
  let isShared = shape.rank == 2
  let queryCount = batch == 0 ? 0 : positions.count / batch
  guard shape.last % 2 == 1, isShared || shape.rank == 4 && shape[0] == batch,
    isShared || shape[2] == queryCount, positions.count == batch * queryCount
  else {
    stopOnShapes(
      "spreadByDistance", "terms [B, H, T, 2 r + 1] or [H, 2 r + 1] and positions [B, T]", shape,
      [positions.count])
  }
  let heads = shape[isShared ? 0 : 1]
  let kernel = DistanceKernel(
    batch: batch, heads: heads, queryCount: queryCount, keyCount: keyCount,
    reach: (shape.last - 1) / 2, positions: positions)
  var output = Tensor.zeros([batch, heads, queryCount, keyCount])
  kernel.spread(terms.value.pointer, isShared: isShared, into: output.mutablePointer)
  return .result(output, of: terms) { gradient, accumulator in
    if isShared {
      var sums = Tensor.zeros([batch, heads * shape.last])
      kernel.collect(gradient.pointer, isShared: true, into: sums.mutablePointer)
      accumulator.accumulate(into: terms) { pointer, isPresent in
        Reductions.columnSums(
          sums.pointer, rows: batch, columns: heads * shape.last, into: pointer,
          accumulate: isPresent)
      }
    } else {
      var sums = Tensor.zeros(shape)
      kernel.collect(gradient.pointer, isShared: false, into: sums.mutablePointer)
      accumulator.add(sums, to: terms)
    }
  }
}

/// The adjoint of ``spreadByDistance(_:positions:batch:keyCount:)``: the weights of each query added up by distance.
///
/// - Parameters:
///   - weights: [B, H, T, S]
///   - positions: each query's position among the keys, [B, T].
/// - Returns: [B, H, T, 2 reach + 1]
public func collectByDistance(_ weights: Variable, positions: [Int32], reach: Int) -> Variable {
  let shape = weights.shape
  guard shape.rank == 4, positions.count == shape[0] * shape[2] else {
    stopOnShapes(
      "collectByDistance", "weights [B, H, T, S] and positions [B, T]", shape, [positions.count])
  }
  let kernel = DistanceKernel(
    batch: shape[0], heads: shape[1], queryCount: shape[2], keyCount: shape[3], reach: reach,
    positions: positions)
  var sums = Tensor.zeros([shape[0], shape[1], shape[2], 2 * reach + 1])
  kernel.collect(weights.value.pointer, isShared: false, into: sums.mutablePointer)
  return .result(sums, of: weights) { gradient, accumulator in
    var dWeights = Tensor.zeros(shape)
    kernel.spread(gradient.pointer, isShared: false, into: dWeights.mutablePointer)
    accumulator.add(dWeights, to: weights)
  }
}

extension DistanceTerms {
  /// What the distances add to scores, written out: scale q · (vector of the distance) + bias; nil for nothing.
  ///
  /// - Parameters:
  ///   - query: [B, T, H K]
  ///   - positions: each query's position among the keys, [B, T].
  /// - Returns: [B, H, T, S]
  public func scores(
    query: Variable, headCount: Int, scale: Float, positions: [Int32], keyCount: Int
  ) -> Variable? {
    let batch = query.shape[0]
    var sum = biases.map {
      spreadByDistance($0, positions: positions, batch: batch, keyCount: keyCount)
    }
    if let keys {
      let products =
        matmul(
          splitHeads(query, headCount: headCount), repeated(keys, batch, headCount),
          transposeB: true) * scale
      let spread = spreadByDistance(
        products, positions: positions, batch: batch, keyCount: keyCount)
      sum = sum.map { $0 + spread } ?? spread
    }
    return sum
  }

  /// What the distances add to the output, [B, T, H Kv]; nil for nothing.
  ///
  /// - Parameters:
  ///   - weights: [B, H, T, S], 0 where a mask hides a key.
  ///   - positions: each query's position among the keys, [B, T].
  public func output(weights: Variable, positions: [Int32]) -> Variable? {
    guard let values else { return nil }
    let sums = collectByDistance(weights, positions: positions, reach: reach)
    return mergeHeads(matmul(sums, repeated(values, weights.shape[0], weights.shape[1])))
  }

  /// A table for each head of each sequence, [B, H, 2 reach + 1, K].
  private func repeated(_ table: Variable, _ batch: Int, _ headCount: Int) -> Variable {
    let copies = batch * headCount / table.shape[0]
    let width = table.shape[2]
    if copies == 0 { return Variable(.zeros([batch, headCount, count, width])) }
    return concatenate(Array(repeating: table, count: copies), axis: 0)
      .reshaped([batch, headCount, count, width])
  }
}
