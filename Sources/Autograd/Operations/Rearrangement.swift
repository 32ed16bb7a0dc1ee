internal import Kernels
internal import Tensors

extension Variable {
  /// The same elements under another shape; one dimension may be -1.
  public func reshaped(_ dimensions: [Int]) -> Variable {
    .result(value.reshaped(dimensions), of: self) { gradient, accumulator in
      accumulator.add(gradient.reshaped(to: shape), to: self)
    }
  }

  /// Dimensions in another order: dimension `i` of the result is dimension `axes[i]` of this variable.
  public func transposed(axes: [Int]) -> Variable {
    if axes.sorted() != Array(0..<shape.rank) {
      fatalError("transposed: expected each axis of \(shape) once, found \(axes)")
    }
    let inverse = axes.indices.map { axes.firstIndex(of: $0)! }
    return .result(permuted(value, axes), of: self) { gradient, accumulator in
      accumulator.add(permuted(gradient, inverse), to: self)
    }
  }

  /// Part of one dimension: the elements whose index along `axis` lies in `range`.
  public func slice(axis: Int, _ range: Range<Int>) -> Variable {
    let extent = shape[axis]
    if range.lowerBound < 0 || range.upperBound > extent {
      fatalError("slice: \(range) is outside dimension \(axis) of \(shape)")
    }
    let layout = AxisLayout(shape, axis: axis)
    var dimensions = shape.dimensions
    dimensions[axis] = range.count
    var result = Tensor(uninitialized: Shape(dimensions))
    let width = range.count * layout.inner
    for outer in 0..<layout.outer {
      (result.mutablePointer + outer * width).update(
        from: value.pointer + (outer * extent + range.lowerBound) * layout.inner, count: width)
    }
    return .result(result, of: self) { gradient, accumulator in
      // In place, so that taking a sequence apart step by step costs no more than the sequence.
      accumulator.accumulate(into: self) { pointer, isPresent in
        if !isPresent { pointer.update(repeating: 0, count: value.count) }
        for outer in 0..<layout.outer {
          let target = pointer + (outer * extent + range.lowerBound) * layout.inner
          Elementwise.add(target, gradient.pointer + outer * width, into: target, count: width)
        }
      }
    }
  }

  /// The rows with the given numbers, in that order; a row may come several times.
  ///
  /// - Returns: [rows.count, ...] for a variable [N, ...].
  public func gatherRows(_ rows: [Int]) -> Variable {
    let width = shape.dimensions.dropFirst().reduce(1, *)
    for row in rows where row < 0 || row >= shape[0] {
      fatalError("gatherRows: there is no row \(row) in \(shape)")
    }
    let numbers = rows.map(Int32.init)
    var result = Tensor(uninitialized: Shape([rows.count] + shape.dimensions.dropFirst()))
    EmbeddingKernel.forward(
      tokens: numbers, table: value.pointer, factor: 1, positions: nil, period: 1, dropout: .none,
      into: result.mutablePointer, rows: rows.count, columns: width)
    return .result(result, of: self) { gradient, accumulator in
      var dx = Tensor.zeros(shape)
      EmbeddingKernel.scatterAdd(
        tokens: numbers, dy: gradient.pointer, factor: 1, into: dx.mutablePointer,
        rows: rows.count, columns: width)
      accumulator.add(dx, to: self)
    }
  }
}

/// Variables joined along a dimension; all other dimensions are equal.
public func concatenate(_ parts: [Variable], axis: Int) -> Variable {
  guard let first = parts.first else { fatalError("concatenate: nothing to join") }
  var dimensions = first.shape.dimensions
  for part in parts.dropFirst() {
    var expected = part.shape.dimensions
    if expected.count == dimensions.count { expected[axis] = dimensions[axis] }
    if expected != dimensions {
      stopOnShapes("concatenate", "equal shapes but for axis \(axis)", first.shape, part.shape)
    }
  }
  dimensions[axis] = parts.reduce(0) { $0 + $1.shape[axis] }
  let layout = AxisLayout(first.shape, axis: axis)
  let rowWidth = dimensions[axis] * layout.inner
  var result = Tensor(uninitialized: Shape(dimensions))
  var start = 0
  for part in parts {
    let width = part.shape[axis] * layout.inner
    for outer in 0..<layout.outer {
      (result.mutablePointer + outer * rowWidth + start).update(
        from: part.value.pointer + outer * width, count: width)
    }
    start += width
  }
  return .result(result, of: parts) { gradient, accumulator in
    var start = 0
    for part in parts {
      let width = part.shape[axis] * layout.inner
      var dx = Tensor(uninitialized: part.shape)
      for outer in 0..<layout.outer {
        (dx.mutablePointer + outer * width).update(
          from: gradient.pointer + outer * rowWidth + start, count: width)
      }
      accumulator.add(dx, to: part)
      start += width
    }
  }
}

/// A tensor seen as [outer, axis, inner].
private struct AxisLayout {
  let outer: Int
  let inner: Int

  init(_ shape: Shape, axis: Int) {
    outer = shape.dimensions[..<axis].reduce(1, *)
    inner = shape.dimensions[(axis + 1)...].reduce(1, *)
  }
}

/// A copy with the dimensions in another order.
private func permuted(_ tensor: Tensor, _ axes: [Int]) -> Tensor {
  let source = tensor.shape.dimensions
  var strides = [Int](repeating: 1, count: source.count)
  for axis in source.indices.dropLast().reversed() {
    strides[axis] = strides[axis + 1] * source[axis + 1]
  }
  let shape = Shape(axes.map { source[$0] })
  var result = Tensor(uninitialized: shape)
  if tensor.count == 0 || source.isEmpty { return result }
  let rowStride = strides[axes.last!]
  let rowCount = shape.last
  var index = [Int](repeating: 0, count: axes.count)
  var output = result.mutablePointer
  for _ in 0..<shape.rowCount {
    var offset = 0
    for (position, axis) in axes.enumerated() { offset += index[position] * strides[axis] }
    let row = tensor.pointer + offset
    if rowStride == 1 {
      output.update(from: row, count: rowCount)
    } else {
      for column in 0..<rowCount { output[column] = row[column * rowStride] }
    }
    output += rowCount
    var position = axes.count - 2
    while position >= 0 {
      index[position] += 1
      if index[position] < shape[position] { break }
      index[position] = 0
      position -= 1
    }
  }
  return result
}
