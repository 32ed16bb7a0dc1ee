/// The dimensions of a tensor, outermost first: `[B, T, D]`.
public struct Shape: Hashable, Sendable, ExpressibleByArrayLiteral, CustomStringConvertible {
  /// Outermost first.
  public let dimensions: [Int]

  /// Dimensions of at least 0.
  public init(_ dimensions: [Int]) {
    if dimensions.contains(where: { $0 < 0 }) {
      fatalError("Shape: a dimension is negative in \(dimensions)")
    }
    self.dimensions = dimensions
  }

  /// `[2, 3]`
  public init(arrayLiteral elements: Int...) { self.init(elements) }

  /// The number of dimensions.
  public var rank: Int { dimensions.count }

  /// The number of elements: the product of all dimensions, 1 for a scalar.
  public var elementCount: Int { dimensions.reduce(1, *) }

  /// The innermost dimension, 1 for a scalar.
  public var last: Int { dimensions.last ?? 1 }

  /// Everything but the innermost dimension, multiplied: the rows of the tensor seen as a matrix.
  public var rowCount: Int { dimensions.dropLast().reduce(1, *) }

  /// Dimension `index`; a negative index counts from the end.
  public subscript(index: Int) -> Int {
    let position = index < 0 ? rank + index : index
    if !dimensions.indices.contains(position) {
      fatalError("Shape: there is no dimension \(index) in \(self)")
    }
    return dimensions[position]
  }

  /// The shape with its innermost dimension replaced.
  public func replacingLast(with dimension: Int) -> Shape {
    Shape(dimensions.dropLast() + [dimension])
  }

  /// The text for a person.
  public var description: String {
    "[" + dimensions.map(String.init).joined(separator: ", ") + "]"
  }
}

/// Stops the program with the operation's name and the shapes that do not fit.
///
/// A wrong shape is a mistake in the calling code, not in its input; input is checked where it comes in.
public func stopOnShapes(_ operation: String, _ expectation: String, _ shapes: Shape...) -> Never {
  let list = shapes.map(\.description).joined(separator: " and ")
  fatalError("\(operation): expected \(expectation), found \(list)")
}
