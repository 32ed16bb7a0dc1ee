internal import Autograd
public import CoreLayers
public import Tensors

extension ParameterTable {
  /// Sets every parameter of a model to what a file holds. Of a parameter that has several names the file may have one or
  /// all; then they must be equal.
  ///
  /// - Parameter ignored: further names that may be there.
  /// - Throws: ``ParameterFileError``, and the format's errors; the model is then unchanged.
  public func load(
    _ file: some NamedTensors, into model: some Layer, ignoring ignored: Set<String> = []
  ) throws {
    let parameters = model.parameters.map(\.parameter)
    let values = try values(of: model, in: file, ignoring: ignored)
    for (parameter, value) in zip(parameters, values) { parameter.value = value }
  }

  /// The values that a file has for a model's parameters, in the order of `model.parameters`.
  ///
  /// - Parameter ignored: further names that may be there.
  public func values(
    of model: some Layer, in file: some NamedTensors, ignoring ignored: Set<String> = []
  ) throws -> [Tensor] {
    let present = Set(file.tensorNames)
    let sources = EntriesByParameter(self, model)
    func fail(_ problem: ParameterFileError.Problem) -> ParameterFileError {
      ParameterFileError(file: file.path, problem)
    }

    let missing = model.parameters.filter { named in
      !sources[named.parameter].contains { present.contains($0.name) }
    }
    if !missing.isEmpty {
      throw fail(.missing(missing.map { sources[$0.parameter].first?.name ?? $0.path }))
    }
    let leftOver = present.subtracting(sources.names).subtracting(ignoredNames)
      .subtracting(ignored)
    if !leftOver.isEmpty { throw fail(.leftOver(Array(leftOver))) }

    var reader = PartReader(file: file, table: sources)
    return try model.parameters.map { named in
      let entries = sources[named.parameter].filter { present.contains($0.name) }
      let shape = named.parameter.shape
      let value = try reader.part(entries[0], shape: shape)
      for other in entries.dropFirst()
      where try reader.part(other, shape: shape).scalars.map(\.bitPattern)
        != value.scalars.map(\.bitPattern)
      {
        throw fail(.unequal(entries.map(\.name)))
      }
      return value
    }
  }
}

/// The lines of a table that are about a model's parameters.
struct EntriesByParameter {
  private var entries: [ObjectIdentifier: [ParameterTable.Entry]] = [:]
  /// The rows of a tensor's parts, by its name.
  private var rows: [String: [Int: Int]] = [:]

  init(_ table: ParameterTable, _ model: some Layer) {
    let byPath = model.parametersByPath
    for entry in table.entries {
      guard let parameter = byPath[entry.path] else { continue }
      entries[ObjectIdentifier(parameter), default: []].append(entry)
      rows[entry.name, default: [:]][entry.part] = parameter.shape.dimensions.first ?? 1
    }
  }

  subscript(parameter: Parameter) -> [ParameterTable.Entry] {
    entries[ObjectIdentifier(parameter)] ?? []
  }

  /// The names that the model knows.
  var names: Dictionary<String, [Int: Int]>.Keys { rows.keys }

  /// The rows of a tensor before a part of it, and all of its rows.
  func place(of entry: ParameterTable.Entry) -> (start: Int, total: Int) {
    let parts = rows[entry.name] ?? [:]
    let own = parts[entry.part] ?? 0
    let counts = (0..<entry.partCount).map { parts[$0] ?? own }
    return (counts[..<entry.part].reduce(0, +), counts.reduce(0, +))
  }
}

/// Reads parts of tensors, each tensor once for parts that follow one another.
private struct PartReader<File: NamedTensors> {
  let file: File
  let table: EntriesByParameter
  private var last: (name: String, tensor: Tensor)?

  init(file: File, table: EntriesByParameter) {
    self.file = file
    self.table = table
  }

  mutating func part(_ entry: ParameterTable.Entry, shape: Shape) throws -> Tensor {
    let tensor = try tensor(named: entry.name)
    let (start, total) = table.place(of: entry)
    let whole =
      entry.partCount == 1 ? shape : Shape([total] + shape.dimensions.dropFirst())
    // Dimensions of 1 say nothing: some keep a bias as one row.
    if tensor.shape.dimensions.filter({ $0 != 1 }) != whole.dimensions.filter({ $0 != 1 }) {
      throw ParameterFileError(
        file: file.path, .shape(entry.name, expected: whole, found: tensor.shape))
    }
    if entry.partCount == 1 { return tensor.reshaped(to: shape) }
    let width = shape.dimensions.dropFirst().reduce(1, *)
    var part = Tensor(uninitialized: shape)
    part.mutablePointer.update(from: tensor.pointer + start * width, count: part.count)
    return part
  }

  private mutating func tensor(named name: String) throws -> Tensor {
    if let last, last.name == name { return last.tensor }
    let tensor = try file.tensor(named: name)
    last = (name, tensor)
    return tensor
  }
}
