internal import Autograd
public import CoreLayers
public import Foundation
public import ModelFiles
internal import ParameterFiles
internal import Tensors

/// A training's state in a folder: `configuration.json`, `weights.safetensors`, `optimizer.safetensors`,
/// `state.json` and further files such as vocabularies. The folder is complete or not there.
public struct Checkpoint {
  /// The version of the layout that this code writes, and the newest it reads.
  public static let formatVersion = 1

  /// The folder that was read.
  public let path: String
  /// What was given as configuration when the checkpoint was written.
  public let configuration: StrictJSON

  /// Writes a checkpoint, replacing one at the same place at once. What is there and is none stays: an error.
  ///
  /// - Parameters:
  ///   - path: the folder.
  ///   - configuration: whatever is needed to build the model again.
  ///   - optimizer, average, state: nil for a checkpoint that is only for use.
  ///   - files: further files by name, such as vocabularies.
  public static func write(
    to path: String, model: some Layer, configuration: StrictJSON, optimizer: Adam? = nil,
    average: MovingAverage? = nil, state: TrainingState? = nil, files: [String: Data] = [:]
  ) throws {
    try replace(path) { folder in
      let document = StrictJSON.object([
        .init("formatVersion", .number(formatVersion)), .init("configuration", configuration),
      ])
      try AtomicFile.write(document.text + "\n", to: folder + "/configuration.json")
      try ParameterTable(pathsOf: model).save(model, to: folder + "/weights.safetensors")
      if let optimizer {
        try SafetensorsFile.write(
          optimizer.exportState(), metadata: [:], to: folder + "/optimizer.safetensors")
      }
      if let average {
        try SafetensorsFile.write(
          zip(average.parameters, average.values).map { .init($0.path, $1) }, metadata: [:],
          to: folder + "/average.safetensors")
      }
      if let state {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
        try AtomicFile.write(Array(encoder.encode(state)), to: folder + "/state.json")
      }
      for (name, contents) in files { try AtomicFile.write(contents, to: folder + "/" + name) }
    }
  }

  /// Fills a folder that takes the place of an earlier checkpoint, and of nothing else.
  static func replace(_ path: String, body: (String) throws -> Void) throws {
    let manager = FileManager.default
    if manager.fileExists(atPath: path) {
      let contents = try? manager.contentsOfDirectory(atPath: path)
      guard let contents, contents.isEmpty || contents.contains("weights.safetensors") else {
        throw TrainingError.checkpoint(
          path: path,
          problem: "expected a checkpoint to replace, or nothing, found a "
            + (contents == nil ? "file" : "folder of other things"))
      }
    }
    try AtomicDirectory.write(to: path, body: body)
  }

  /// Reads a checkpoint's configuration and makes sure that it is one.
  public init(contentsOf path: String) throws {
    guard let found = AtomicDirectory.locate(path) else {
      throw TrainingError.checkpoint(path: path, problem: "there is no checkpoint here")
    }
    self.path = found
    let file = found + "/configuration.json"
    let document = try StrictJSON(checkpointFile: file)
    guard let version = document["formatVersion"]?.integer,
      let configuration = document["configuration"]
    else {
      throw TrainingError.checkpoint(
        path: file, problem: "expected the keys \"formatVersion\" and \"configuration\"")
    }
    // The version first: a newer one may have other keys.
    if version > Self.formatVersion || version < 1 {
      throw TrainingError.checkpoint(
        path: file,
        problem: "expected format version 1 to \(Self.formatVersion), found \(version); "
          + "a newer swift-attention wrote this")
    }
    try document.requireKeys(among: ["formatVersion", "configuration"], file: file)
    self.configuration = configuration
  }

  /// Sets every parameter of a model to what the checkpoint holds. A tied one may stand there once or under all of its
  /// names.
  ///
  /// - Throws: ``TrainingError/checkpoint(path:problem:)`` naming parameters that are missing, left over or
  ///   of another shape; the model is then unchanged.
  public func loadWeights(into model: some Layer) throws {
    do {
      try ParameterTable(pathsOf: model).load(
        SafetensorsFile(contentsOf: path + "/weights.safetensors"), into: model)
    } catch let error as ParameterFileError {
      throw TrainingError.checkpoint(path: error.file, problem: error.explanation)
    }
  }

  /// How many numbers the checkpoint has for the parameters of a model. A model that needs more cannot be the
  /// checkpoint's, which is worth knowing before it is made: the configuration may ask for any size.
  public func weightCount() throws -> Int {
    try SafetensorsFile(contentsOf: path + "/weights.safetensors").elementCount
  }

  /// Sets the optimiser's moments and count.
  ///
  /// - Throws: ``TrainingError/checkpoint(path:problem:)``, and what reading throws; the optimiser is then unchanged.
  public func loadOptimizer(into optimizer: Adam) throws {
    optimizer.take(try readOptimizer(optimizer))
  }

  /// What an optimiser is set to.
  func readOptimizer(_ optimizer: Adam) throws -> Adam.State {
    let file = try SafetensorsFile(contentsOf: path + "/optimizer.safetensors")
    let count = optimizer.parameters.count
    let names = optimizer.parameters.map { ("first." + $0.path, $0.parameter.shape) }
    let others = optimizer.parameters.map { ("second." + $0.path, $0.parameter.shape) }
    let tensors = try read(file, expecting: names + others, ignoring: ["step"])
    let steps = try file.integers(named: "step")
    guard steps.count == 1, TrainingState.counts.contains(Int(steps[0])) else {
      throw TrainingError.checkpoint(
        path: file.path,
        problem: "step: expected one number of at least 0 and at most "
          + "\(TrainingState.counts.upperBound), found \(steps.prefix(5))")
    }
    return Adam.State(
      step: Int(steps[0]), firstMoments: Array(tensors[..<count]),
      secondMoments: Array(tensors[count...]))
  }

  /// The moving averages of a training; the weights, where it had none yet.
  func readAverage(_ average: MovingAverage) throws -> [Tensor] {
    let name = "/average.safetensors"
    let file =
      FileManager.default.fileExists(atPath: path + name) ? name : "/weights.safetensors"
    return try read(
      SafetensorsFile(contentsOf: path + file),
      expecting: average.parameters.map { ($0.path, $0.parameter.shape) })
  }

  /// Where the training was.
  public func state() throws -> TrainingState {
    let file = path + "/state.json"
    let document = try StrictJSON(checkpointFile: file)
    try document.requireKeys(
      among: TrainingState.CodingKeys.allCases.map(\.rawValue), file: file)
    do {
      let state = try JSONDecoder().decode(TrainingState.self, from: Data(document.text.utf8))
      if let problem = state.problem {
        throw TrainingError.checkpoint(path: file, problem: problem)
      }
      return state
    } catch let error as DecodingError {
      throw TrainingError.checkpoint(path: file, problem: "not a training state: \(error.problem)")
    }
  }

  /// A further file.
  public func file(_ name: String) throws -> String {
    guard let text = String(data: try Data(contentsOfFile: path + "/" + name), encoding: .utf8)
    else {
      throw TrainingError.checkpoint(path: path + "/" + name, problem: "not UTF-8")
    }
    return text
  }

  /// The tensors of the given names and shapes, in that order, if the file has exactly these.
  func read(
    _ file: SafetensorsFile, expecting expected: [(String, Shape)], ignoring: Set<String> = []
  ) throws -> [Tensor] {
    func fail(_ problem: String) -> TrainingError {
      .checkpoint(path: file.path, problem: problem)
    }
    let present = Set(file.entries.map(\.name)).subtracting(ignoring)
    let names = Set(expected.map(\.0))
    func list(_ names: Set<String>) -> String {
      names.sorted().prefix(5).joined(separator: ", ") + (names.count > 5 ? ", …" : "")
    }
    let missing = names.subtracting(present)
    if !missing.isEmpty { throw fail("\(missing.count) parameters are missing: \(list(missing))") }
    let extra = present.subtracting(names)
    if !extra.isEmpty {
      throw fail("\(extra.count) parameters belong to no part of the model: \(list(extra))")
    }
    return try expected.map { name, shape in
      let tensor = try file.tensor(named: name)
      if tensor.shape != shape {
        throw fail("\(name): expected the shape \(shape), found \(tensor.shape)")
      }
      return tensor
    }
  }
}

extension Adam {
  /// Everything that an optimiser knows beside its constants.
  struct State {
    let step: Int
    let firstMoments: [Tensor]
    let secondMoments: [Tensor]
  }

  func take(_ state: State) {
    (step, firstMoments, secondMoments) = (state.step, state.firstMoments, state.secondMoments)
  }

  func exportState() -> [SafetensorsFile.NamedValues] {
    zip(parameters, firstMoments).map { .init("first." + $0.path, $1) }
      + zip(parameters, secondMoments).map { .init("second." + $0.path, $1) }
      + [.init("step", integers: [Int64(step)])]
  }
}

extension DecodingError {
  /// The key and what is wrong with it, for a person.
  fileprivate var problem: String {
    func place(_ path: [any CodingKey]) -> String { path.map(\.stringValue).joined(separator: ".") }
    return switch self {
    case .keyNotFound(let key, let context): "\(place(context.codingPath + [key])) is missing"
    case .typeMismatch(let type, let context), .valueNotFound(let type, let context):
      "\(place(context.codingPath)): expected a value of the type \(type)"
    case .dataCorrupted(let context):
      "\(place(context.codingPath)): \(context.debugDescription)"
    @unknown default: "\(self)"
    }
  }
}

extension StrictJSON {
  /// The contents of a file of a checkpoint, with an error that names it.
  init(checkpointFile path: String) throws {
    do {
      try self.init(parsing: Data(contentsOfFile: path))
    } catch let error as StrictJSONError {
      throw TrainingError.checkpoint(path: path, problem: "\(error)")
    }
  }

  /// Makes sure that this is an object without keys that nobody would read.
  fileprivate func requireKeys(among known: [String], file: String) throws {
    guard case .object(let members) = self else {
      throw TrainingError.checkpoint(path: file, problem: "expected an object, found \(kind)")
    }
    for member in members where !known.contains(member.key) {
      throw TrainingError.checkpoint(
        path: file,
        problem: "unknown key \"\(member.key)\"; known: \(known.joined(separator: ", "))")
    }
  }
}

extension Data {
  /// The bytes of a file, with a typed error.
  init(contentsOfFile path: String) throws {
    do throws(FileError) {
      self.init(try AtomicFile.contents(of: path))
    } catch {
      throw TrainingError.checkpoint(path: path, problem: "cannot be read: \(error.reason)")
    }
  }
}
