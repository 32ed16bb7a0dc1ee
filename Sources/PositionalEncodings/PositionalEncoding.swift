public import Autograd
public import CoreLayers

/// What tells a model the order of its input: a vector for each position, added to the embeddings
/// (section 3.5).
public protocol PositionalEncoding: Layer {
  /// The number of positions there are vectors for.
  var maximumLength: Int { get }

  /// The vectors of consecutive positions, [positions.count, D].
  ///
  /// - Throws: ``PositionError`` when a position has no vector.
  func encoding(of positions: Range<Int>, in context: ForwardContext) throws -> Variable
}

/// A sequence that is longer than its model's positions.
public struct PositionError: Error, Equatable, CustomStringConvertible {
  /// The number of positions that the sequence needs.
  public let length: Int
  /// The number of positions there are.
  public let limit: Int
  /// What to do about it.
  public let remedy: String

  /// The text for a person.
  public var description: String {
    "a sequence of \(length) positions is longer than the table of \(limit); \(remedy)"
  }
}

extension PositionalEncoding {
  func check(_ positions: Range<Int>, remedy: String) throws {
    if positions.upperBound > maximumLength {
      throw PositionError(length: positions.upperBound, limit: maximumLength, remedy: remedy)
    }
  }
}
