/// Where the gates of a recurrent layer stand in memory, in units of H: one row of the buffer for each step and
/// sequence.
///
/// The buffer of a GRU has the order candidate, reset, update, and a fourth part (see `CKernels.h`), so that what
/// meets the state is one block of columns and what meets the input is one block of columns.
public struct RecurrentLayout: Sendable {
  /// A product with some rows of a weight matrix, into some columns of the buffer.
  public struct Block: Sendable {
    /// The first gate of the weight matrix.
    public let gate: Int
    /// How many gates.
    public let count: Int
    /// Where they go in the buffer.
    public let column: Int
    /// The part of the buffer that is multiplied; nil: the input, or the state.
    public let operandColumn: Int?

    init(gate: Int, count: Int, column: Int, operandColumn: Int? = nil) {
      self.gate = gate
      self.count = count
      self.column = column
      self.operandColumn = operandColumn
    }
  }

  /// The width of a row of the buffer.
  public let width: Int
  /// Products of the input with W_ih.
  public let inputBlocks: [Block]
  /// Products of the state with W_hh.
  public let stateBlocks: [Block]

  /// The layout of a cell.
  public init(_ cell: RecurrentCell) {
    switch cell {
    case .rnn, .lstm:
      width = cell.gateCount
      inputBlocks = [Block(gate: 0, count: width, column: 0)]
      stateBlocks = inputBlocks
    case .gru:
      width = 4
      inputBlocks = [
        Block(gate: 0, count: 2, column: 1), Block(gate: 2, count: 1, column: 0),
      ]
      stateBlocks = [Block(gate: 0, count: 3, column: 1)]
    case .gruResetBefore:
      width = 4
      inputBlocks = [
        Block(gate: 0, count: 2, column: 1), Block(gate: 2, count: 1, column: 0),
      ]
      stateBlocks = [
        Block(gate: 0, count: 2, column: 1),
        Block(gate: 2, count: 1, column: 0, operandColumn: 3),
      ]
    }
  }
}

extension RecurrentLayout {
  /// Columns that get a product with the state and none with the input.
  public var columnsOfStateAlone: [Int] {
    func columns(_ blocks: [Block]) -> [Int] {
      blocks.flatMap { Array($0.column..<$0.column + $0.count) }
    }
    let fromInput = columns(inputBlocks)
    return columns(stateBlocks).filter { !fromInput.contains($0) }
  }
}
