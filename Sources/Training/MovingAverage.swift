internal import Autograd
public import CoreLayers
internal import Kernels
public import Tensors

/// An exponential moving average of a model's weights (Polyak and Juditsky 1992, in the exponential form):
/// less noisy than the weights themselves, and so often the better model.
///
/// After update t the average becomes d · average + (1 - d) · weights, with d = min(decay, (1 + t) / (10 + t)),
/// so that the first, untrained weights are soon forgotten.
public final class MovingAverage {
  /// The share of its own that the average keeps.
  public let decay: Float
  let parameters: [NamedParameter]
  /// The averages, in the order of the parameters.
  public internal(set) var values: [Tensor]

  /// An average that starts with the parameters as they are.
  public init(_ parameters: [NamedParameter], decay: Float) {
    if !(decay >= 0 && decay < 1) {
      fatalError("MovingAverage: expected a decay of at least 0 and less than 1, found \(decay)")
    }
    self.parameters = parameters
    self.decay = decay
    values = parameters.map(\.parameter.value)
  }

  /// - Parameter step: the number of the update that was just done, from 1.
  public func update(step: Int) {
    let kept = min(decay, Float(1 + step) / Float(10 + step))
    for (index, named) in parameters.enumerated() {
      let weights = named.parameter.value
      let average = values[index].mutablePointer
      Elementwise.scale(average, by: kept, into: average, count: weights.count)
      Elementwise.addScaled(weights.pointer, by: 1 - kept, to: average, count: weights.count)
    }
  }

  /// Puts the averages in the place of the weights, and the weights in theirs; a second call undoes it.
  public func exchange() {
    for (index, named) in parameters.enumerated() { swap(&values[index], &named.parameter.value) }
  }
}
