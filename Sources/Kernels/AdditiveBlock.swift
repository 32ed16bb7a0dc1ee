internal import CKernels

/// Additive scores, Σ_a v_a tanh(q_a + k_a), of some queries of one head, while tiles of its keys come by.
///
/// A tile costs one exponential for each element of its queries and keys and a few multiplications for each pair: see
/// AdditiveScores.h. Where there are so few queries that the exponentials do not pay, each tanh is computed by itself.
struct AdditiveBlock {
  /// With fewer queries than this each tanh is computed by itself: the exponentials of the keys, laid out anew, cost as
  /// much as two queries' tanh.
  static let fewestQueries = 4

  let queries: UnsafePointer<Float>
  /// v of this head, [A].
  let vector: UnsafePointer<Float>
  let rows: Int
  /// A
  let width: Int
  /// Floats from one query, or key, to the next.
  let stride: Int
  private let farQueryCount: Int
  private let queryExponentials: UnsafeMutablePointer<Float>
  /// [A, keys] of the tile.
  private let keyExponentials: UnsafeMutablePointer<Float>
  private let keyGradients: UnsafeMutablePointer<Float>
  private let farQueries: UnsafeMutablePointer<UInt8>
  private let farKeys: UnsafeMutablePointer<UInt8>

  /// Floats of scratch memory for tiles of so many queries and keys.
  static func scratchSize(queries: Int, keys: Int, width: Int) -> Int {
    if queries < fewestQueries { return 0 }
    return (queries + 2 * keys) * width + (queries + keys + 3) / 4
  }

  /// - Parameters:
  ///   - keyCapacity: the most keys in a tile.
  ///   - scratch: ``scratchSize(queries:keys:width:)`` floats, in use as long as this value.
  init(
    queries: UnsafePointer<Float>, vector: UnsafePointer<Float>, rows: Int, width: Int,
    stride: Int, keyCapacity: Int, scratch: UnsafeMutablePointer<Float>
  ) {
    self.queries = queries
    self.vector = vector
    self.rows = rows
    self.width = width
    self.stride = stride
    queryExponentials = scratch
    keyExponentials = scratch + rows * width
    keyGradients = keyExponentials + keyCapacity * width
    farQueries = UnsafeMutableRawPointer(keyGradients + keyCapacity * width)
      .assumingMemoryBound(to: UInt8.self)
    farKeys = farQueries + rows
    farQueryCount =
      rows < Self.fewestQueries
      ? 0
      : VectorKernels.active.additive_exponentials(
        queries, stride, rows, width, 1, queryExponentials, width, 1, farQueries)
  }

  private var isDirect: Bool { rows < Self.fewestQueries }

  /// The keys of one tile, made ready.
  struct Keys {
    let pointer: UnsafePointer<Float>
    let count: Int
    let farCount: Int
  }

  /// Makes some keys ready; those of the tile before are gone.
  func prepare(keys: UnsafePointer<Float>, count: Int) -> Keys {
    if isDirect { return Keys(pointer: keys, count: count, farCount: 0) }
    // Half of each, because tanh is 1 - 1 / (e^2q e^2k / 2 + 1/2).
    let far = VectorKernels.active.additive_exponentials(
      keys, stride, count, width, 0.5, keyExponentials, 1, count, farKeys)
    return Keys(pointer: keys, count: count, farCount: far)
  }

  /// Writes the scores of all queries with these keys, `scoreStride` floats a row.
  func score(_ keys: Keys, into scores: UnsafeMutablePointer<Float>, stride scoreStride: Int) {
    OperationCounter.add(2 * rows * keys.count * width)
    let kernels = VectorKernels.active
    if isDirect {
      for row in 0..<rows {
        kernels.additive_scores(
          queries + row * stride, keys.pointer, stride, vector, scores + row * scoreStride,
          keys.count, width)
      }
      return
    }
    kernels.additive_tile_scores(
      queryExponentials, width, keyExponentials, keys.count, vector, scores, scoreStride, rows,
      keys.count, width)
    forEachFarPair(keys) { row, key in
      kernels.additive_scores(
        queries + row * stride, keys.pointer + key * stride, stride, vector,
        scores + row * scoreStride + key, 1, width)
    }
  }

  /// From the gradient of the scores of the prepared keys: adds to the gradients of the queries, of those keys (both
  /// `stride` floats a row) and of v. A pair with gradient 0 that is far, as a NaN is, is not read.
  func addGradients(
    _ keys: Keys, scoreGradient: UnsafePointer<Float>, stride scoreStride: Int,
    queryGradient: UnsafeMutablePointer<Float>, keyGradient: UnsafeMutablePointer<Float>,
    vectorGradient: UnsafeMutablePointer<Float>
  ) {
    OperationCounter.add(3 * 2 * rows * keys.count * width)
    let kernels = VectorKernels.active
    func direct(_ row: Int, _ keyRange: Range<Int>) {
      let offset = keyRange.lowerBound * stride
      kernels.additive_scores_backward(
        queries + row * stride, keys.pointer + offset, stride, vector,
        scoreGradient + row * scoreStride + keyRange.lowerBound, queryGradient + row * stride,
        keyGradient + offset, stride, vectorGradient, keyRange.count, width)
    }
    func tile(_ gradient: UnsafePointer<Float>, _ gradientStride: Int) {
      keyGradients.update(repeating: 0, count: keys.count * width)
      kernels.additive_tile_backward(
        queryExponentials, width, keyExponentials, keys.count, vector, gradient, gradientStride,
        queryGradient, stride, keyGradients, vectorGradient, rows, keys.count, width)
      kernels.additive_add_keys(
        keyGradients, keys.count, vector, keyGradient, stride, keys.count, width)
    }
    if isDirect {
      for row in 0..<rows { direct(row, 0..<keys.count) }
    } else if farQueryCount + keys.farCount == 0 {
      tile(scoreGradient, scoreStride)
    } else {
      BufferPool.withScratch(rows * keys.count) { near in
        for row in 0..<rows {
          (near + row * keys.count).update(
            from: scoreGradient + row * scoreStride, count: keys.count)
        }
        forEachFarPair(keys) { row, key in
          near[row * keys.count + key] = 0
          direct(row, key..<key + 1)
        }
        tile(near, keys.count)
      }
    }
  }

  private func forEachFarPair(_ keys: Keys, _ body: (Int, Int) -> Void) {
    if farQueryCount + keys.farCount == 0 { return }
    for row in 0..<rows {
      for key in 0..<keys.count where farQueries[row] != 0 || farKeys[key] != 0 { body(row, key) }
    }
  }
}
