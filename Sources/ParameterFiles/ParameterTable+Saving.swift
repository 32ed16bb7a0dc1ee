internal import Autograd
public import CoreLayers
internal import ModelFiles
public import Tensors

extension ParameterTable {
  /// What a file of a format holds of a model.
  public struct Contents {
    /// Every tensor once, under the first name it has.
    public let tensors: [(name: String, tensor: Tensor)]
    /// Further names of these tensors: by the name that is not there, the one that is. Tied weights are saved once.
    public let aliases: [String: String]
  }

  /// A model's parameters under the file's names.
  ///
  /// - Throws: ``ParameterFileError`` for parameters that the table has no line for.
  ///   - path: the file to be written, for messages.
  public func contents(of model: some Layer, for path: String) throws -> Contents {
    let sources = EntriesByParameter(self, model)
    let homeless = model.parameters.filter { sources[$0.parameter].isEmpty }
    if !homeless.isEmpty {
      throw ParameterFileError(file: path, .noPlace(homeless.map(\.path)))
    }
    let parameters = model.parametersByPath
    let known = entries.filter { parameters[$0.path] != nil }
    let parts = Dictionary(grouping: known, by: \.name)
    var homes: [[ObjectIdentifier]: String] = [:]
    var tensors: [(name: String, tensor: Tensor)] = []
    var aliases: [String: String] = [:]
    var done: Set<String> = []
    for name in known.map(\.name) where done.insert(name).inserted {
      let members = parts[name]!.sorted { $0.part < $1.part }.map { parameters[$0.path]! }
      if let home = homes[members.map(ObjectIdentifier.init)] {
        aliases[name] = home
        continue
      }
      homes[members.map(ObjectIdentifier.init)] = name
      tensors.append((name, stacked(members.map(\.value))))
    }
    return Contents(tensors: tensors, aliases: aliases)
  }

  /// Writes a model's parameters as a safetensors file. Further names of tied weights stand in its metadata, as
  /// `safetensors.torch.save_model` puts them there.
  ///
  /// - Parameter metadata: further texts for the header.
  public func save(
    _ model: some Layer, metadata: [String: String] = [:], to path: String
  ) throws {
    let contents = try contents(of: model, for: path)
    try SafetensorsFile.write(
      contents.tensors.map { .init($0.name, $0.tensor) },
      metadata: metadata.merging(contents.aliases) { own, _ in own }, to: path)
  }

  /// Tensors under one another.
  private func stacked(_ tensors: [Tensor]) -> Tensor {
    if tensors.count == 1 { return tensors[0] }
    let rows = tensors.reduce(0) { $0 + $1.shape.dimensions[0] }
    var result = Tensor(
      uninitialized: Shape([rows] + tensors[0].shape.dimensions.dropFirst()))
    var output = result.mutablePointer
    for tensor in tensors {
      output.update(from: tensor.pointer, count: tensor.count)
      output += tensor.count
    }
    return result
  }
}
