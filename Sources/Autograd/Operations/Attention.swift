public import Kernels
public import Tensors

/// Scaled dot-product attention of several heads, softmax(scale Q Kᵀ) V (section 3.2.1), computed in tiles:
/// the matrix of scores never exists as a whole.
///
/// - Parameters:
///   - query: [B, T, H K], the heads side by side as a projection leaves them.
///   - key: [B, S, H K]
///   - value: [B, S, H Kv]
///   - headCount: H
///   - scale: what scores are multiplied by; nil: 1 / √K.
///   - dropout: drops attention weights.
/// - Returns: [B, T, H Kv]
public func attention(
  query: Variable, key: Variable, value: Variable, headCount: Int,
  mask: AttentionMask = .none, scale: Float? = nil, dropout: DropoutMask = .none
) -> Variable {
  attention(
    query: query, key: key, value: value, headCount: headCount, mask: mask, scale: scale,
    dropout: dropout, distances: nil)
}

/// The same with what the distances of keys from queries add to scores, keys and values; still in tiles, and without
/// a vector for each pair.
public func attention(
  query: Variable, key: Variable, value: Variable, headCount: Int,
  mask: AttentionMask = .none, scale: Float? = nil, dropout: DropoutMask = .none,
  distances: DistanceTerms?
) -> Variable {
  tiledAttention(
    query: query, key: key, value: value, vector: nil, headCount: headCount, mask: mask,
    scale: scale, dropout: dropout, distances: distances)
}

/// Additive attention of several heads (Bahdanau et al. 2015), softmax(Σ_a v_a tanh(q_a + k_a)) V, for projected
/// queries and keys, computed in tiles: neither the matrix of scores nor the tensor of all tanh values ever exists.
///
/// - Parameters:
///   - query: [B, T, H A], the heads side by side.
///   - key: [B, S, H A]
///   - value: [B, S, H Kv]
///   - vector: v of all heads, [H A].
///   - headCount: H
///   - dropout: drops attention weights.
///   - distances: what the distances of keys from queries add to scores and values, or nil; a vector added to keys has
///     no meaning here.
/// - Returns: [B, T, H Kv]
public func additiveAttention(
  query: Variable, key: Variable, value: Variable, vector: Variable, headCount: Int,
  mask: AttentionMask = .none, dropout: DropoutMask = .none, distances: DistanceTerms? = nil
) -> Variable {
  if vector.shape != [query.shape.last] {
    stopOnShapes(
      "additiveAttention", "query [B, T, H A] and vector [H A]", query.shape, vector.shape)
  }
  if distances?.keys != nil {
    fatalError(
      "additiveAttention: expected distances that add nothing to keys, found vectors for keys")
  }
  return tiledAttention(
    query: query, key: key, value: value, vector: vector, headCount: headCount, mask: mask,
    scale: 1, dropout: dropout, distances: distances)
}

/// Attention in tiles: scaled products, or additive scores with a vector.
private func tiledAttention(
  query: Variable, key: Variable, value: Variable, vector: Variable?, headCount: Int,
  mask: AttentionMask, scale: Float?, dropout: DropoutMask, distances: DistanceTerms?
) -> Variable {
  checkAttentionShapes(query.shape, key.shape, value.shape, headCount: headCount, mask: mask)
  let (batch, queryCount, keyCount) = (query.shape[0], query.shape[1], key.shape[1])
  let hidden = mask.keysHiddenByPattern(
    batch: batch, queryCount: queryCount, keyCount: keyCount)
  let (key, value) = (clearing(hidden, in: key), clearing(hidden, in: value))
  let (keyDimension, valueDimension) = (query.shape[2] / headCount, value.shape[2] / headCount)
  let ranges = mask.keyRanges(batch: batch, queryCount: queryCount, keyCount: keyCount)
  let allowed = mask.allowed.map { $0.map { $0 ? UInt8(1) : 0 } }
  let geometry = AttentionGeometry(
    batch: batch, heads: headCount, queryLength: queryCount, keyLength: keyCount,
    keyDimension: keyDimension, valueDimension: valueDimension,
    scale: scale ?? 1 / Float(max(1, keyDimension)).squareRoot(), firstKeys: ranges.first,
    endKeys: ranges.end, isAllowedShared: (allowed?.count ?? 0) == queryCount * keyCount,
    precision: query.productPrecision(with: key))

  distances?.check(
    headCount: headCount, keyDimension: keyDimension, valueDimension: valueDimension)
  let relative = distances?.kernelTerms(
    mask.queryPositions(batch: batch, queryCount: queryCount, keyCount: keyCount))

  var output = Tensor(uninitialized: [batch, queryCount, value.shape[2]])
  var logSumExp = Tensor(uninitialized: [batch, headCount, queryCount])
  withAllowed(geometry, allowed) { geometry in
    TiledAttention.forward(
      geometry, queries: query.value.pointer, keys: key.value.pointer, values: value.value.pointer,
      additive: vector?.value.pointer, dropout: dropout, relative: relative,
      output: output.mutablePointer,
      logSumExp: logSumExp.mutablePointer)
  }

  let inputs = [query, key, value] + (vector.map { [$0] } ?? []) + (distances?.tables ?? [])
  return .result(
    output, of: inputs, operation: vector == nil ? "attention" : "additiveAttention"
  ) { [output, logSumExp] gradient, accumulator in
    var gradients = [query, key, value].map { Tensor.zeros($0.shape) }
    var tables = TableGradients(
      distances, batch: batch, headCount: headCount, keyDimension: keyDimension,
      valueDimension: valueDimension, accumulator)
    var vectorGradients = vector.map { Tensor.zeros([batch, $0.shape.last]) }
    let saved = TiledAttention.Saved(
      queries: query.value.pointer, keys: key.value.pointer, values: value.value.pointer,
      additive: vector?.value.pointer, output: output.pointer, logSumExp: logSumExp.pointer,
      outputGradient: gradient.pointer)
    withAllowed(geometry, allowed) { geometry in
      TiledAttention.backward(
        geometry, saved, dropout: dropout, relative: relative,
        into: .init(
          queries: gradients[0].mutablePointer, keys: gradients[1].mutablePointer,
          values: gradients[2].mutablePointer, additive: vectorGradients?.mutablePointer),
        tables: tables.pointers)
    }
    accumulator.add(gradients[0], to: query)
    accumulator.add(gradients[1], to: key)
    accumulator.add(gradients[2], to: value)
    if let vector, let vectorGradients {
      accumulator.accumulate(into: vector) { pointer, isPresent in
        Reductions.columnSums(
          vectorGradients.pointer, rows: batch, columns: vector.shape.last, into: pointer,
          accumulate: isPresent)
      }
    }
    tables.reduce(into: accumulator)
  }
}

/// The weights that ``attention(query:key:value:headCount:mask:scale:dropout:)`` gives each key, written out:
/// [B, H, T, S]. Rows sum to 1, or to 0 where a query may look at nothing.
public func attentionWeights(
  query: Tensor, key: Tensor, headCount: Int, mask: AttentionMask = .none, scale: Float? = nil
) -> Tensor {
  checkAttentionShapes(query.shape, key.shape, key.shape, headCount: headCount, mask: mask)
  let scores = attentionScores(
    query: Variable(query), key: Variable(key), headCount: headCount, scale: scale)
  return softmax(masked(scores, by: mask)).value
}

func checkAttentionShapes(
  _ query: Shape, _ key: Shape, _ value: Shape, headCount: Int, mask: AttentionMask
) {
  guard query.rank == 3, key.rank == 3, value.rank == 3, headCount > 0,
    query[0] == key[0], query[0] == value[0], key[1] == value[1], query[2] == key[2],
    query[2] % headCount == 0, value[2] % headCount == 0
  else {
    stopOnShapes(
      "attention",
      "query [B, T, H K], key [B, S, H K] and value [B, S, H Kv] with H = \(headCount)", query, key,
      value)
  }
  mask.check(batch: query[0], queryCount: query[1], keyCount: key[1])
}

/// Calls `body` with the geometry and the bytes of an arbitrary mask in it.
func withAllowed(
  _ geometry: AttentionGeometry, _ allowed: [UInt8]?, _ body: (AttentionGeometry) -> Void
) {
  guard let allowed else { return body(geometry) }
  allowed.withUnsafeBufferPointer { buffer in
    var geometry = geometry
    geometry.allowed = buffer.baseAddress
    body(geometry)
  }
}

/// Keys or values [B, S, ...] with the rows of the given numbers set to 0: a weight of 0 does not silence a
/// NaN, so what nobody may look at is not multiplied at all.
func clearing(_ rows: [Int], in input: Variable) -> Variable {
  if rows.isEmpty { return input }
  let width = input.shape.last
  func cleared(_ tensor: Tensor) -> Tensor {
    var result = tensor
    let pointer = result.mutablePointer
    for row in rows { (pointer + row * width).update(repeating: 0, count: width) }
    return result
  }
  return .result(cleared(input.value), of: input) { gradient, accumulator in
    accumulator.add(cleared(gradient), to: input)
  }
}

extension AttentionMask {
  /// The numbers of rows of [B, S] that an arbitrary pattern hides from all queries.
  func keysHiddenByPattern(batch: Int, queryCount: Int, keyCount: Int) -> [Int] {
    guard let allowed else { return [] }
    let size = queryCount * keyCount
    var isSeen = [Bool](repeating: false, count: batch * keyCount)
    for sequence in 0..<batch {
      let pattern = allowed.count > size ? sequence * size : 0
      for query in 0..<queryCount {
        for key in 0..<keyCount where allowed[pattern + query * keyCount + key] {
          isSeen[sequence * keyCount + key] = true
        }
      }
    }
    return isSeen.indices.filter { !isSeen[$0] }
  }

  /// The first key and the one after the last for each query, [B, T].
  func keyRanges(batch: Int, queryCount: Int, keyCount: Int) -> (first: [Int32], end: [Int32]) {
    var first = [Int32](repeating: 0, count: batch * queryCount)
    var end = first
    for sequence in 0..<batch {
      for query in 0..<queryCount {
        let range = keyRange(
          sequence: sequence, query: query, queryCount: queryCount, keyCount: keyCount)
        first[sequence * queryCount + query] = Int32(range.lowerBound)
        end[sequence * queryCount + query] = Int32(range.upperBound)
      }
    }
    return (first, end)
  }

  /// Stops where the mask does not fit the attention it is used in.
  func check(batch: Int, queryCount: Int, keyCount: Int) {
    for (name, lengths, limit) in [
      ("key", keyLengths, keyCount), ("query", queryLengths, queryCount),
    ] {
      guard let lengths else { continue }
      if lengths.count != batch || lengths.contains(where: { $0 < 0 || $0 > limit }) {
        fatalError(
          "AttentionMask: expected \(batch) \(name) lengths from 0 to \(limit), found \(lengths)")
      }
    }
    let size = queryCount * keyCount
    if let allowed, allowed.count != size, allowed.count != batch * size {
      fatalError(
        "AttentionMask: expected \(size) or \(batch * size) elements for [T, S] = "
          + "[\(queryCount), \(keyCount)] and B = \(batch), found \(allowed.count)")
    }
  }
}
