/// The weights of a recurrent layer, laid out once for a decoder that takes one step after the other.
///
/// For the calling thread alone. The memory of the weights must outlive it.
public final class RepeatedWeights {
  private let cell: RecurrentCell
  private let input: UnsafePointer<Float>
  private let recurrent: UnsafePointer<Float>
  private let (width, hidden, batch): (Int, Int, Int)
  private(set) lazy var stateForward = recurrentMatrices(isForward: true)
  private(set) lazy var stateBackward = recurrentMatrices(isForward: false)
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
    self.cell = cell
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
    let layout = RecurrentLayout(cell)
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
    let layout = RecurrentLayout(cell)
    for (index, (block, matrix)) in zip(layout.inputBlocks, inputBackward).enumerated() {
      matrix.product(
        rows: rows, dGates + block.column * hidden, stride: layout.width * hidden,
        accumulate: accumulate || index > 0, into: dx, stride: width, sharing: true)
    }
  }

  private func inputMatrices(isForward: Bool) -> [RepeatedMatrix] {
    RecurrentLayout(cell).inputBlocks.map {
      RepeatedMatrix(
        $0, of: input, hidden: hidden, columns: width, isForward: isForward, rows: batch,
        repetitions: .max)
    }
  }

  private func recurrentMatrices(isForward: Bool) -> [RepeatedMatrix] {
    RecurrentLayout(cell).stateBlocks.map {
      RepeatedMatrix(
        $0, of: recurrent, hidden: hidden, columns: hidden, isForward: isForward, rows: batch,
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
