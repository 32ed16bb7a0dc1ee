public import Autograd
public import CoreLayers

/// scale · q · k: dot attention (Luong et al. 2015) with a scale of 1, the Transformer's scaled dot product
/// (section 3.2.1) with 1 / √K.
public struct DotScore: ProductScoreFunction, Sendable {
  /// What products are multiplied by; nil: 1 / √K.
  public let scale: Float?

  /// q · k / √K
  public static let scaled = DotScore(scale: nil)

  /// - Parameter scale: what products are multiplied by; nil: 1 / √K.
  public init(scale: Float? = 1) { self.scale = scale }

  /// Parameters and layers inside, by name.
  public var children: [LayerChild] { [] }

  /// The keys as they are.
  public func prepare(_ keys: Variable, headCount: Int, in context: ForwardContext)
    -> PreparedKeys
  {
    PreparedKeys(keys)
  }

  /// The scale, 1 / √K where none was given.
  public func scale(keyDimension: Int) -> Float {
    scale ?? 1 / Float(max(1, keyDimension)).squareRoot()
  }
}
