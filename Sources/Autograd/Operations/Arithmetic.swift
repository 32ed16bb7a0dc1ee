public import Kernels
internal import Tensors

extension Variable {
  /// Elementwise sum of two variables of one shape.
  public static func + (a: Variable, b: Variable) -> Variable {
    checkSameShape("+", a, b)
    var sum = Tensor(uninitialized: a.shape)
    Elementwise.add(
      a.value.pointer, b.value.pointer, into: sum.mutablePointer, count: sum.count)
    return .result(sum, of: a, b, operation: "add") { gradient, accumulator in
      accumulator.add(gradient, to: a)
      accumulator.add(gradient, to: b)
    }
  }

  /// Elementwise difference of two variables of one shape.
  public static func - (a: Variable, b: Variable) -> Variable { a + b * -1 }

  /// Elementwise product of two variables of one shape.
  public static func * (a: Variable, b: Variable) -> Variable {
    checkSameShape("*", a, b)
    return .result(product(a.value, b.value), of: a, b, operation: "multiply") {
      gradient, accumulator in
      if accumulator.wants(a) { accumulator.add(product(gradient, b.value), to: a) }
      if accumulator.wants(b) { accumulator.add(product(gradient, a.value), to: b) }
    }
  }

  /// Every element times a number.
  public static func * (a: Variable, factor: Float) -> Variable {
    .result(scaled(a.value, by: factor), of: a, operation: "scale") { gradient, accumulator in
      accumulator.add(scaled(gradient, by: factor), to: a)
    }
  }

  /// Adds a vector to each row.
  ///
  /// - Parameter row: [D] for a variable [..., D].
  public func addingToRows(_ row: Variable) -> Variable {
    if row.shape != [shape.last] {
      stopOnShapes("addingToRows", "[..., D] and [D]", shape, row.shape)
    }
    var sum = value
    let (rows, columns) = (shape.rowCount, shape.last)
    let y = sum.mutablePointer
    if rows > 0 {
      Elementwise.biasActivation(
        .identity, y, bias: row.value.pointer, into: y, stride: columns, rows: 0..<rows,
        columns: 0..<columns)
    }
    return .result(sum, of: self, row) { gradient, accumulator in
      accumulator.add(gradient, to: self)
      accumulator.accumulate(into: row) { pointer, isPresent in
        Reductions.columnSums(
          gradient.pointer, rows: rows, columns: columns, into: pointer, accumulate: isPresent)
      }
    }
  }

  /// The sum of all elements, a scalar.
  public func sum() -> Variable {
    let total = Tensor(scalar: Float(Reductions.sum(value.pointer, count: value.count)))
    return .result(total, of: self) { gradient, accumulator in
      accumulator.add(Tensor(repeating: gradient.scalar, shape: shape), to: self)
    }
  }

  /// The mean of all elements, a scalar.
  public func mean() -> Variable { sum() * (1 / Float(max(1, value.count))) }
}

/// f(x), elementwise.
public func activate(_ input: Variable, _ activation: Activation) -> Variable {
  var output = Tensor(uninitialized: input.shape)
  Elementwise.activate(
    activation, input.value.pointer, into: output.mutablePointer, count: output.count)
  return .result(output, of: input) { [output] gradient, accumulator in
    var dx = Tensor(uninitialized: gradient.shape)
    let saved = activation.derivativeNeedsArgument ? input.value : output
    Elementwise.activationGradient(
      activation, gradient.pointer, saved: saved.pointer, into: dx.mutablePointer,
      count: gradient.count)
    accumulator.add(dx, to: input)
  }
}

private func checkSameShape(_ operation: String, _ a: Variable, _ b: Variable) {
  if a.shape != b.shape { stopOnShapes(operation, "two equal shapes", a.shape, b.shape) }
}

private func product(_ a: Tensor, _ b: Tensor) -> Tensor {
  var result = Tensor(uninitialized: a.shape)
  Elementwise.multiply(a.pointer, b.pointer, into: result.mutablePointer, count: result.count)
  return result
}

private func scaled(_ a: Tensor, by factor: Float) -> Tensor {
  var result = Tensor(uninitialized: a.shape)
  Elementwise.scale(a.pointer, by: factor, into: result.mutablePointer, count: result.count)
  return result
}
