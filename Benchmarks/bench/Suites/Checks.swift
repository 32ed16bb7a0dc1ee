import AttentionKit

/// Why a contender is a hole in the table.
struct SuiteError: Error, CustomStringConvertible {
  let description: String
  init(_ description: String) { self.description = description }
}

/// Throws when tensors differ by more than a share of the largest element of the expected one.
///
/// A tensor whose elements are all far below those of the others counts as zero up to rounding, such as the gradient
/// of a key's bias, which softmax does not see.
func requireClose(_ actual: [Tensor], _ expected: [Tensor], tolerance: Float) throws {
  let overall = expected.flatMap(\.scalars).map(abs).max() ?? 0
  for (a, b) in zip(actual, expected) {
    let (x, y) = (a.scalars, b.scalars)
    let largest = y.map(abs).max() ?? 0
    // `max` passes over NaN, so a NaN on either side counts as infinitely far away.
    let worst = zip(x, y).map { ($0 - $1).isNaN ? .infinity : abs($0 - $1) }.max() ?? 0
    if a.shape != b.shape || !(worst <= tolerance * max(largest, 1e-3 * overall, 1e-6)) {
      throw SuiteError(
        "the output is off the reference by \(worst) where the largest is \(largest)")
    }
  }
  if actual.count != expected.count { throw SuiteError("gradients are missing") }
}
