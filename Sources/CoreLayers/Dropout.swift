public import Autograd

/// Sets elements to 0 with a probability while training, and scales the others so that the mean stays
/// (Srivastava et al. 2014). In inference it does nothing.
public struct Dropout: Layer {
  /// The share of elements that are dropped, at least 0 and less than 1.
  public let rate: Float

  /// Dropout with a rate of at least 0 and less than 1.
  public init(rate: Float) { self.rate = rate }

  /// Parameters and layers inside, by name.
  public var children: [LayerChild] { [] }

  /// - Parameter input: any shape.
  public func callAsFunction(_ input: Variable, in context: ForwardContext) -> Variable {
    dropout(input, context.nextDropout(rate: rate))
  }
}
