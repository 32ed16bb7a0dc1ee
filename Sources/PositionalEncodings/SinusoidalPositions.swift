public import Autograd
public import CoreLayers
import Foundation
public import Tensors

/// PE(p, 2i) = sin(p / 10000^(2i/D)), PE(p, 2i+1) = cos(p / 10000^(2i/D)): sines and cosines interleaved, as
/// section 3.5 prints them. Nothing is learned.
public struct SinusoidalPositions: PositionalEncoding {
  /// [maximumLength, D]
  public let table: Tensor

  /// The table for positions from 0, computed in double precision.
  public init(modelDimension: Int, maximumLength: Int = 5000) {
    var table = Tensor(uninitialized: [maximumLength, modelDimension])
    let pointer = table.mutablePointer
    for column in 0..<modelDimension {
      let frequency = pow(10_000, -Double(column / 2 * 2) / Double(modelDimension))
      for position in 0..<maximumLength {
        let angle = Double(position) * frequency
        pointer[position * modelDimension + column] = Float(
          column % 2 == 0 ? sin(angle) : cos(angle))
      }
    }
    self.table = table
  }

  /// The number of positions there are vectors for.
  public var maximumLength: Int { table.shape[0] }
  /// Parameters and layers inside, by name.
  public var children: [LayerChild] { [] }

  /// Rows of the table, [positions.count, D]; ``PositionError`` beyond it.
  public func encoding(of positions: Range<Int>, in context: ForwardContext) throws -> Variable {
    try check(
      positions, remedy: "build the encoding with maximumLength at least \(positions.upperBound)")
    return Variable(table).slice(axis: 0, positions)
  }
}
