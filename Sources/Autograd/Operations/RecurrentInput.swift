public import Tensors

/// What a recurrent layer reads: a vector for each step of each sequence.
///
/// Where the vectors are rows of a matrix that come again and again, as the embeddings of a small vocabulary do, the
/// layer multiplies each row of the matrix once and not once for every step that reads it.
public struct RecurrentInput {
  /// [B, T, in], or [N, in] where ``numbers`` says which row each step reads.
  let rows: Variable
  /// The row of each step, [B, T]; nil: `rows` are the steps.
  let numbers: [Int32]?
  /// [B, T, in]
  public let shape: Shape

  /// A sequence [B, T, in].
  public init(_ sequence: Variable) {
    rows = sequence
    numbers = nil
    shape = sequence.shape
  }

  /// - Parameters:
  ///   - rows: [N, in]
  ///   - numbers: the row that each step reads, [B, T].
  public init(rows: Variable, numbers: [Int32], batch: Int, steps: Int) {
    if rows.shape.rank != 2 || numbers.count != batch * steps {
      stopOnShapes(
        "RecurrentInput", "rows [N, in] and \(batch) x \(steps) numbers, found \(numbers.count)",
        rows.shape)
    }
    for number in numbers where number < 0 || number >= rows.shape[0] {
      fatalError("RecurrentInput: there is no row \(number) in \(rows.shape)")
    }
    self.rows = rows
    self.numbers = numbers
    shape = [batch, steps, rows.shape[1]]
  }

  /// The vectors one by one, [B, T, in].
  public var sequence: Variable {
    guard let numbers else { return rows }
    return rows.gatherRows(numbers.map(Int.init)).reshaped(shape.dimensions)
  }
}
