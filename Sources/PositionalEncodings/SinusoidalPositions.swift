public import Autograd
public import CoreLayers
import Foundation
public import Tensors

/// PE(p, 2i) = sin(p / 10000^(2i/D)), PE(p, 2i+1) = cos(p / 10000^(2i/D)): sines and cosines interleaved, as
/// section 3.5 prints them. Nothing is learned. The other arrangements are those of other libraries, whose weights
/// mean something with theirs only.
public struct SinusoidalPositions: PositionalEncoding {
  /// The order of the columns.
  public enum Arrangement: String, Codable, Sendable, CaseIterable {
    /// sin, cos, sin, cos ...: the paper.
    case interleaved
    /// All sines, then all cosines: Tensor2Tensor, fairseq, Marian, CTranslate2.
    case sinesFirst
  }

  /// How wave lengths grow from 2π with the pair i of a sine and a cosine.
  public enum WaveLengths: String, Codable, Sendable, CaseIterable {
    /// 2π · 10000^(2i/D), so that 2π · 10000 is not reached: the paper.
    case exclusive
    /// 2π · 10000^(i/(D/2-1)), so that the last is 2π · 10000: Tensor2Tensor, fairseq, CTranslate2. D is even.
    case inclusive
  }

  /// [maximumLength, D]
  public let table: Tensor

  /// The table, computed in double precision.
  ///
  /// - Parameter firstPosition: the number of the first position; 0 in the paper, 1 in CTranslate2.
  public init(
    modelDimension: Int, maximumLength: Int = 5000, arrangement: Arrangement = .interleaved,
    waveLengths: WaveLengths = .exclusive, firstPosition: Int = 0
  ) {
    if waveLengths == .inclusive && modelDimension % 2 != 0 {
      fatalError(
        "SinusoidalPositions: inclusive wave lengths need an even dimension, found \(modelDimension)"
      )
    }
    var table = Tensor(uninitialized: [maximumLength, modelDimension])
    let pointer = table.mutablePointer
    let sineCount = (modelDimension + 1) / 2
    for column in 0..<modelDimension {
      let (pair, isSine) =
        switch arrangement {
        case .interleaved: (column / 2, column % 2 == 0)
        case .sinesFirst: (column % sineCount, column < sineCount)
        }
      let exponent =
        switch waveLengths {
        case .exclusive: Double(2 * pair) / Double(modelDimension)
        case .inclusive: Double(pair) / Double(max(1, modelDimension / 2 - 1))
        }
      let frequency = pow(10_000, -exponent)
      for position in 0..<maximumLength {
        let angle = Double(position + firstPosition) * frequency
        pointer[position * modelDimension + column] = Float(isSine ? sin(angle) : cos(angle))
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
