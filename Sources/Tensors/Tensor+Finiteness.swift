internal import Kernels

extension Tensor {
  /// The place, in row-major order, of the first element that is infinite or not a number; nil where all are
  /// finite.
  public var firstNonFiniteIndex: Int? {
    // The sum is fast, and finite only where every element is; it may overflow where all are.
    if Reductions.sum(pointer, count: count).isFinite { return nil }
    return UnsafeBufferPointer(start: pointer, count: count).firstIndex { !$0.isFinite }
  }
}
