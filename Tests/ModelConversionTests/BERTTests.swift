import AttentionKit
import Foundation
import TestSupport
import Testing

/// A BERT that the transformers library saved; Tests/Fixtures/make_bert.py made it.
@Suite struct BERTTests {
  private static let folder = fixtureFolder("bert")

  /// A copy of the folder's files, one of them changed.
  private func changed(_ name: String, _ change: (String) -> String) throws -> TemporaryFolder {
    let copy = try TemporaryFolder()
    for file in ["config.json", "model.safetensors", "vocab.txt"] {
      let bytes = try contents(of: Self.folder + "/" + file)
      if file == name {
        _ = try copy.file(file, change(String(decoding: bytes, as: UTF8.self)))
      } else {
        _ = try copy.file(file, bytes: bytes)
      }
    }
    return copy
  }

  /// A copy of the folder with other tensors.
  private func withTensors(
    _ change: ([(name: String, tensor: Tensor)]) -> [(name: String, tensor: Tensor)]
  ) throws -> TemporaryFolder {
    let copy = try changed("") { $0 }
    let file = try SafetensorsFile(contentsOf: Self.folder + "/model.safetensors")
    let tensors = change(try file.tensorNames.map { ($0, try file.tensor(named: $0)) })
    try SafetensorsFile.write(
      tensors.map { .init($0.name, $0.tensor) }, to: copy.path + "/model.safetensors")
    return copy
  }

  private func expectSameParameters(_ found: BERT, _ expected: BERT) {
    #expect(found.configuration == expected.configuration)
    #expect(found.parameters.map(\.path) == expected.parameters.map(\.path))
    for (a, b) in zip(found.parameters, expected.parameters) {
      expectSameBits(a.parameter.value, b.parameter.value, a.path)
    }
  }

  @Test func parametersAreWhereTheFixtureHasThem() throws {
    let model = try BERT(huggingFaceFolder: Self.folder)
    let fixture = try Fixture("bert")
    #expect(model.parameters.map(\.path).sorted() == fixture.names(after: "parameter."))
    for item in model.parameters {
      expectSameBits(
        item.parameter.value, try fixture.tensor("parameter.\(item.path)"), item.path)
    }
    #expect(model.configuration.normEpsilon == 1e-12)
    #expect(model.configuration.headCount == 3)
    #expect(model.configuration.activation == .geluExact)
    #expect(model.configuration.dropoutRate == 0.1)
  }

  private struct Sentences: Decodable {
    let texts: [String]
    let tokens: [[Int]]
    let mean: [[Double]]
    let first: [[Double]]
  }

  @Test(arguments: [1, 3, 32])
  func textsGetTheLibrarysEmbeddings(batchSize: Int) throws {
    let expected = try JSONDecoder().decode(
      Sentences.self, from: Data(try contents(of: Self.folder + "/sentences.json")))
    let encoder = try SentenceEncoder(huggingFaceFolder: Self.folder)
    #expect(encoder.maximumLength == 19)
    #expect(expected.texts.map(encoder.numbers) == expected.tokens)
    expectClose(
      try encoder.embeddings(of: expected.texts, batchSize: batchSize),
      expected.mean.flatMap { $0 }, absolute: 2e-6, relative: 0, "mean")
    let first = try SentenceEncoder(
      tokenizer: encoder.tokenizer, model: encoder.model, pooling: .firstToken, normalizes: false)
    expectClose(
      try first.embeddings(of: expected.texts, batchSize: batchSize),
      expected.first.flatMap { $0 }, absolute: 4e-6, relative: 0, "first")
    #expect(try encoder.embeddings(of: []).shape == [0, 15])
  }

  @Test func whatIsWrittenIsReadAgain() throws {
    let model = try BERT(huggingFaceFolder: Self.folder)
    let copy = try TemporaryFolder()
    let path = copy.path + "/again"
    try model.writeHuggingFaceFolder(to: path)
    expectSameParameters(try BERT(huggingFaceFolder: path), model)
    let (old, new) = (
      try SafetensorsFile(contentsOf: Self.folder + "/model.safetensors"),
      try SafetensorsFile(contentsOf: path + "/model.safetensors")
    )
    #expect(Set(old.tensorNames) == Set(new.tensorNames))
    #expect(new.metadata == ["format": "pt"])
    for entry in old.entries {
      let other = try #require(new.entry(named: entry.name))
      #expect(other.dimensions == entry.dimensions)
      let same = old.withUnsafeBytes(of: entry) { a in
        new.withUnsafeBytes(of: other) { Array($0) == Array(a) }
      }
      #expect(same, "\(entry.name)")
    }
    // Every setting that the library's own file has and that matters here.
    #expect(
      try BERTConfiguration(huggingFaceFile: path + "/config.json")
        == BERTConfiguration(huggingFaceFile: Self.folder + "/config.json"))
  }

  @Test func namesMayHaveAPrefixOldNamesAndAHead() throws {
    let expected = try BERT(huggingFaceFolder: Self.folder)
    let prefixed = try withTensors { tensors in
      tensors.map { ("bert." + $0.name, $0.tensor) } + [("cls.predictions.bias", .zeros([34]))]
    }
    expectSameParameters(try BERT(huggingFaceFolder: prefixed.path), expected)
    let old = try withTensors { tensors in
      tensors.map { name, tensor in
        let name = name.replacingOccurrences(of: "LayerNorm.weight", with: "LayerNorm.gamma")
          .replacingOccurrences(of: "LayerNorm.bias", with: "LayerNorm.beta")
        return (name, tensor)
      } + [("embeddings.position_ids", Tensor((0..<19).map(Float.init)))]
    }
    expectSameParameters(try BERT(huggingFaceFolder: old.path), expected)
    let bare = try withTensors { $0.filter { !$0.name.hasPrefix("pooler") } }
    let model = try BERT(huggingFaceFolder: bare.path)
    #expect(model.pooler == nil)
    #expect(model.parameterCount == expected.parameterCount - 15 * 15 - 15)
  }

  @Test func otherTensorsAreRefused() throws {
    func problem(
      _ change: ([(name: String, tensor: Tensor)]) -> [(name: String, tensor: Tensor)]
    ) throws -> ParameterFileError.Problem {
      let folder = try withTensors(change)
      let error = try #require(throws: ParameterFileError.self) {
        try BERT(huggingFaceFolder: folder.path)
      }
      #expect(error.file == folder.path + "/model.safetensors")
      return error.problem
    }
    for name in [
      "encoder.layer.1.attention.self.key.bias", "embeddings.word_embeddings.weight",
      "embeddings.LayerNorm.weight", "pooler.dense.bias",
    ] {
      #expect(try problem { $0.filter { $0.name != name } } == .missing([name]))
      let found = try problem { tensors in
        tensors.map { $0.name == name ? (name, .zeros([2, 3])) : $0 }
      }
      guard case .shape(name, _, [2, 3]) = found else {
        Issue.record("\(name): \(found)")
        continue
      }
    }
    #expect(
      try problem { $0 + [("classifier.weight", .zeros([2]))] } == .leftOver(["classifier.weight"]))
    #expect(
      try problem { tensors in
        tensors.map { ("bert." + $0.name, $0.tensor) } + [("bert.more", .zeros([1]))]
      } == .leftOver(["bert.more"]))
  }

  @Test(
    arguments: [
      ("\"model_type\": \"bert\"", "\"model_type\": \"roberta\"", "model_type", "\"roberta\""),
      (
        "\"is_decoder\"", "\"position_embedding_type\": \"relative_key\", \"is_decoder\"",
        "position_embedding_type", "\"relative_key\""
      ),
      ("\"is_decoder\": false", "\"is_decoder\": true", "is_decoder", "true"),
      ("\"hidden_act\": \"gelu\"", "\"hidden_act\": \"mish\"", "hidden_act", "\"mish\""),
      ("\"hidden_size\": 15", "\"hidden_size\": \"15\"", "hidden_size", "\"15\""),
      ("\"hidden_size\": 15", "\"hidden_size\": 15.5", "hidden_size", "15.5"),
      ("\"num_attention_heads\": 3", "\"num_attention_heads\": 4", "num_attention_heads", "4"),
      ("\"num_hidden_layers\": 2,", "", "num_hidden_layers", "nothing"),
      ("\"layer_norm_eps\": 1e-12", "\"layer_norm_eps\": 0", "layer_norm_eps", "0.0"),
      (
        "\"hidden_dropout_prob\": 0.1", "\"hidden_dropout_prob\": 1.5", "hidden_dropout_prob", "1.5"
      ),
      ("\"vocab_size\": 34", "\"vocab_size\": 99999999999", "vocab_size", "99999999999"),
    ])
  func otherConfigurationsAreRefused(
    _ old: String, _ new: String, _ key: String, _ found: String
  ) throws {
    let folder = try changed("config.json") { text in
      #expect(text.contains(old))
      return text.replacingOccurrences(of: old, with: new)
    }
    let error = try #require(throws: ConversionError.self) {
      try BERT(huggingFaceFolder: folder.path)
    }
    #expect(error.file == folder.path + "/config.json")
    #expect(error.key == key)
    #expect(error.found == found)
    #expect(error.description.contains("expected \(error.expected), found \(found)"))
  }

  @Test func aSmallFileCannotAskForALargeModel() throws {
    for (old, new) in [
      ("\"num_hidden_layers\": 2", "\"num_hidden_layers\": 16000000"),
      ("\"intermediate_size\": 23", "\"intermediate_size\": 16000000"),
      ("\"vocab_size\": 34", "\"vocab_size\": 16000000"),
    ] {
      let folder = try changed("config.json") { $0.replacingOccurrences(of: old, with: new) }
      #expect(throws: ParameterFileError.self) { try BERT(huggingFaceFolder: folder.path) }
    }
  }

  @Test func filesThatAreNotThereAreNamed() throws {
    let empty = try TemporaryFolder()
    let none = #expect(throws: FileError.self) { try BERT(huggingFaceFolder: empty.path) }
    #expect(none?.path == empty.path + "/config.json")
    let broken = try changed("config.json") { "[" + $0 + "]" }
    let error = #expect(throws: ConversionError.self) {
      try BERT(huggingFaceFolder: broken.path)
    }
    #expect(error?.expected == "an object")
    let noJSON = try changed("config.json") { _ in "{" }
    #expect(throws: ConversionError.self) { try BERT(huggingFaceFolder: noJSON.path) }
    let copy = try changed("") { $0 }
    try FileManager.default.removeItem(atPath: copy.path + "/model.safetensors")
    #expect(throws: FileError.self) { try BERT(huggingFaceFolder: copy.path) }
  }
}

/// A folder of Tests/Fixtures.
func fixtureFolder(_ name: String) -> String {
  URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .appendingPathComponent("Fixtures/\(name)").path
}
