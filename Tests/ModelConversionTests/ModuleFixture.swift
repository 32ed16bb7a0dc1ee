import AttentionKit
import TestSupport
import Testing

/// What a module of PyTorch saved and computed; see Tests/Fixtures/make_pytorch_modules.py.
struct ModuleFixture {
  let saved: SafetensorsFile
  let expected: Fixture
  let table: ParameterTable

  init(_ name: String, _ table: ParameterTable) throws {
    saved = try Fixture("pytorch/\(name)").file
    expected = try Fixture("pytorch/\(name)_expected")
    self.table = table
  }

  /// Loads the layer, compares what it computes and its gradients by PyTorch's names, and saves it again.
  func check(
    _ layer: some Layer, inputs: [String] = ["x"], tolerance: Double = 2e-6,
    _ operation: ([Variable], ForwardContext) throws -> Variable
  ) throws {
    try table.load(saved, into: layer)
    let context = ForwardContext.differentiating()
    let variables = try inputs.map { context.input(try expected.tensor("input.\($0)")) }
    let output = try operation(variables, context)
    try close(output.value, "output.y", tolerance)
    let gradients = context.backward(from: output, gradient: try expected.tensor("upstream.y"))

    // A layer whose parameters are their gradients writes them under PyTorch's names.
    let values = layer.parameters.map(\.parameter.value)
    for (_, parameter) in layer.parameters.map({ ($0.path, $0.parameter) }) {
      parameter.value = try #require(gradients[parameter])
    }
    let written = try table.contents(of: layer, for: "gradients").tensors
    #expect(
      Set(written.map(\.name)) == Set(expected.names(after: "gradient.")), "names of parameters")
    for (name, tensor) in written { try close(tensor, "gradient.\(name)", tolerance) }

    for (named, value) in zip(layer.parameters, values) { named.parameter.value = value }
    try checkRoundTrip(layer)
  }

  /// What is saved again has the same names and bits.
  private func checkRoundTrip(_ layer: some Layer) throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/again.safetensors"
    try table.save(layer, to: path)
    let again = try SafetensorsFile(contentsOf: path)
    func name(_ name: String) -> String { again.metadata[name] ?? name }
    // Of tied ones PyTorch may keep another name than we do; both say in the metadata which name is left out.
    #expect(
      Set(again.tensorNames) == Set(saved.tensorNames.map(name)), "the names of \(expected.name)")
    for tensor in saved.tensorNames {
      expectSameBits(
        try again.tensor(named: name(tensor)), try saved.tensor(named: tensor), tensor)
    }
  }

  /// In absolute terms: outputs and gradients are of order 1 here.
  private func close(_ actual: Tensor, _ name: String, _ tolerance: Double) throws {
    expectClose(
      actual, try expected.tensor(name), absolute: tolerance, relative: 0,
      "\(expected.name) \(name)")
  }
}
