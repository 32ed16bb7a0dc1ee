internal import CKernels

/// Attention whose matrix of weights is written out, [B, H, T, S]: for scores that are no plain products, and for
/// weights that someone looks at. Only keys in the range of a query are read or get a gradient; what stands in
/// padding, NaN included, cannot matter.
public enum WrittenAttention {
  /// weights = softmax of each query's scores over the keys it may look at, 0 elsewhere.
  public static func softmax(
    _ geometry: AttentionGeometry, scores: UnsafePointer<Float>,
    into weights: UnsafeMutablePointer<Float>
  ) {
    forEachRow(geometry) { row, keys, allowed in
      let x = scores + row * geometry.keyLength
      let y = weights + row * geometry.keyLength
      clear(y, outside: keys, count: geometry.keyLength)
      if let allowed {
        for key in keys { y[key] = allowed[key] == 0 ? -.infinity : x[key] }
      } else {
        (y + keys.lowerBound).update(from: x + keys.lowerBound, count: keys.count)
      }
      let valid = y + keys.lowerBound
      VectorKernels.active.softmax_rows(valid, keys.count, valid, keys.count, 1, keys.count)
    }
  }

  /// From the weights and their gradient that of the scores.
  public static func softmaxBackward(
    _ geometry: AttentionGeometry, weights: UnsafePointer<Float>, gradient: UnsafePointer<Float>,
    into scoreGradient: UnsafeMutablePointer<Float>
  ) {
    forEachRow(geometry) { row, keys, allowed in
      let offset = row * geometry.keyLength
      clear(scoreGradient + offset, outside: keys, count: geometry.keyLength)
      let start = offset + keys.lowerBound
      VectorKernels.active.softmax_rows_backward(
        weights + start, keys.count, gradient + start, keys.count, scoreGradient + start,
        keys.count, 1, keys.count)
      if let allowed { for key in keys where allowed[key] == 0 { scoreGradient[offset + key] = 0 } }
    }
  }

  /// output = weights · values, [B, T, H, Kv].
  public static func mix(
    _ geometry: AttentionGeometry, weights: UnsafePointer<Float>, values: UnsafePointer<Float>,
    into output: UnsafeMutablePointer<Float>
  ) {
    forEachHead(geometry) { batch, head, queries, keys in
      let rows = geometry.statisticsOffset(batch, head, 0) * geometry.keyLength
      for row in queries..<geometry.queryLength {
        (output + geometry.outputOffset(batch, head, row)).update(
          repeating: 0, count: geometry.valueDimension)
      }
      MatrixProduct.serial(
        rows: queries, columns: geometry.valueDimension, inner: keys,
        MatrixOperand(weights + rows, stride: geometry.keyLength),
        MatrixOperand(values + geometry.valueOffset(batch, head, 0), stride: geometry.valueStride),
        into: output + geometry.outputOffset(batch, head, 0), stride: geometry.valueStride)
    }
  }

  /// Gradients of weights (0 for keys that no query of the sequence may look at) and values, written; either may be
  /// left out.
  public static func mixBackward(
    _ geometry: AttentionGeometry, weights: UnsafePointer<Float>, values: UnsafePointer<Float>,
    outputGradient: UnsafePointer<Float>, weightGradient: UnsafeMutablePointer<Float>?,
    valueGradient: UnsafeMutablePointer<Float>?
  ) {
    forEachHead(geometry) { batch, head, queries, keys in
      let rows = geometry.statisticsOffset(batch, head, 0) * geometry.keyLength
      let dOutput = MatrixOperand(
        outputGradient + geometry.outputOffset(batch, head, 0), stride: geometry.valueStride)
      if let weightGradient {
        let target = weightGradient + rows
        for row in 0..<geometry.queryLength {
          let seen = row < queries ? keys : 0
          (target + row * geometry.keyLength + seen).update(
            repeating: 0, count: geometry.keyLength - seen)
        }
        MatrixProduct.serial(
          rows: queries, columns: keys, inner: geometry.valueDimension, dOutput,
          MatrixOperand(
            values + geometry.valueOffset(batch, head, 0), stride: geometry.valueStride,
            transposed: true), into: target, stride: geometry.keyLength)
      }
      if let valueGradient {
        for row in keys..<geometry.keyLength {
          (valueGradient + geometry.valueOffset(batch, head, row)).update(
            repeating: 0, count: geometry.valueDimension)
        }
        MatrixProduct.serial(
          rows: keys, columns: geometry.valueDimension, inner: queries,
          MatrixOperand(weights + rows, stride: geometry.keyLength, transposed: true), dOutput,
          into: valueGradient + geometry.valueOffset(batch, head, 0), stride: geometry.valueStride)
      }
    }
  }

  private static func clear(
    _ row: UnsafeMutablePointer<Float>, outside keys: Range<Int>, count: Int
  ) {
    row.update(repeating: 0, count: keys.lowerBound)
    (row + keys.upperBound).update(repeating: 0, count: count - keys.upperBound)
  }

  /// Each row of [B, H, T, S] with the keys its query may look at, and the bytes of an arbitrary mask.
  private static func forEachRow(
    _ geometry: AttentionGeometry, _ body: (Int, Range<Int>, UnsafePointer<UInt8>?) -> Void
  ) {
    let queryLength = geometry.queryLength
    let grain = max(1, (1 << 14) / max(1, geometry.keyLength))
    ThreadPool.forEachRange(of: geometry.batch * geometry.heads * queryLength, grain: grain) {
      for row in $0 {
        let batch = row / queryLength / geometry.heads
        let query = batch * queryLength + row % queryLength
        let (first, end) = (Int(geometry.firstKeys[query]), Int(geometry.endKeys[query]))
        let allowed = geometry.allowed.map {
          $0 + (geometry.isAllowedShared ? row % queryLength : query) * geometry.keyLength
        }
        body(row, first < end ? first..<end : 0..<0, allowed)
      }
    }
  }

  /// Each head of each sequence with the number of queries that look at anything and the end of the keys that any
  /// of them may look at.
  private static func forEachHead(
    _ geometry: AttentionGeometry, _ body: (Int, Int, Int, Int) -> Void
  ) {
    let grain = max(1, 500_000 / max(1, geometry.operationsPerHead))
    ThreadPool.forEachRange(of: geometry.batch * geometry.heads, grain: grain) { range in
      for pair in range {
        let batch = pair / geometry.heads
        let queries = geometry.endOfActiveRows(batch, 0..<geometry.queryLength)
        let ends = batch * geometry.queryLength..<batch * geometry.queryLength + queries
        let keys = Int(geometry.endKeys[ends].max() ?? 0)
        body(batch, pair % geometry.heads, queries, keys)
      }
    }
  }
}
