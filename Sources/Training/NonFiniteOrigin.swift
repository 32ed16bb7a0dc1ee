internal import Autograd
internal import CoreLayers

/// Where the first value of a step that is not a finite number came from.
public struct NonFiniteOrigin: Equatable, Sendable, CustomStringConvertible {
  /// An operation in a model.
  public struct Operation: Equatable, Sendable, CustomStringConvertible {
    /// The name of its function, such as `linear`.
    public let name: String
    /// The scopes that it was done in, from the outermost.
    public let scopes: [String]
    /// The paths of the parameters that it was given.
    public let parameters: [String]
    /// The path of the parameter that the pass came to last before it.
    public let latestParameter: String?

    /// The arguments are the properties.
    public init(
      name: String, scopes: [String], parameters: [String], latestParameter: String?
    ) {
      self.name = name
      self.scopes = scopes
      self.parameters = parameters
      self.latestParameter = latestParameter
    }

    /// The operation and its place, in words.
    public var description: String {
      let place = scopes.isEmpty ? "" : " in " + scopes.joined(separator: " / ")
      if !parameters.isEmpty {
        return name + place + " with " + parameters.joined(separator: ", ")
      }
      return name + place + (latestParameter.map { " after the use of \($0)" } ?? "")
    }
  }

  /// What held the value.
  public enum Place: Equatable, Sendable {
    /// A parameter, by its path.
    case parameter(String)
    /// The optimiser's moments of a parameter, by its path.
    case moments(String)
    /// The output of an operation.
    case output(Operation)
    /// A gradient that the way back of an operation gave.
    case gradient(Operation)
  }

  /// What held it.
  public let place: Place
  /// The first such value: `nan`, `inf` or `-inf`.
  public let value: String
  /// Whether an operation was given such a value already, by frozen layers or other constants.
  public let isInherited: Bool

  init(_ place: Place, value: Float, isInherited: Bool = false) {
    self.place = place
    // The sign of what is no number says nothing.
    self.value = value.isNaN ? "nan" : "\(value)"
    self.isInherited = isInherited
  }

  /// What a check found, with the names that parameters have in a model.
  init(_ finding: FiniteCheck.Finding, in parameters: [NamedParameter]) {
    func path(_ parameter: Parameter) -> String? {
      parameters.first { $0.parameter === parameter }?.path
    }
    let operation = Operation(
      name: finding.operation, scopes: finding.scopes,
      parameters: finding.parameters.compactMap(path),
      latestParameter: finding.latestParameter.flatMap(path))
    self.init(
      finding.isGradient ? .gradient(operation) : .output(operation), value: finding.value,
      isInherited: finding.isInherited)
  }

  /// The origin in words.
  public var description: String {
    switch place {
    case .parameter(let path): "the parameter \(path) holds \(value)"
    case .moments(let path): "the optimiser's moments of \(path) hold \(value)"
    case .output(let operation):
      "the first value that is not finite, \(value), came out of \(operation)"
        + (isInherited ? ", which was given one by frozen layers or other constants" : "")
    case .gradient(let operation):
      "the first gradient that is not finite, \(value), came from the way back of \(operation)"
    }
  }
}
