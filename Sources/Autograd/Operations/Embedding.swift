public import Kernels
public import Tensors

/// dropout(factor · table[tokens] + positions): the bottom of a Transformer in one pass (sections 3.4, 3.5
/// and 5.4).
///
/// - Parameters:
///   - tokens: numbers of rows of the table, in row-major order of `shape`.
///   - shape: the shape of the tokens, [..., T].
///   - table: [V, D]
///   - factor: what embeddings are multiplied by; the paper takes √D.
///   - positions: [T, D], added to each sequence, or nil.
/// - Returns: [..., T, D]
public func embed(
  _ tokens: [Int32], shape: Shape, table: Variable, factor: Float = 1,
  positions: Variable? = nil, dropout: DropoutMask = .none
) -> Variable {
  let (rows, columns) = (tokens.count, table.shape.last)
  if table.shape.rank != 2 || shape.elementCount != rows {
    stopOnShapes("embed", "as many tokens as the shape says and a table [V, D]", shape, table.shape)
  }
  let period = shape.last
  if let positions, positions.shape != [period, columns] {
    stopOnShapes("embed", "tokens [..., T] and positions [T, D]", shape, positions.shape)
  }
  for (index, token) in tokens.enumerated() where token < 0 || token >= table.shape[0] {
    fatalError("embed: token \(token) at index \(index) is outside the table \(table.shape)")
  }
  var output = Tensor(uninitialized: Shape(shape.dimensions + [columns]))
  EmbeddingKernel.forward(
    tokens: tokens, table: table.value.pointer, factor: factor,
    positions: positions?.value.pointer, period: max(1, period), dropout: dropout,
    into: output.mutablePointer, rows: rows, columns: columns)

  // Of the table only the rows of the tokens are read; its gradient is written as a whole.
  let traffic = OperationTraffic(
    forward: 2 * output.byteCount + (positions?.value.byteCount ?? 0),
    backward: output.byteCount + table.value.byteCount + (positions?.value.byteCount ?? 0))
  return .result(
    output, of: [table] + (positions.map { [$0] } ?? []), traffic: traffic
  ) { gradient, accumulator in
    let gradient = dropped(gradient, dropout)
    accumulator.accumulate(into: table) { pointer, isPresent in
      if !isPresent { pointer.update(repeating: 0, count: table.value.count) }
      EmbeddingKernel.scatterAdd(
        tokens: tokens, dy: gradient.pointer, factor: factor, into: pointer, rows: rows,
        columns: columns)
    }
    if let positions {
      accumulator.accumulate(into: positions) { pointer, isPresent in
        Reductions.columnSums(
          gradient.pointer, rows: period == 0 ? 0 : rows / period, columns: period * columns,
          into: pointer, accumulate: isPresent)
      }
    }
  }
}
