internal import CKernels

/// The recurrence of one LSTM layer in one direction, for sequences of different lengths.
///
/// Everything inside is time-major, [T, B, ...], so that a step's rows lie together: one product and one gate
/// kernel a step. Sequences are sorted by falling length by the caller's choice of `activeCounts`: at step t
/// only the first `activeCounts[t]` sequences are still running, so padding never enters a state.
public enum LSTMKernel {
  /// The sizes of a layer.
  public struct Shape: Sendable {
    /// T
    let steps: Int
    /// B
    let batch: Int
    /// H
    let hidden: Int
    /// How many sequences are at least t + 1 long, for each t; falling.
    let activeCounts: [Int]

    /// `activeCounts` has an element for each step.
    public init(batch: Int, hidden: Int, activeCounts: [Int]) {
      steps = activeCounts.count
      self.batch = batch
      self.hidden = hidden
      self.activeCounts = activeCounts
    }

    var stateSize: Int { batch * hidden }
    /// Rows per block: fixed, so that results do not depend on the number of threads.
    var grain: Int { max(4, 8192 / max(1, hidden)) }
  }

  /// Runs the recurrence.
  ///
  /// - Parameters:
  ///   - gates: [T, B, 4H], holds x W_ihᵀ + b_ih + b_hh; overwritten with the activated gates.
  ///   - weight: W_hh, [4H, H].
  ///   - hidden: [T + 1, B, H]; the first step holds the initial state, the others receive h after each step.
  ///     A sequence that has ended keeps its last state to the end.
  ///   - cell: the same for c.
  public static func forward(
    _ shape: Shape, gates: UnsafeMutablePointer<Float>, weight: UnsafePointer<Float>,
    hidden: UnsafeMutablePointer<Float>, cell: UnsafeMutablePointer<Float>
  ) {
    let (h, size) = (shape.hidden, shape.stateSize)
    for step in 0..<shape.steps {
      let active = shape.activeCounts[step]
      let gate = gates + step * shape.batch * 4 * h
      let (before, after) = (step * size, (step + 1) * size)
      MatrixProduct.parallel(
        rows: active, columns: 4 * h, inner: h, MatrixOperand(hidden + before, stride: h),
        MatrixOperand(weight, stride: h, transposed: true), beta: 1, into: gate, stride: 4 * h)
      ThreadPool.forEachRange(of: active, grain: shape.grain) { rows in
        let row = rows.lowerBound
        VectorKernels.active.lstm_forward(
          gate + row * 4 * h, 4 * h, cell + before + row * h, h, cell + after + row * h, h,
          hidden + after + row * h, h, rows.count, h)
      }
      let ended = (shape.batch - active) * h
      (hidden + after + active * h).update(from: hidden + before + active * h, count: ended)
      (cell + after + active * h).update(from: cell + before + active * h, count: ended)
    }
  }

  /// Walks the recurrence back.
  ///
  /// - Parameters:
  ///   - gates: the activated gates of the forward pass; overwritten with the gradient of the pre-activations,
  ///     0 where a sequence had ended.
  ///   - outputGradient: [T, B, H], the gradient of each step's h.
  ///   - dHidden, dCell: [B, H]; in: the gradients of the last states; out: those of the first.
  public static func backward(
    _ shape: Shape, gates: UnsafeMutablePointer<Float>, weight: UnsafePointer<Float>,
    cell: UnsafePointer<Float>, outputGradient: UnsafePointer<Float>,
    dHidden: UnsafeMutablePointer<Float>, dCell: UnsafeMutablePointer<Float>
  ) {
    let (h, size) = (shape.hidden, shape.stateSize)
    for step in (0..<shape.steps).reversed() {
      let active = shape.activeCounts[step]
      let gate = gates + step * shape.batch * 4 * h
      let output = outputGradient + step * size
      ThreadPool.forEachRange(of: active, grain: shape.grain) { rows in
        let (row, count) = (rows.lowerBound, rows.count)
        let offset = row * h
        VectorKernels.active.add(
          dHidden + offset, output + offset, dHidden + offset, count * h)
        VectorKernels.active.lstm_backward(
          gate + row * 4 * h, 4 * h, cell + step * size + offset, h,
          cell + (step + 1) * size + offset, h, dHidden + offset, h, dCell + offset, h,
          gate + row * 4 * h, 4 * h, count, h)
      }
      (gate + active * 4 * h).update(repeating: 0, count: (shape.batch - active) * 4 * h)
      MatrixProduct.parallel(
        rows: active, columns: h, inner: 4 * h, MatrixOperand(gate, stride: 4 * h),
        MatrixOperand(weight, stride: h), into: dHidden, stride: h)
    }
  }
}
