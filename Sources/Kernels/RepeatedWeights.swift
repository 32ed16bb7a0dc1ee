/// The weights of a recurrent layer, laid out once for a decoder that takes one step after the other.
///
/// For the calling thread alone. The memory of the weights must outlive it.
public final class RepeatedWeights {
  private let layout: RecurrentLayout
  private let input: UnsafePointer<Float>
  private let recurrent: UnsafePointer<Float>
  private let (width, hidden, batch): (Int, Int, Int)
  private(set) lazy var stateForward = stateMatrices(isForward: true)
  private(set) lazy var stateBackward = stateMatrices(isForward: false)
  private lazy var inputForward = inputMatrices(isForward: true)
  private lazy var inputBackward = inputMatrices(isForward: false)

  /// - Parameters:
  ///   - input: W_ih, [G H, in]
  ///   - recurrent: W_hh, [G H, H]
  ///   - batch: the most rows of a step.
  public init(
    _ cell: RecurrentCell, input: UnsafePointer<Float>, width: Int,
    recurrent: UnsafePointer<Float>, hidden: Int, batch: Int
  ) {
    layout = RecurrentLayout(cell)
    self.input = input
    self.width = width
    self.recurrent = recurrent
    self.hidden = hidden
    self.batch = batch
  }

  /// gates += x W_ihᵀ
  ///
  /// - Parameters:
  ///   - x: [rows, in]
  ///   - gates: [rows, gates], in the order of ``RecurrentLayout``.
  public func addInputProduct(
    rows: Int, _ x: UnsafePointer<Float>, to gates: UnsafeMutablePointer<Float>
  ) {
    for (block, matrix) in zip(layout.inputBlocks, inputForward) {
      matrix.product(
        rows: rows, x, stride: width, accumulate: true, into: gates + block.column * hidden,
        stride: layout.width * hidden, sharing: true)
    }
  }

  /// dx = dgates W_ih, or dx += dgates W_ih.
  public func inputGradient(
    rows: Int, _ dGates: UnsafePointer<Float>, accumulate: Bool,
    into dx: UnsafeMutablePointer<Float>
  ) {
    for (index, (block, matrix)) in zip(layout.inputBlocks, inputBackward).enumerated() {
      matrix.product(
        rows: rows, dGates + block.column * hidden, stride: layout.width * hidden,
        accumulate: accumulate || index > 0, into: dx, stride: width, sharing: true)
    }
  }

  private func inputMatrices(isForward: Bool) -> [RepeatedMatrix] {
    matrices(layout.inputBlocks, of: input, columns: width, isForward: isForward)
  }

  private func stateMatrices(isForward: Bool) -> [RepeatedMatrix] {
    matrices(layout.stateBlocks, of: recurrent, columns: hidden, isForward: isForward)
  }

  private func matrices(
    _ blocks: [RecurrentLayout.Block], of weight: UnsafePointer<Float>, columns: Int,
    isForward: Bool
  ) -> [RepeatedMatrix] {
    blocks.map {
      RepeatedMatrix(
        $0, of: weight, hidden: hidden, columns: columns, isForward: isForward, rows: batch,
        repetitions: .max)
    }
  }
}

extension RepeatedMatrix {
  /// The part of a weight [G H, columns] that a block of gates is about, transposed on the way forward.
  convenience init(
    _ block: RecurrentLayout.Block, of weight: UnsafePointer<Float>, hidden: Int, columns: Int,
    isForward: Bool, rows: Int, repetitions: Int
  ) {
    let gates = block.count * hidden
    self.init(
      MatrixOperand(
        weight + block.gate * hidden * columns, stride: columns, transposed: isForward),
      inner: isForward ? columns : gates, columns: isForward ? gates : columns, rows: rows,
      repetitions: repetitions)
  }
}
