internal import CKernels

/// The relative terms of some queries of one head of one sequence, while their tiles come by.
struct RelativeBlock {
  let terms: RelativeTerms
  let geometry: AttentionGeometry
  let head: Int
  /// The number of queries.
  let rows: Int
  /// What scores get by distance, and the floats from one query's row to the next (0: the same for all).
  private var scoreTerms: (pointer: UnsafePointer<Float>, stride: Int)?

  /// - Parameters:
  ///   - queries: the block's first query, in a matrix of stride ``AttentionGeometry/keyStride``.
  ///   - scratch: memory for ``RelativeTerms/rowsSize(_:)`` floats, in use as long as this value.
  init(
    _ terms: RelativeTerms, _ geometry: AttentionGeometry, head: Int, rows: Int,
    queries: UnsafePointer<Float>, scratch: UnsafeMutablePointer<Float>
  ) {
    self.terms = terms
    self.geometry = geometry
    self.head = head
    self.rows = rows
    let count = terms.count
    let biases = terms.biases.map { $0 + head * count }
    if let table = terms.table(terms.keys, head: head, width: geometry.keyDimension) {
      // A query's product with each of the vectors, once; keys then only pick theirs.
      MatrixProduct.serial(
        rows: rows, columns: count, inner: geometry.keyDimension, alpha: geometry.scale,
        MatrixOperand(queries, stride: geometry.keyStride), table.transposed, into: scratch,
        stride: count)
      if let biases {
        for row in 0..<rows {
          let target = scratch + row * count
          VectorKernels.active.add(target, biases, target, count)
        }
      }
      scoreTerms = (UnsafePointer(scratch), count)
    } else {
      scoreTerms = biases.map { ($0, 0) }
    }
  }

  /// Adds what the distances add to the scores of a tile.
  func addScoreTerms(_ tile: AttentionTile, to scores: UnsafeMutablePointer<Float>) {
    guard let scoreTerms else { return }
    add(scoreTerms.pointer, stride: scoreTerms.stride, tile, to: scores)
  }

  func add(
    _ source: UnsafePointer<Float>, stride: Int, _ tile: AttentionTile,
    to target: UnsafeMutablePointer<Float>
  ) {
    tile.withDistances(terms) { offsets in
      VectorKernels.active.add_distance_terms(
        target, tile.stride, rows, tile.keys.count, offsets, source, stride, terms.count)
    }
  }

  /// Adds up a tile's elements by distance, for each query or (stride 0) for all.
  func sum(
    _ source: UnsafePointer<Float>, _ tile: AttentionTile, into sums: UnsafeMutablePointer<Float>,
    stride: Int
  ) {
    tile.withDistances(terms) { offsets in
      VectorKernels.active.sum_distance_terms(
        source, tile.stride, rows, tile.keys.count, offsets, sums, stride, terms.count)
    }
  }

  /// The vectors added to values, or nil.
  var values: MatrixOperand? {
    terms.table(terms.values, head: head, width: geometry.valueDimension)
  }

  /// The vectors added to keys, or nil.
  var keys: MatrixOperand? {
    terms.table(terms.keys, head: head, width: geometry.keyDimension)
  }
}
