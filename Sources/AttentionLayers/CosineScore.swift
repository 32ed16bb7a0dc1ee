public import Autograd
public import CoreLayers
import Foundation
internal import Tensors

/// cos(q, k) / τ, with a temperature τ for each head (Graves et al. 2014): only directions count. The logarithm of
/// 1 / τ is learned, so that τ stays positive.
public struct CosineScore: ProductScoreFunction {
  /// log(1 / τ) of each head, [H]. Set `isTrainable` to false for a fixed temperature.
  public let logScale: Parameter

  /// - Parameters:
  ///   - temperature: τ at first, above 0. Cosines lie between -1 and 1: at a temperature of 1 weights are nearly
  ///     equal.
  ///   - headCount: H.
  public init(temperature: Float = 0.1, headCount: Int = 1) {
    if !(temperature > 0 && temperature.isFinite) {
      fatalError("CosineScore: expected a temperature above 0, found \(temperature)")
    }
    logScale = Parameter(Tensor(repeating: -log(temperature), shape: [headCount]))
  }

  /// Parameters and layers inside, by name.
  public var children: [LayerChild] { [.parameter("log_scale", logScale)] }

  /// Each head's key divided by its length.
  public func prepare(_ keys: Variable, headCount: Int, in context: ForwardContext)
    -> PreparedKeys
  {
    PreparedKeys(normalizedHeads(keys, headCount: headCount))
  }

  /// Each head's query divided by its length and by τ.
  public func prepare(query: Variable, headCount: Int, in context: ForwardContext) -> Variable {
    normalizedHeads(query, headCount: headCount, logFactors: context.variable(logScale))
  }

  /// 1
  public func scale(keyDimension: Int) -> Float { 1 }
}
