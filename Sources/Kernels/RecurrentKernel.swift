internal import CKernels

/// The recurrence of one layer in one direction, for sequences of different lengths.
///
/// Everything inside is time-major, [T, B, ...], so that a step's rows lie together: one product and one gate
/// kernel a step. Each block of sequences goes through all steps by itself, so that no thread waits for another
/// between steps; in a block only the sequences that are still running take part, so padding never enters a state.
public struct RecurrentKernel: Sendable {
  /// What a step does.
  public let cell: RecurrentCell
  /// T
  public let steps: Int
  /// B
  public let batch: Int
  /// H
  public let hidden: Int
  /// The sequences, in the order of positions.
  public let blocks: [RecurrentBlock]
  /// The order of gates in the buffer.
  public let layout: RecurrentLayout

  /// The blocks follow one another and have `steps` counts each.
  public init(_ cell: RecurrentCell, steps: Int, hidden: Int, blocks: [RecurrentBlock]) {
    self.cell = cell
    self.steps = steps
    self.hidden = hidden
    self.blocks = blocks
    batch = blocks.reduce(0) { $0 + $1.count }
    layout = RecurrentLayout(cell)
  }

  /// Floats in a row of the buffer of gates.
  public var gateStride: Int { layout.width * hidden }

  /// The memory of a pass. States are [T + 1, B, H]: the first holds the initial state, the others the state
  /// after each step. A sequence that has ended keeps its last state to the end.
  public struct Buffers {
    let gates: UnsafeMutablePointer<Float>
    let weight: UnsafePointer<Float>
    let hidden: UnsafeMutablePointer<Float>
    let cell: UnsafeMutablePointer<Float>?
    let repeated: RepeatedWeights?

    /// - Parameters:
    ///   - gates: [T, B, gates], in the order of ``RecurrentLayout``.
    ///   - weight: W_hh.
    ///   - hidden: h, [T + 1, B, H].
    ///   - cell: c, the same, for cells that have it.
    ///   - repeated: W_hh as it is laid out already; nil: it is laid out for this pass.
    public init(
      gates: UnsafeMutablePointer<Float>, weight: UnsafePointer<Float>,
      hidden: UnsafeMutablePointer<Float>, cell: UnsafeMutablePointer<Float>?,
      repeated: RepeatedWeights? = nil
    ) {
      self.repeated = repeated
      self.gates = gates
      self.weight = weight
      self.hidden = hidden
      self.cell = cell
    }
  }

  /// Gradients of the states, [B, H]: those of the last go in, those of the first come out.
  public struct StateGradients {
    let hidden: UnsafeMutablePointer<Float>
    let cell: UnsafeMutablePointer<Float>?

    /// Of h, and of c for cells that have it.
    public init(hidden: UnsafeMutablePointer<Float>, cell: UnsafeMutablePointer<Float>?) {
      self.hidden = hidden
      self.cell = cell
    }
  }

  /// Runs the recurrence.
  ///
  /// The gates hold x W_ihᵀ and both biases, and receive what the backward pass needs.
  public func forward(_ buffers: Buffers) {
    let weights = weights(buffers, isForward: true)
    ThreadPool.forEachBlock(blocks.count) { index in
      let block = blocks[index]
      for time in 0..<steps {
        let step = step(time, of: block, buffers, weights)
        switch cell {
        case .rnn: forwardRNN(step)
        case .gru: forwardGRU(step)
        case .gruResetBefore: forwardGRUResetBefore(step)
        case .lstm: forwardLSTM(step)
        }
        let (first, count) = (step.rows * hidden, (block.count - step.rows) * hidden)
        (step.after + first).update(from: step.before + first, count: count)
        if let cellBefore = step.cellBefore, let cellAfter = step.cellAfter {
          (cellAfter + first).update(from: cellBefore + first, count: count)
        }
      }
    }
  }

  /// Walks the recurrence back.
  ///
  /// The gates are overwritten with the gradients of what stood in them before ``forward(_:)`` (in the fourth
  /// part of a GRU with the reset gate before the product: r h stays); 0 where a sequence had ended.
  ///
  /// - Parameters:
  ///   - outputGradient: [T, B, H], the gradient of each step's h.
  ///   - state: the gradients of the last states, overwritten with those of the first.
  public func backward(
    _ buffers: Buffers, outputGradient: UnsafePointer<Float>, state: StateGradients
  ) {
    let weights = weights(buffers, isForward: false)
    ThreadPool.forEachBlock(blocks.count) { index in
      let block = blocks[index]
      let state = StateGradients(
        hidden: state.hidden + block.first * hidden,
        cell: state.cell.map { $0 + block.first * hidden })
      for time in (0..<steps).reversed() {
        let step = step(time, of: block, buffers, weights)
        let gradient = outputGradient + (time * batch + block.first) * hidden
        (step.gates + step.rows * gateStride).update(
          repeating: 0, count: (block.count - step.rows) * gateStride)
        switch cell {
        case .rnn: backwardRNN(step, gradient, state)
        case .gru: backwardGRU(step, gradient, state)
        case .gruResetBefore: backwardGRUResetBefore(step, gradient, state)
        case .lstm: backwardLSTM(step, gradient, state)
        }
      }
    }
  }

  /// The memory of one step of a block: its running rows in each buffer.
  struct Step {
    let rows: Int
    let gates: UnsafeMutablePointer<Float>
    let weights: [RepeatedMatrix]
    let before: UnsafeMutablePointer<Float>
    let after: UnsafeMutablePointer<Float>
    let cellBefore: UnsafeMutablePointer<Float>?
    let cellAfter: UnsafeMutablePointer<Float>?
  }

  private func step(
    _ time: Int, of block: RecurrentBlock, _ buffers: Buffers, _ weights: [RepeatedMatrix]
  ) -> Step {
    let row = time * batch + block.first
    let (before, after) = (row * hidden, (row + batch) * hidden)
    return Step(
      rows: block.activeCounts[time], gates: buffers.gates + row * gateStride, weights: weights,
      before: buffers.hidden + before, after: buffers.hidden + after,
      cellBefore: buffers.cell.map { $0 + before }, cellAfter: buffers.cell.map { $0 + after })
  }

  /// Whether threads share each step, because there are no blocks for them to share.
  private var sharesSteps: Bool { blocks.count == 1 }

  /// Calls `body` for ranges of rows: fixed ones, so that results do not depend on the number of threads.
  func forEachRange(of rows: Int, _ body: (_ first: Int, _ count: Int) -> Void) {
    guard sharesSteps else { return body(0, rows) }
    ThreadPool.forEachRange(of: rows, grain: max(4, 8192 / max(1, hidden))) {
      body($0.lowerBound, $0.count)
    }
  }

  /// gates += operand W_hhᵀ, for one block.
  func addProduct(_ step: Step, block index: Int = 0) {
    let block = layout.stateBlocks[index]
    let (operand, stride) =
      block.operandColumn.map { (step.gates + $0 * hidden, gateStride) } ?? (step.before, hidden)
    step.weights[index].product(
      rows: step.rows, operand, stride: stride, accumulate: true,
      into: step.gates + block.column * hidden, stride: gateStride, sharing: sharesSteps)
  }

  /// target (+)= dgates W_hh, for one block.
  func addGradient(
    _ step: Step, block index: Int = 0, to target: UnsafeMutablePointer<Float>, accumulate: Bool
  ) {
    step.weights[index].product(
      rows: step.rows, step.gates + layout.stateBlocks[index].column * hidden, stride: gateStride,
      accumulate: accumulate, into: target, stride: hidden, sharing: sharesSteps)
  }

  /// The parts of W_hh, as the steps multiply by them.
  private func weights(_ buffers: Buffers, isForward: Bool) -> [RepeatedMatrix] {
    if let repeated = buffers.repeated {
      return isForward ? repeated.stateForward : repeated.stateBackward
    }
    return layout.stateBlocks.map {
      RepeatedMatrix(
        $0, of: buffers.weight, hidden: hidden, columns: hidden, isForward: isForward,
        rows: blocks.map(\.count).max() ?? 0, repetitions: steps)
    }
  }
}
