import AttentionKit
import BenchmarkKit

/// Random tensors, the same for us and for a worker, and the comparison of what both make of them.
final class TensorInputs {
  private struct Output: Encodable {
    let output: String
  }

  let tensors: [String: Tensor]
  private let folder: PeerFolder

  /// Standard normal elements.
  init(_ shapes: KeyValuePairs<String, Shape>, seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    var tensors: [String: Tensor] = [:]
    for (name, shape) in shapes { tensors[name] = .normal(shape, using: &generator) }
    self.tensors = tensors
    folder = try PeerFolder()
    try SafetensorsFile.write(
      shapes.map { SafetensorsFile.NamedValues($0.key, tensors[$0.key] ?? .zeros($0.value)) },
      to: path)
  }

  subscript(name: String) -> Tensor {
    guard let tensor = tensors[name] else { fatalError("TensorInputs: there is no \(name)") }
    return tensor
  }

  var path: String { folder.file("inputs.safetensors") }

  /// Compares all elements of what a worker writes with ours.
  func check(
    _ work: PeerWork, _ variant: PeerVariant, names: [String], _ expected: () throws -> [Tensor]
  ) throws {
    struct Nothing: Decodable {}
    let path = folder.file("output.safetensors")
    let _: Nothing = try work.check(Output(output: path))
    let file = try SafetensorsFile(contentsOf: path)
    let ours = try expected()
    let found = try zip(names, ours).map { name, ours in
      let tensor = try file.tensor(named: name)
      guard tensor.count == ours.count else {
        throw SuiteError("\(name) has the shape \(tensor.shape), expected \(ours.shape)")
      }
      return tensor.reshaped(to: ours.shape)
    }
    try check(found, variant, ours)
  }

  /// Compares all elements with ours in float32.
  func check(_ found: [Tensor], _ variant: PeerVariant, _ expected: [Tensor]) throws {
    try requireClose(
      found, expected, tolerance: Float(variant.tolerance(float32: 2e-4, lower: 5e-2)))
  }
}
