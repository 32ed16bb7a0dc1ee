public import Tensors
public import Testing

/// Expects two tensors of one shape whose elements are close, and reports the worst one with its index.
///
/// An element may differ by `absolute` plus `relative` times the larger of its own size and the size that
/// elements of the expected tensor have on average (root mean square): an element near 0 is a sum of terms of
/// that size, and has their rounding error.
public func expectClose(
  _ actual: Tensor, _ expected: Tensor, absolute: Double = 1e-7, relative: Double = 1e-5,
  _ comment: @autoclosure () -> String = "", sourceLocation: SourceLocation = #_sourceLocation
) {
  guard actual.shape == expected.shape else {
    Issue.record(
      "\(comment()): shape \(actual.shape) instead of \(expected.shape)",
      sourceLocation: sourceLocation)
    return
  }
  report(
    actual.scalars.map(Double.init), expected.scalars.map(Double.init), shape: actual.shape,
    absolute: absolute, relative: relative, comment(), sourceLocation: sourceLocation)
}

/// Expects a tensor whose elements are close to those of the double-precision oracle, in row-major order.
public func expectClose(
  _ actual: Tensor, _ expected: [Double], absolute: Double = 1e-7, relative: Double = 1e-5,
  _ comment: @autoclosure () -> String = "", sourceLocation: SourceLocation = #_sourceLocation
) {
  guard actual.count == expected.count else {
    Issue.record(
      "\(comment()): \(actual.count) elements instead of \(expected.count)",
      sourceLocation: sourceLocation)
    return
  }
  report(
    actual.scalars.map(Double.init), expected, shape: actual.shape, absolute: absolute,
    relative: relative, comment(), sourceLocation: sourceLocation)
}

/// Expects two tensors of the same shape and the same bits.
public func expectSameBits(
  _ actual: Tensor, _ expected: Tensor, _ comment: @autoclosure () -> String = "",
  sourceLocation: SourceLocation = #_sourceLocation
) {
  guard actual.shape == expected.shape else {
    Issue.record(
      "\(comment()): shape \(actual.shape) instead of \(expected.shape)",
      sourceLocation: sourceLocation)
    return
  }
  for index in 0..<actual.count
  where actual.pointer[index].bitPattern != expected.pointer[index].bitPattern {
    Issue.record(
      """
      \(comment()): \(actual.pointer[index]) and \(expected.pointer[index]) differ at \
      \(position(of: index, in: actual.shape))
      """, sourceLocation: sourceLocation)
    return
  }
}

private func report(
  _ actual: [Double], _ expected: [Double], shape: Shape, absolute: Double, relative: Double,
  _ comment: String, sourceLocation: SourceLocation
) {
  let squares = expected.reduce(0) { $0 + $1 * $1 }
  let typical = (squares / Double(max(1, expected.count))).squareRoot()
  var worst = 0.0
  var worstIndex = 0
  for index in actual.indices {
    let allowed = absolute + relative * max(typical, abs(expected[index]))
    let difference = abs(actual[index] - expected[index])
    let isSame = actual[index] == expected[index]
    // NaN on either side is as far away as can be.
    let excess = isSame ? 0 : difference.isFinite ? difference / allowed : .infinity
    if excess > worst {
      worst = excess
      worstIndex = index
    }
  }
  if worst > 1 {
    Issue.record(
      """
      \(comment): worst at \(position(of: worstIndex, in: shape)) of \(shape): \
      \(actual[worstIndex]) instead of \(expected[worstIndex]), \(worst) times the tolerance
      """, sourceLocation: sourceLocation)
  }
}

private func position(of index: Int, in shape: Shape) -> [Int] {
  var rest = index
  var position: [Int] = []
  for dimension in shape.dimensions.reversed() {
    position.insert(rest % dimension, at: 0)
    rest /= dimension
  }
  return position
}
