public import Autograd
public import CoreLayers
import Foundation
internal import Tensors

/// ALiBi (Press et al. 2022): each head takes its slope times the distance off the score, so that near keys count
/// more. Nothing is learned. The paper's decoder looks back only; here distances count in both directions alike.
public struct LinearBiases: AttentionPositions {
  /// One for each head.
  public let slopes: [Float]

  /// The paper's slopes: 2^(-8/H), 2^(-16/H), … for a power of two; else those of the next lower power, and every
  /// other one of twice that power.
  public init(headCount: Int) {
    func slopes(_ count: Int) -> [Double] {
      (1...count).map { pow(2, -8 * Double($0) / Double(count)) }
    }
    if headCount < 1 { fatalError("LinearBiases: expected at least 1 head, found \(headCount)") }
    let power = 1 << (Int.bitWidth - 1 - headCount.leadingZeroBitCount)
    let rest = slopes(2 * power).enumerated().filter { $0.offset % 2 == 0 }.map(\.element)
    self.slopes = (slopes(power) + rest.prefix(headCount - power)).map { Float($0) }
  }

  /// Parameters and layers inside, by name.
  public var children: [LayerChild] { [] }

  /// -slope |distance|
  public func distanceTerms(largestDistance: Int, in context: ForwardContext) -> DistanceTerms? {
    let biases = slopes.flatMap { slope in
      (-largestDistance...largestDistance).map { -slope * Float(abs($0)) }
    }
    return DistanceTerms(
      reach: largestDistance,
      biases: Variable(Tensor(biases, shape: [slopes.count, 2 * largestDistance + 1])))
  }
}
