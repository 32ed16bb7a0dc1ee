public import Autograd
public import CoreLayers
import Foundation
public import ModelFiles
public import Tensors
public import Testing

/// Reference values that `Tests/Fixtures/generate.py` made with PyTorch; that file says what the names mean.
public struct Fixture {
  /// The name without its ending.
  public let name: String
  /// The file.
  public let file: SafetensorsFile

  /// - Parameter name: of a file in Tests/Fixtures, without its extension.
  public init(_ name: String) throws {
    // Found from this source file, so that tests may run in any working directory.
    let folder = URL(fileURLWithPath: "\(#filePath)").deletingLastPathComponent()
      .deletingLastPathComponent().appendingPathComponent("Fixtures")
    self.name = name
    file = try SafetensorsFile(
      contentsOf: folder.appendingPathComponent("\(name).safetensors").path)
  }

  /// A tensor by name.
  public func tensor(_ name: String) throws -> Tensor { try file.tensor(named: name) }

  /// Whole numbers by name.
  public func integers(_ name: String) throws -> [Int] {
    try file.integers(named: name).map { Int($0) }
  }

  /// Tokens by name.
  public func tokens(_ name: String) throws -> [Int32] {
    try file.integers(named: name).map { Int32($0) }
  }

  /// The arguments, results and so on under a prefix, by the rest of their names, in order of name.
  public func names(after prefix: String) -> [String] {
    file.entries.map(\.name).filter { $0.hasPrefix(prefix) }
      .map { String($0.dropFirst(prefix.count)) }.sorted()
  }

  /// Sets a layer's parameters to the fixture's. The paths and shapes must be the same on both sides.
  public func load(into layer: some Layer, sourceLocation: SourceLocation = #_sourceLocation) throws
  {
    let parameters = layer.parameters
    #expect(
      parameters.map(\.path).sorted() == names(after: "parameter."),
      "the parameters of \(name)", sourceLocation: sourceLocation)
    for item in parameters {
      let value = try tensor("parameter.\(item.path)")
      try #require(
        value.shape == item.parameter.shape, "the shape of \(item.path)",
        sourceLocation: sourceLocation)
      item.parameter.value = value
    }
  }

  /// Compares a result.
  public func expectOutput(
    _ actual: Tensor, _ name: String = "y", relative: Double = 1e-5,
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    expectClose(
      actual, try tensor("output.\(name)"), relative: relative, "\(self.name), output \(name)",
      sourceLocation: sourceLocation)
  }

  /// Compares the gradients of arguments, by their names in the fixture, and of all parameters of a layer.
  public func expectGradients(
    _ gradients: Gradients, inputs: KeyValuePairs<String, Variable> = [:],
    parameters: [NamedParameter] = [], relative: Double = 1e-5,
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    for (input, variable) in inputs {
      let expected = try tensor("input_gradient.\(input)")
      expectClose(
        try #require(gradients[variable], "\(name), gradient of \(input)"), expected,
        relative: relative, "\(name), gradient of \(input)", sourceLocation: sourceLocation)
    }
    for item in parameters {
      let key = "parameter_gradient.\(item.path)"
      expectClose(
        try #require(gradients[item.parameter], "\(name), \(key)", sourceLocation: sourceLocation),
        try tensor(key), absolute: try absoluteTolerance(key, relative), relative: relative,
        "\(name), \(key)", sourceLocation: sourceLocation)
    }
  }

  /// Runs a computation on the fixture's arguments in a recording context, compares its result, walks back
  /// from the fixture's upstream gradient, and compares all gradients.
  ///
  /// - Parameters:
  ///   - inputs: names of the arguments that get a gradient, in the order `operation` takes them.
  ///   - operands: parameters that have the fixture's values, and their names there.
  public func check(
    inputs: [String], operands: [(String, Parameter)], relative: Double = 1e-5,
    sourceLocation: SourceLocation = #_sourceLocation,
    _ operation: ([Variable], ForwardContext) throws -> Variable
  ) throws {
    let context = ForwardContext.differentiating()
    let variables = try inputs.map { context.input(try tensor("input.\($0)")) }
    let result = try operation(variables, context)
    try expectOutput(result.value, relative: relative, sourceLocation: sourceLocation)
    let gradients = context.backward(from: result, gradient: try tensor("upstream.y"))
    let found =
      zip(inputs, variables).map { ("input_gradient.\($0)", gradients[$1]) }
      + operands.map { ("parameter_gradient.\($0)", gradients[$1]) }
    for (key, gradient) in found {
      expectClose(
        try #require(gradient, "\(name), \(key)", sourceLocation: sourceLocation),
        try tensor(key), absolute: try absoluteTolerance(key, relative), relative: relative,
        "\(name), \(key)", sourceLocation: sourceLocation)
    }
  }

  /// Softmax does not see the bias of a key projection (it adds one number to all scores of a query), so the
  /// bias's gradient is 0 in exact arithmetic. In floats it is as inexact as the sums that cancel out, which
  /// are of the size of the gradient of the weight beside it.
  private func absoluteTolerance(_ key: String, _ relative: Double) throws -> Double {
    guard key.hasSuffix("key.bias") else { return 1e-7 }
    let weights = try tensor(key.dropLast(4) + "weight").scalars
    return relative * Double(weights.map(abs).max() ?? 0)
  }

  /// The same for a layer, whose parameters are set to the fixture's.
  public func check(
    _ layer: some Layer, inputs: [String], relative: Double = 1e-5,
    sourceLocation: SourceLocation = #_sourceLocation,
    _ operation: ([Variable], ForwardContext) throws -> Variable
  ) throws {
    try load(into: layer, sourceLocation: sourceLocation)
    try check(
      inputs: inputs, operands: layer.parameters.map { ($0.path, $0.parameter) },
      relative: relative, sourceLocation: sourceLocation, operation)
  }
}
