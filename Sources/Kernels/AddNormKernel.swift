internal import CKernels

/// Residual connection, dropout and layer normalisation in one pass over memory.
public enum AddNormKernel {
  /// The learned scale γ and shift β of a normalisation, and the ε under its root.
  public struct Normalization {
    let gamma: UnsafePointer<Float>
    let beta: UnsafePointer<Float>
    let epsilon: Float

    /// γ and β have as many elements as a row.
    public init(gamma: UnsafePointer<Float>, beta: UnsafePointer<Float>, epsilon: Float) {
      self.gamma = gamma
      self.beta = beta
      self.epsilon = epsilon
    }
  }

  private static func grain(_ columns: Int) -> Int { max(1, (1 << 14) / max(1, columns)) }

  /// s = residual + dropout(branch), y = norm(s).
  ///
  /// - Parameters:
  ///   - residual: [rows, columns], or nil for 0.
  ///   - sum: receives s, or nil.
  ///   - y: receives the normalised rows; nil when only s is asked for (then `norm` is nil too).
  ///   - statistics: receives the mean of each row and then 1 / standard deviation of each row: 2 × rows
  ///     floats; nil when no backward pass will follow.
  public static func forward(
    residual: UnsafePointer<Float>?, branch: UnsafePointer<Float>?, dropout: DropoutMask,
    norm: Normalization?, sum: UnsafeMutablePointer<Float>?, y: UnsafeMutablePointer<Float>?,
    statistics: UnsafeMutablePointer<Float>?, rows: Int, columns: Int
  ) {
    ThreadPool.forEachRange(of: rows, grain: grain(columns)) { range in
      let row = range.lowerBound
      let offset = row * columns
      VectorKernels.active.add_norm(
        residual.map { $0 + offset }, branch.map { $0 + offset }, dropout.kernel, UInt64(offset),
        norm?.gamma, norm?.beta, norm?.epsilon ?? 0, sum.map { $0 + offset },
        y.map { $0 + offset }, statistics.map { $0 + row }, statistics.map { $0 + rows + row },
        range.count, columns)
    }
  }

  /// The gradients of ``forward(residual:branch:dropout:norm:sum:y:statistics:rows:columns:)``.
  ///
  /// - Parameters:
  ///   - ds: receives the gradient of s, which is that of the residual; added to when `accumulate`.
  ///   - dBranch: receives the gradient of the branch, or nil where it equals ds or is not wanted.
  ///   - dGamma, dBeta: are added to.
  public static func backward(
    dy: UnsafePointer<Float>, sum: UnsafePointer<Float>, statistics: UnsafePointer<Float>,
    gamma: UnsafePointer<Float>, dropout: DropoutMask, ds: UnsafeMutablePointer<Float>,
    accumulate: Bool, dBranch: UnsafeMutablePointer<Float>?, dGamma: UnsafeMutablePointer<Float>,
    dBeta: UnsafeMutablePointer<Float>, rows: Int, columns: Int
  ) {
    // Each block sums its rows into a row of its own; these are then added in order.
    let grain = max(16, grain(columns))
    let blocks = (rows + grain - 1) / grain
    if blocks == 0 { return }
    BufferPool.withScratch(2 * blocks * columns) { partial in
      partial.update(repeating: 0, count: 2 * blocks * columns)
      ThreadPool.forEachBlock(blocks) { block in
        let row = block * grain
        let offset = row * columns
        VectorKernels.active.add_norm_backward(
          dy + offset, sum + offset, statistics + row, statistics + rows + row, gamma,
          dropout.kernel, UInt64(offset), ds + offset, accumulate ? 1 : 0,
          dBranch.map { $0 + offset }, partial + block * columns,
          partial + (blocks + block) * columns, min(grain, rows - row), columns)
      }
      Reductions.columnSums(
        partial, rows: blocks, columns: columns, into: dGamma, accumulate: true)
      Reductions.columnSums(
        partial + blocks * columns, rows: blocks, columns: columns, into: dBeta, accumulate: true)
    }
  }
}
