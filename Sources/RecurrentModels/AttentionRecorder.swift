internal import Autograd
internal import Tensors

/// Collects the weights of attention, step by step or all at once.
final class AttentionRecorder {
  private var parts: [Tensor] = []

  /// - Parameter weights: [B, 1, T, S]
  func add(_ weights: Tensor) { parts.append(weights) }

  /// [B, T, S] of all steps in their order; nil where nothing was recorded.
  var weights: Tensor? {
    if parts.isEmpty { return nil }
    let joined = concatenate(parts.map { Variable($0) }, axis: 2).value
    return joined.reshaped([joined.shape[0], joined.shape[2], joined.shape[3]])
  }
}
