import AttentionKit
import Foundation
import TestSupport
import Testing

@Suite struct CheckpointTests {
  private let configuration = StrictJSON.object([
    .init("name", .string("ä \"small\" one")), .init("size", .number(13)),
  ])

  private func optimizer(of model: some Layer, updates: Int) -> Adam {
    let optimizer = Adam(model.parameters)
    var generator = SeededGenerator(seed: 3)
    for _ in 0..<updates {
      let gradients = Gradients()
      for item in model.parameters {
        gradients[item.parameter] = .normal(item.parameter.shape, using: &generator)
      }
      _ = optimizer.update(gradients, learningRate: 0.1)
    }
    return optimizer
  }

  private var state: TrainingState {
    var state = TrainingState()
    state.step = 3
    state.epoch = 1
    state.batchIndex = 2
    state.bestScore = 0.1
    state.bestStep = 2
    state.elapsedSeconds = 1.0 / 3
    return state
  }

  @Test func keepsEverything() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/last"
    let model = try smallTransformer(seed: 1)
    let optimizer = optimizer(of: model, updates: 3)
    try Checkpoint.write(
      to: path, model: model, configuration: configuration, optimizer: optimizer, state: state,
      files: ["vocabulary.txt": Data("a\nß\n".utf8)])
    #expect(try folder.names() == ["last"])

    let checkpoint = try Checkpoint(contentsOf: path)
    #expect(checkpoint.path == path)
    #expect(checkpoint.configuration == configuration)
    #expect(try checkpoint.state() == state)
    #expect(try checkpoint.file("vocabulary.txt") == "a\nß\n")
    let copy = try smallTransformer(seed: 2)
    try checkpoint.loadWeights(into: copy)
    expectSameParameters(copy, model)
    let copied = Adam(copy.parameters)
    try checkpoint.loadOptimizer(into: copied)
    #expect(copied.step == 3)

    // Written again, every file has the same bytes.
    try Checkpoint.write(
      to: folder.path + "/again", model: copy, configuration: checkpoint.configuration,
      optimizer: copied, state: checkpoint.state(),
      files: ["vocabulary.txt": Data(checkpoint.file("vocabulary.txt").utf8)])
    let names = [
      "configuration.json", "optimizer.safetensors", "state.json", "vocabulary.txt",
      "weights.safetensors",
    ]
    for name in names {
      #expect(
        try contents(of: path + "/" + name) == contents(of: folder.path + "/again/" + name),
        "\(name)")
    }
    #expect(try FileManager.default.contentsOfDirectory(atPath: path).sorted() == names)
  }

  /// Source embedding, target embedding and output projection are one matrix in the file, and again in memory.
  @Test func tiedWeightsAreSavedOnce() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/best"
    let model = try smallTransformer(seed: 1)
    try Checkpoint.write(to: path, model: model, configuration: .null)
    let names = try SafetensorsFile(contentsOf: path + "/weights.safetensors").entries.map(\.name)
    #expect(names.sorted() == model.parameters.map(\.path).sorted())
    #expect(model.parameterPaths.count == names.count + 2)
    let copy = try smallTransformer(seed: 2)
    try Checkpoint(contentsOf: path).loadWeights(into: copy)
    for (a, b) in zip(copy.parameterPaths, model.parameterPaths) {
      expectSameBits(a.parameter.value, b.parameter.value, a.path)
    }
  }

  @Test func withoutTrainingItIsOnlyForUse() throws {
    let folder = try TemporaryFolder()
    let model = UnigramModel([1, 2, 3])
    try Checkpoint.write(to: folder.path + "/best", model: model, configuration: .null)
    let checkpoint = try Checkpoint(contentsOf: folder.path + "/best")
    #expect(throws: TrainingError.self) { try checkpoint.state() }
    #expect(throws: (any Error).self) { try checkpoint.loadOptimizer(into: Adam(model.parameters)) }
    #expect(throws: TrainingError.self) { try checkpoint.file("vocabulary.txt") }
  }

  private struct Pair: Layer {
    let children: [LayerChild]
    init(_ shapes: KeyValuePairs<String, Shape>) {
      children = shapes.map { .parameter($0.key, Parameter(.ones($0.value))) }
    }
  }

  /// What does not fit is named, with what was expected and found, and the model stays as it was.
  @Test(arguments: [
    ("missing", ["1 parameters are missing", "b"]),
    ("extra", ["1 parameters belong to no part", "c"]),
    ("shape", ["b: expected the shape [2, 3], found [3, 2]"]),
  ])
  func parametersThatDoNotFit(_ kind: String, _ words: [String]) throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/last"
    let written =
      switch kind {
      case "missing": Pair(["a": [5]])
      case "extra": Pair(["a": [5], "b": [2, 3], "c": []])
      default: Pair(["a": [5], "b": [3, 2]])
      }
    try Checkpoint.write(
      to: path, model: written, configuration: .null, optimizer: Adam(written.parameters))
    let checkpoint = try Checkpoint(contentsOf: path)
    let model = Pair(["a": [5], "b": [2, 3]])
    for item in model.parameters { item.parameter.value = .zeros(item.parameter.shape) }
    let error = try #require(throws: TrainingError.self) { try checkpoint.loadWeights(into: model) }
    for word in words + [path + "/weights.safetensors"] {
      #expect("\(error)".contains(word), "\(error)")
    }
    for item in model.parameters {
      expectSameBits(item.parameter.value, .zeros(item.parameter.shape), item.path)
    }
    let optimizer = Adam(model.parameters)
    let other = try #require(throws: TrainingError.self) {
      try checkpoint.loadOptimizer(into: optimizer)
    }
    #expect("\(other)".contains(path + "/optimizer.safetensors"), "\(other)")
  }

  /// Wherever a file ends, a trainer that goes on from the checkpoint says so in an error of the library's, and is as
  /// it was: no parameter, moment or average is set.
  @Test(arguments: [
    "configuration.json", "weights.safetensors", "optimizer.safetensors", "average.safetensors",
    "state.json",
  ])
  func everyTruncationIsAnError(_ name: String) throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/last"
    func trainer() throws -> Trainer<UnigramModel, ShuffledBatches> {
      try Trainer(
        model: UnigramModel([Float](repeating: 0, count: 13)), modelDimension: 1,
        configuration: quickConfiguration(steps: 2) { $0.averageDecay = 0.9 },
        source: ShuffledBatches())
    }
    func write(_ trainer: Trainer<UnigramModel, ShuffledBatches>, to path: String) throws {
      try Checkpoint.write(
        to: path, model: trainer.model, configuration: configuration,
        optimizer: trainer.optimizer, average: trainer.average, state: trainer.state)
    }
    let first = try trainer()
    _ = try first.run()
    try write(first, to: path)
    let contents = try contents(of: path + "/" + name)
    let second = try trainer()
    // JSON is complete without the line break at its end.
    let end = contents.last == UInt8(ascii: "\n") ? contents.count - 1 : contents.count
    #expect(end > 20)
    for length in 0..<end {
      try Data(contents[..<length]).write(to: URL(fileURLWithPath: path + "/" + name))
      let comment = "\(name) cut to \(length) bytes"
      let error = try #require(throws: (any Error).self, "\(comment)") {
        try second.resume(from: Checkpoint(contentsOf: path))
      }
      #expect(error is TrainingError || error is SafetensorsError, "\(comment): \(error)")
      #expect("\(error)".contains(path + "/" + name), "\(comment): \(error)")
    }
    // Moments and averages too: what it would write is what another new trainer would.
    try write(second, to: folder.path + "/second")
    try write(try trainer(), to: folder.path + "/new")
    for name in try FileManager.default.contentsOfDirectory(atPath: path) {
      #expect(
        try TestSupport.contents(of: folder.path + "/second/" + name)
          == TestSupport.contents(of: folder.path + "/new/" + name), "\(name)")
    }
    try Data(contents).write(to: URL(fileURLWithPath: path + "/" + name))
    try second.resume(from: Checkpoint(contentsOf: path))
    expectSameParameters(second.model, first.model)
    #expect(second.state == first.state)
  }

  @Test(arguments: [
    (#"{"formatVersion":2,"configuration":{}}"#, "found 2"),
    (#"{"formatVersion":0,"configuration":{}}"#, "found 0"),
    (#"{"formatVersion":-1,"configuration":{}}"#, "found -1"),
    (#"{"formatVersion":"1","configuration":{}}"#, "expected the keys"),
    (#"{"formatVersion":1}"#, "expected the keys"),
    (#"{"configuration":{}}"#, "expected the keys"),
    ("[]", "expected the keys"),
    (#"{"formatVersion":1,"configuration":{},"colour":2}"#, "\"colour\""),
    (#"{"formatVersion":1,"#, "line 1"),
  ])
  func configurationsThatCannotBeRead(_ text: String, _ problem: String) throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/last"
    try Checkpoint.write(to: path, model: UnigramModel([1]), configuration: .null)
    try text.write(toFile: path + "/configuration.json", atomically: false, encoding: .utf8)
    let error = try #require(throws: TrainingError.self) { try Checkpoint(contentsOf: path) }
    #expect("\(error)".contains(problem), "\(error)")
    #expect("\(error)".contains(path + "/configuration.json"), "\(error)")
  }

  @Test func textsThatAreNone() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/last"
    try Checkpoint.write(
      to: path, model: UnigramModel([1]), configuration: .null,
      files: ["vocabulary.txt": Data("a".utf8)])
    try Data([0x61, 0xFF]).write(to: URL(fileURLWithPath: path + "/vocabulary.txt"))
    let error = try #require(throws: TrainingError.self) {
      try Checkpoint(contentsOf: path).file("vocabulary.txt")
    }
    #expect("\(error)".contains("vocabulary.txt: not UTF-8"))
    #expect(throws: TrainingError.self) { try Checkpoint(contentsOf: folder.path + "/nothing") }
    // A folder, but not a checkpoint.
    #expect(throws: TrainingError.self) { try Checkpoint(contentsOf: folder.path) }
  }

  @Test(arguments: [
    (
      #"{"step":1,"epoch":0,"batchIndex":0,"bestStep":0,"elapsedSeconds":0,"speed":3}"#, "\"speed\""
    ),
    (#"{"step":1,"epoch":0,"batchIndex":0,"bestStep":0}"#, "elapsedSeconds"),
    (
      #"{"step":1.5,"epoch":0,"batchIndex":0,"bestStep":0,"elapsedSeconds":0}"#,
      "not a training state"
    ),
    ("[1]", "object"),
    (
      #"{"step":281474976710657,"epoch":0,"batchIndex":0,"bestStep":0,"elapsedSeconds":0}"#,
      "step: expected at least 0 and at most 281474976710656"
    ),
    (
      #"{"step":1,"epoch":9223372036854775807,"batchIndex":0,"bestStep":0,"elapsedSeconds":0}"#,
      "epoch: expected"
    ),
    (
      #"{"step":1,"epoch":0,"batchIndex":0,"bestStep":0,"elapsedSeconds":0,"rateReductions":9999999999}"#,
      "rateReductions: expected"
    ),
    (
      #"{"step":1,"epoch":0,"batchIndex":0,"bestStep":0,"elapsedSeconds":-1}"#,
      "elapsedSeconds: expected"
    ),
  ])
  func statesThatCannotBeRead(_ text: String, _ problem: String) throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/last"
    try Checkpoint.write(to: path, model: UnigramModel([1]), configuration: .null, state: state)
    try text.write(toFile: path + "/state.json", atomically: false, encoding: .utf8)
    let error = try #require(throws: TrainingError.self) {
      try Checkpoint(contentsOf: path).state()
    }
    #expect("\(error)".contains(path + "/state.json"), "\(error)")
    #expect("\(error)".contains(problem), "\(error)")
  }
}
