internal import Kernels
internal import Tensors

extension Variable {
  /// The mean over the real steps of each sequence; 0 for a sequence without steps.
  ///
  /// - Parameter lengths: real steps of each sequence of this [B, T, D].
  /// - Returns: [B, D]
  public func meanOverTime(lengths: [Int]) -> Variable {
    let (steps, width) = checkPooling("meanOverTime", lengths)
    var means = Tensor(uninitialized: [lengths.count, width])
    TimePooling.mean(
      value.pointer, lengths: lengths, steps: steps, width: width, into: means.mutablePointer)
    return .result(means, of: self) { gradient, accumulator in
      var dx = Tensor.zeros(shape)
      for (row, length) in lengths.enumerated() {
        for step in 0..<length {
          Elementwise.addScaled(
            gradient.pointer + row * width, by: 1 / Float(length),
            to: dx.mutablePointer + (row * steps + step) * width, count: width)
        }
      }
      accumulator.add(dx, to: self)
    }
  }

  /// The largest element of each column over the real steps of each sequence; 0 for a sequence without steps.
  /// Of equal ones the first gets the gradient.
  ///
  /// - Parameter lengths: real steps of each sequence of this [B, T, D].
  /// - Returns: [B, D]
  public func maximumOverTime(lengths: [Int]) -> Variable {
    let (steps, width) = checkPooling("maximumOverTime", lengths)
    var maxima = Tensor(uninitialized: [lengths.count, width])
    var places = [Int32](repeating: -1, count: maxima.count)
    places.withUnsafeMutableBufferPointer { places in
      guard let places = places.baseAddress else { return }
      TimePooling.maximum(
        value.pointer, lengths: lengths, steps: steps, width: width, into: maxima.mutablePointer,
        steps: places)
    }
    return .result(maxima, of: self) { [places] gradient, accumulator in
      var dx = Tensor.zeros(shape)
      let target = dx.mutablePointer
      for (index, step) in places.enumerated() where step >= 0 {
        let (row, column) = (index / width, index % width)
        target[(row * steps + Int(step)) * width + column] = gradient.pointer[index]
      }
      accumulator.add(dx, to: self)
    }
  }

  /// Each row once for every step: [B, D] to [B, T, D].
  public func repeatedOverTime(_ steps: Int) -> Variable {
    if shape.rank != 2 { stopOnShapes("repeatedOverTime", "[B, D]", shape) }
    let (batch, width) = (shape[0], shape[1])
    var result = Tensor(uninitialized: [batch, steps, width])
    let target = result.mutablePointer
    for row in 0..<batch * steps {
      (target + row * width).update(from: value.pointer + row / steps * width, count: width)
    }
    return .result(result, of: self) { gradient, accumulator in
      var dx = Tensor.zeros(shape)
      for row in 0..<batch {
        Reductions.columnSums(
          gradient.pointer + row * steps * width, rows: steps, columns: width,
          into: dx.mutablePointer + row * width, accumulate: false)
      }
      accumulator.add(dx, to: self)
    }
  }

  private func checkPooling(_ operation: String, _ lengths: [Int]) -> (steps: Int, width: Int) {
    if shape.rank != 3 || shape[0] != lengths.count {
      stopOnShapes(operation, "[B, T, D] with \(lengths.count) lengths", shape)
    }
    if lengths.contains(where: { $0 < 0 || $0 > shape[1] }) {
      fatalError("\(operation): expected lengths from 0 to \(shape[1]), found \(lengths)")
    }
    return (shape[1], shape[2])
  }
}
