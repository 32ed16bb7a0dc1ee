internal import CLAPACKE
public import Tensors

/// How the elements of a new parameter are chosen.
public enum Initialization: Sendable {
  case zeros
  case ones
  /// Uniform over ±√(6 / (fan in + fan out)) times a gain (Glorot and Bengio, 2010).
  case xavierUniform(gain: Float = 1)
  /// Normal with mean 0.
  case normal(standardDeviation: Float)
  /// Uniform over ±bound.
  case uniform(bound: Float)
  /// A random matrix with orthonormal rows or columns, whichever are fewer (Saxe et al. 2014): the Q of a
  /// Householder QR factorisation of normal elements, signs fixed so that it is uniform.
  case orthogonal(gain: Float = 1)

  /// A tensor [out, in] (or of any shape where no fan is needed).
  public func tensor(_ shape: Shape, using generator: inout SeededGenerator) -> Tensor {
    switch self {
    case .zeros: return .zeros(shape)
    case .ones: return .ones(shape)
    case .xavierUniform(let gain):
      let fans = Float(shape.rowCount + shape.last)
      let bound = gain * (6 / max(1, fans)).squareRoot()
      return .uniform(shape, in: -bound...bound, using: &generator)
    case .normal(let deviation):
      return .normal(shape, standardDeviation: deviation, using: &generator)
    case .uniform(let bound):
      return .uniform(shape, in: -bound...bound, using: &generator)
    case .orthogonal(let gain):
      return orthogonal(shape, gain: gain, using: &generator)
    }
  }

  private func orthogonal(_ shape: Shape, gain: Float, using generator: inout SeededGenerator)
    -> Tensor
  {
    let (rows, columns) = (shape.rowCount, shape.last)
    let (long, short) = (max(rows, columns), min(rows, columns))
    if short == 0 { return .zeros(shape) }
    var q = Tensor.normal([long, short], using: &generator)
    var reflectors = [Float](repeating: 0, count: short)
    let matrix = q.mutablePointer
    let width = Int32(short)
    var status = LAPACKE_sgeqrf(
      LAPACK_ROW_MAJOR, Int32(long), width, matrix, width, &reflectors)
    let signs = (0..<short).map { matrix[$0 * short + $0] < 0 ? -gain : gain }
    if status == 0 {
      status = LAPACKE_sorgqr(
        LAPACK_ROW_MAJOR, Int32(long), width, width, matrix, width, reflectors)
    }
    if status != 0 { fatalError("orthogonal: LAPACK answered \(status) for the shape \(shape)") }
    var result = Tensor(uninitialized: shape)
    let output = result.mutablePointer
    for row in 0..<rows {
      for column in 0..<columns {
        let (i, j) = rows >= columns ? (row, column) : (column, row)
        output[row * columns + column] = signs[j] * matrix[i * short + j]
      }
    }
    return result
  }
}
