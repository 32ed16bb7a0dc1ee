public import Autograd
internal import CoreLayers
public import Tensors

/// Projected keys and values of positions that the decoder has already seen, so that a step costs one query
/// and not the whole prefix again. A value type: a copy is an independent cache.
public struct KeyValueCache {
  /// [B, capacity, H K]; positions from ``lengths`` on are not set.
  public private(set) var keys: Tensor
  /// [B, capacity, H Kv]
  public private(set) var values: Tensor
  /// The number of real positions of each sequence.
  public private(set) var lengths: [Int]
  /// Of keys and values that are complete: which of the first sequences each row is. The hypotheses of a sentence look at
  /// the same source, so to reorder them moves nothing.
  private var origins: [Int]?

  /// - Parameter isComplete: whether no position will be added, as to those of the encoder's output.
  init(keys: Tensor, values: Tensor, lengths: [Int], isComplete: Bool) {
    self.keys = keys
    self.values = values
    self.lengths = lengths
    origins = isComplete ? Array(lengths.indices) : nil
  }

  /// B
  public var count: Int { lengths.count }

  /// Hides what is not set and, for the encoder's output, padding.
  var mask: AttentionMask { .padding(keyLengths: lengths) }

  /// The same for one new query of each sequence that stands at its last position.
  var stepMask: AttentionMask {
    .padding(keyLengths: lengths, queryLengths: Array(repeating: 1, count: lengths.count))
  }

  /// Adds one position to each sequence.
  ///
  /// - Parameters:
  ///   - newKeys: [B, 1, H K]
  ///   - newValues: [B, 1, H Kv]
  mutating func append(keys newKeys: Tensor, values newValues: Tensor) {
    let needed = (lengths.max() ?? 0) + 1
    if needed > keys.shape[1] {
      let capacity = max(16, 2 * keys.shape[1], needed)
      keys = resized(keys, to: capacity)
      values = resized(values, to: capacity)
    }
    for row in lengths.indices {
      set(&keys, row: row, position: lengths[row], from: newKeys)
      set(&values, row: row, position: lengths[row], from: newValues)
      lengths[row] += 1
    }
  }

  /// Keeps the given sequences in the given order.
  public mutating func select(rows: [Int]) {
    if rows == Array(lengths.indices) { return }
    if let origins {
      let chosen = rows.map { origins[$0] }
      if chosen == origins { return }
      self.origins = chosen
    }
    keys = Variable(keys).gatherRows(rows).value
    values = Variable(values).gatherRows(rows).value
    lengths = rows.map { lengths[$0] }
  }

  private func set(_ tensor: inout Tensor, row: Int, position: Int, from source: Tensor) {
    let (capacity, width) = (tensor.shape[1], tensor.shape[2])
    (tensor.mutablePointer + (row * capacity + position) * width).update(
      from: source.pointer + row * width, count: width)
  }

  private func resized(_ tensor: Tensor, to capacity: Int) -> Tensor {
    let (old, width) = (tensor.shape[1], tensor.shape[2])
    var result = Tensor(uninitialized: [count, capacity, width])
    for row in 0..<count {
      (result.mutablePointer + row * capacity * width).update(
        from: tensor.pointer + row * old * width, count: old * width)
    }
    return result
  }
}

extension MultiHeadAttention {
  /// A cache for self-attention with no positions yet, for a batch of sequences.
  public func emptyCache(batch: Int) -> KeyValueCache {
    KeyValueCache(
      keys: .zeros([batch, 0, keyProjection.outputDimension]),
      values: .zeros([batch, 0, valueProjection.outputDimension]),
      lengths: Array(repeating: 0, count: batch), isComplete: false)
  }

  /// A cache of complete keys and values, projected once: cross-attention to the encoder's output.
  ///
  /// - Parameters:
  ///   - memory: [B, S, D]
  ///   - lengths: the number of real positions of each sequence.
  public func cache(
    of memory: Variable, lengths: [Int], in context: ForwardContext
  ) -> KeyValueCache {
    KeyValueCache(
      keys: keyProjection(memory, in: context).value,
      values: valueProjection(memory, in: context).value, lengths: lengths, isComplete: true)
  }

  /// Self-attention of one new position of each sequence to itself and all before it.
  ///
  /// - Parameter input: [B, 1, D]; its key and value are added to the cache.
  public func step(_ input: Variable, cache: inout KeyValueCache, in context: ForwardContext)
    -> Variable
  {
    context.inScope("projections") {
      cache.append(
        keys: keyProjection(input, in: context).value,
        values: valueProjection(input, in: context).value)
    }
    return self(query: input, cache: cache, mask: cache.stepMask, in: context)
  }

  /// Attention of queries to a complete cache.
  ///
  /// - Parameter query: [B, T, D]
  public func attend(_ query: Variable, to cache: KeyValueCache, in context: ForwardContext)
    -> Variable
  {
    self(query: query, cache: cache, mask: cache.mask, in: context)
  }
}
