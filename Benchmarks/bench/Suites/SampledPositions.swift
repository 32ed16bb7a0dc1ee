import AttentionKit

/// Up to 16 positions of a sequence, at equal distances from the first to the last: enough to check a layer by.
func sampledPositions(of length: Int) -> [Int] {
  let count = min(16, length)
  return (0..<count).map { $0 * (length - 1) / max(1, count - 1) }
}

extension Variable {
  /// The given positions of one dimension, side by side.
  func slices(axis: Int, _ positions: [Int]) -> Variable {
    concatenate(positions.map { slice(axis: axis, $0..<$0 + 1) }, axis: axis)
  }
}
