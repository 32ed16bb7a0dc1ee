public import Autograd
public import CoreLayers
import Foundation
internal import Kernels
internal import Tensors

/// Queries and keys turned by their positions (Su et al. 2021): pair i of a head, its dimensions 2i and 2i + 1, by
/// position / base^(2i/K), so that their product depends on the distance alone. Nothing is learned.
public struct RotaryPositions: AttentionPositions {
  /// K of one head, even.
  public let keyDimension: Int
  /// The base of the wave lengths; the paper's is 10,000.
  public let base: Double
  private let table: AngleTable

  /// - Parameter keyDimension: K of one head.
  /// - Throws: ``AttentionCombinationError`` for an odd K: dimensions are turned in pairs.
  public init(keyDimension: Int, base: Double = 10_000) throws {
    if keyDimension < 2 || keyDimension % 2 != 0 {
      throw AttentionCombinationError(
        combination: "rotary positions with heads of \(keyDimension) dimensions",
        reason: "dimensions are turned in pairs, so there must be an even number of them")
    }
    self.keyDimension = keyDimension
    self.base = base
    table = AngleTable(keyDimension: keyDimension, base: base)
  }

  /// Parameters and layers inside, by name.
  public var children: [LayerChild] { [] }

  /// Each pair turned by its angle.
  public func placed(_ input: Variable, at positions: [Int32], headCount: Int) -> Variable {
    rotated(
      input, positions: positions, table: table.covering(Int(positions.max() ?? 0) + 1),
      headCount: headCount)
  }

  /// Products of turned queries and keys must depend on the distance alone.
  public func objection(to score: any ScoreFunction) -> String? {
    if score is DotScore || score is CosineScore { return nil }
    return "turning queries and keys leaves their distance visible to dot products and cosines only"
  }
}

/// Cosines and sines of the positions that were asked for so far.
private final class AngleTable: Sendable {
  private let keyDimension: Int
  private let base: Double
  private let table: LockedValue<Tensor>

  init(keyDimension: Int, base: Double) {
    self.keyDimension = keyDimension
    self.base = base
    table = LockedValue(.zeros([0, keyDimension]))
  }

  /// [at least `count`, K]: cosine and sine of each pair in turn.
  func covering(_ count: Int) -> Tensor {
    table.withLock { table in
      if table.shape[0] < count { table = make(max(count, 2 * table.shape[0], 64)) }
      return table
    }
  }

  private func make(_ count: Int) -> Tensor {
    var table = Tensor(uninitialized: [count, keyDimension])
    let pointer = table.mutablePointer
    for pair in 0..<keyDimension / 2 {
      let frequency = pow(base, -Double(2 * pair) / Double(keyDimension))
      for position in 0..<count {
        let angle = Double(position) * frequency
        pointer[position * keyDimension + 2 * pair] = Float(cos(angle))
        pointer[position * keyDimension + 2 * pair + 1] = Float(sin(angle))
      }
    }
    return table
  }
}
