public import Tensors

/// A file of tensors that is not a model's.
public struct ParameterFileError: Error, Equatable, CustomStringConvertible {
  /// What is wrong.
  public enum Problem: Equatable, Sendable {
    /// Parameters of the model that no tensor of the file is.
    case missing([String])
    /// Tensors that belong to no part of the model.
    case leftOver([String])
    /// A tensor of another shape.
    case shape(String, expected: Shape, found: Shape)
    /// Tensors that are one parameter of the model, with different values.
    case unequal([String])
    /// Writing: parameters that the format has no place for.
    case noPlace([String])
  }

  /// The file's path.
  public let file: String
  /// What is wrong.
  public let problem: Problem

  /// The arguments are the properties.
  public init(file: String, _ problem: Problem) {
    self.file = file
    self.problem = problem
  }

  /// The text for a person.
  public var description: String { "\(file): \(explanation)" }

  /// The text without the file.
  public var explanation: String {
    switch problem {
    case .missing(let names): "\(names.count) parameters are missing: \(list(names))"
    case .leftOver(let names):
      "\(names.count) parameters belong to no part of the model: \(list(names))"
    case .shape(let name, let expected, let found):
      "\(name): expected the shape \(expected), found \(found)"
    case .unequal(let names):
      "expected the same values, for the model ties them: \(list(names))"
    case .noPlace(let paths):
      "\(paths.count) parameters have no place in this format: \(list(paths))"
    }
  }

  private func list(_ names: [String]) -> String {
    names.sorted().prefix(5).joined(separator: ", ") + (names.count > 5 ? ", …" : "")
  }
}
