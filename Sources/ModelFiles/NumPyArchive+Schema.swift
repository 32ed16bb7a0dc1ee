public import Tensors

extension NumPyArchive {
  /// An array that a file must have.
  public struct Requirement: Sendable, Equatable {
    /// The array's name.
    public let name: String
    /// The array's dimensions.
    public let dimensions: [Int]

    /// The arguments are the properties.
    public init(_ name: String, _ dimensions: [Int]) {
      self.name = name
      self.dimensions = dimensions
    }
  }

  /// All arrays of a file that must have these and no others, in this order. Nothing is given unless all are right.
  ///
  /// - Throws: ``NumPyError`` and ``ZipError``, for what is missing, too much, of another shape or damaged.
  public func tensors(_ requirements: [Requirement]) throws -> [Tensor] {
    let expected = requirements.map(\.name)
    let known = Set(expected)
    if let name = names.first(where: { !known.contains($0) }) {
      throw NumPyError(file: path, array: name, problem: .unexpected(expected: expected))
    }
    return try requirements.map { requirement in
      let array = try array(named: requirement.name)
      if array.dimensions != requirement.dimensions {
        throw NumPyError(
          file: path, array: requirement.name,
          problem: .shape(expected: requirement.dimensions, found: array.dimensions))
      }
      return array.tensor()
    }
  }
}
