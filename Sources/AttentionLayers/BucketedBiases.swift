public import Autograd
public import CoreLayers
import Foundation
public import Tensors

/// T5's learned biases (Raffel et al. 2020): each head adds a number to the score that depends on the distance's
/// bucket. Small distances have a bucket each, larger ones share buckets whose width grows, up to `maximumDistance`.
public struct BucketedBiases: AttentionPositions {
  /// [buckets, H]
  public let weight: Parameter
  /// Distances from here on share the last bucket.
  public let maximumDistance: Int
  /// Whether keys after the query have buckets of their own (an encoder) or none (a decoder).
  public let isBidirectional: Bool

  /// Biases that start normal with deviation 1 / √H.
  ///
  /// - Parameters:
  ///   - bucketCount: T5 has 32; at least 4, and even where both directions have their own.
  ///   - maximumDistance: T5 has 128.
  public init(
    headCount: Int, bucketCount: Int = 32, maximumDistance: Int = 128, isBidirectional: Bool,
    using generator: inout SeededGenerator
  ) {
    let exact = bucketCount / (isBidirectional ? 4 : 2)
    if bucketCount < 4 || isBidirectional && bucketCount % 2 != 0 || maximumDistance <= exact {
      fatalError(
        "BucketedBiases: expected at least 4 buckets (an even number for two directions) and a larger "
          + "maximumDistance, found \(bucketCount) and \(maximumDistance)")
    }
    weight = Parameter(
      .normal(
        [bucketCount, headCount], standardDeviation: 1 / Float(max(1, headCount)).squareRoot(),
        using: &generator))
    self.maximumDistance = maximumDistance
    self.isBidirectional = isBidirectional
  }

  /// Parameters and layers inside, by name.
  public var children: [LayerChild] { [.parameter("weight", weight)] }

  /// The bucket of a distance, key position minus query position.
  public func bucket(of distance: Int) -> Int {
    var count = weight.shape[0]
    var first = 0
    var steps = max(0, -distance)
    if isBidirectional {
      count /= 2
      if distance > 0 { first = count }
      steps = abs(distance)
    }
    // Half of the buckets for one step each, the others in equal steps of the logarithm.
    let exact = count / 2
    if steps < exact { return first + steps }
    let part =
      log(Float(steps) / Float(exact)) / Float(log(Double(maximumDistance) / Double(exact)))
    return first + min(count - 1, exact + Int(part * Float(count - exact)))
  }

  /// The biases of all distances that have buckets of their own.
  public func distanceTerms(largestDistance: Int, in context: ForwardContext) -> DistanceTerms? {
    let reach = min(largestDistance, maximumDistance)
    let buckets = (-reach...reach).map { bucket(of: $0) }
    return DistanceTerms(
      reach: reach,
      biases: context.variable(weight).gatherRows(buckets).transposed(axes: [1, 0]))
  }
}
