import AttentionKit
import Foundation
import TestSupport
import Testing

@Suite struct MarianTests {
  private struct Row: Decodable {
    let source: [Int]
    let greedy: [Int]
    let beams: [[Int]]
    let scores: [Float]
  }

  private let folder = fixtureFolder("marian")

  @Test func logitsAreThoseOfTheTransformersLibrary() throws {
    let foreign = try Marian.load(folder: folder)
    let expected = try Fixture("marian/expected")
    let (source, target) = (
      try expected.tokenBatch("source"), try expected.tokenBatch("target")
    )
    let logits = try foreign.model.logits(source, target, in: .inference()).value
    let reference = try expected.tensor("output.logits")
    for (row, length) in target.lengths.enumerated() {
      for position in 0..<length {
        let range = { (tensor: Tensor) in
          let width = tensor.shape.last
          let start = (row * target.maximumLength + position) * width
          return Tensor(Array(tensor.scalars[start..<start + width]), shape: [width])
        }
        expectClose(
          range(logits), range(reference), absolute: 1e-5, relative: 0, "row \(row), \(position)")
      }
    }
  }

  @Test func outputsAreThoseOfTheTransformersLibrary() throws {
    let foreign = try Marian.load(folder: folder)
    let rows = try expectedValues(folder + "/expected.json", as: [Row].self)
    let greedy = try foreign.greedy(rows.map(\.source), maximumLength: 12)
    let beams = try foreign.beams(rows.map(\.source), maximumLength: 12)
    for (row, (greedy, beams)) in zip(rows, zip(greedy, beams)) {
      #expect(greedy.tokens == row.greedy)
      #expect(beams.map(\.tokens) == row.beams)
      for (hypothesis, score) in zip(beams, row.scores) {
        #expect(abs(hypothesis.normalizedScore - score) < 1e-5)
      }
    }
  }

  @Test func whatIsSavedIsTheSameModel() throws {
    let temporary = try TemporaryFolder()
    let foreign = try Marian.load(folder: folder)
    let path = temporary.path + "/again"
    try Marian.save(foreign, folder: path)
    let (old, new) = (
      try SafetensorsFile(contentsOf: folder + "/model.safetensors"),
      try SafetensorsFile(contentsOf: path + "/model.safetensors")
    )
    #expect(Set(old.tensorNames) == Set(new.tensorNames))
    for name in old.tensorNames {
      expectSameBits(try new.tensor(named: name), try old.tensor(named: name), name)
    }
    let again = try Marian.load(folder: path)
    #expect(again.model.configuration == foreign.model.configuration)
    #expect(again.target == foreign.target)
  }

  /// Special tokens first, and start and padding, which are one token there, are two.
  @Test func ourVocabularyChangesNoOutput() throws {
    let foreign = try Marian.load(folder: folder)
    let rows = try expectedValues(folder + "/expected.json", as: [Row].self)
    let own = try foreign.withOwnVocabularies(path: folder)
    let sources = try rows.map { row in
      try row.source.map {
        try #require(own.source.id(of: foreign.source.tokens[$0]) ?? special($0))
      }
    }
    let outputs = try GreedyDecoder(
      start: own.target.startID, end: own.target.endID,
      constraints: DecodingConstraints(maximumLength: { _ in 12 })
    ).decode(sources, with: own.model)
    let reference = try foreign.greedy(rows.map(\.source), maximumLength: 12)
    for (output, row) in zip(outputs, reference) {
      #expect(output.tokens.map { own.target[$0] } == row.tokens.map { foreign.target.tokens[$0] })
      #expect(abs(output.score - row.score) < 1e-5)
    }
    func special(_ id: Int) -> Int? { id == foreign.source.end ? own.source.endID : nil }
  }

  @Test(arguments: [
    ("\"model_type\": \"marian\"", "\"model_type\": \"t5\"", "model_type"),
    ("\"d_model\": 16", "\"d_model\": \"16\"", "d_model"),
    (
      "\"activation_function\": \"swish\"", "\"activation_function\": \"mish\"",
      "activation_function"
    ),
    ("\"decoder_ffn_dim\": 24", "\"decoder_ffn_dim\": 32", "decoder_ffn_dim"),
    (
      "\"share_encoder_decoder_embeddings\": true", "\"share_encoder_decoder_embeddings\": false",
      "share_encoder_decoder_embeddings"
    ),
    ("\"pad_token_id\": 28", "\"pad_token_id\": 29", "pad_token_id"),
  ])
  func whatOursDoNotHaveIsNamed(old: String, new: String, key: String) throws {
    let temporary = try TemporaryFolder()
    let text = try String(contentsOfFile: folder + "/config.json", encoding: .utf8)
    #expect(text.contains(old))
    _ = try temporary.file("config.json", text.replacingOccurrences(of: old, with: new))
    try FileManager.default.copyItem(
      atPath: folder + "/model.safetensors", toPath: temporary.path + "/model.safetensors")
    let error = #expect(throws: ConversionError.self) { try Marian.load(folder: temporary.path) }
    #expect(error?.key == key)
  }

  @Test func aModelThatMarianDoesNotHaveIsNotWritten() throws {
    let temporary = try TemporaryFolder()
    let model = try Transformer(.tiny(vocabularySize: 8))
    let vocabulary = ForeignVocabulary(Vocabulary(["a", "b", "c", "d"]))
    let foreign = ForeignTransformer(
      model: model, source: vocabulary, target: vocabulary, appendsSourceEnd: false)
    let error = #expect(throws: ConversionError.self) {
      try Marian.save(foreign, folder: temporary.path + "/model")
    }
    #expect(error?.key == "normEpsilon")
    #expect(try temporary.names() == [])
  }
}
