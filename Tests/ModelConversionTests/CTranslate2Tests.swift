import AttentionKit
import Foundation
import TestSupport
import Testing

@Suite struct CTranslate2Tests {
  private struct Row: Decodable {
    let source: [String]
    let greedy: [String]
    let greedy_score: Float
    let beams: [[String]]
    let scores: [Float]
  }

  private let folder = fixtureFolder("ctranslate2")

  private func load(_ name: String) throws -> ForeignTransformer {
    try CTranslate2.load(folder: "\(folder)/\(name)")
  }

  private func ids(_ tokens: [String], _ vocabulary: ForeignVocabulary) throws -> [Int] {
    try tokens.map { try #require(vocabulary.tokens.firstIndex(of: $0)) }
  }

  @Test func outputsAreCTranslate2s() throws {
    let foreign = try load("float")
    #expect(foreign.model.configuration.tying == .all)
    #expect(
      foreign.model.configuration.sinusoids == SinusoidConfiguration(arrangement: .sinesFirst))
    let rows = try expectedValues(folder + "/expected.json", as: [Row].self)
    let sources = try rows.map { try ids($0.source, foreign.source) + [foreign.source.end!] }
    let greedy = try foreign.greedy(sources, maximumLength: 12)
    let beams = try foreign.beams(sources, maximumLength: 12)
    for (row, (greedy, beams)) in zip(rows, zip(greedy, beams)) {
      #expect(greedy.tokens == (try ids(row.greedy, foreign.target)))
      let score = greedy.score / Float(greedy.logProbabilities.count)
      #expect(abs(score - row.greedy_score) < 1e-5)
      #expect(beams[0].tokens == (try ids(row.beams[0], foreign.target)))
      // It stops at the fourth hypothesis that ends, so the later ones can be worse than ours.
      for (hypothesis, score) in zip(beams, row.scores) {
        #expect(hypothesis.normalizedScore > score - 1e-5)
      }
      #expect(abs(beams[0].normalizedScore - row.scores[0]) < 1e-5)
    }
  }

  @Test func bytesBecomeFloatsByTheirScales() throws {
    let (float, bytes) = (try load("float").model, try load("int8").model)
    for (a, b) in zip(float.parameters, bytes.parameters) {
      // Each row is rounded to 127 steps of its largest element.
      let largest = a.parameter.value.scalars.map(abs).max() ?? 0
      expectClose(
        b.parameter.value, a.parameter.value, absolute: Double(largest) / 127 / 2 + 1e-6,
        relative: 0, a.path)
      #expect(a.parameter.shape.rank < 2 || a.parameter.value.scalars != b.parameter.value.scalars)
    }
  }

  /// Through our file and back, of every kind of model that CTranslate2 has.
  @Test(arguments: ["post", "pre", "final norms", "tied", "learned", "unscaled"])
  func whatIsSavedIsTheSameModel(kind: String) throws {
    var configuration = TransformerConfiguration(
      sourceVocabularySize: 7, targetVocabularySize: kind == "tied" ? 7 : 9)
    configuration.resize(modelDimension: 12, feedForwardDimension: 10, headCount: 3)
    configuration.encoderLayerCount = 2
    configuration.decoderLayerCount = 1
    configuration.maximumLength = 20
    configuration.normEpsilon = 1e-5
    switch kind {
    case "pre": configuration.normPlacement = .pre
    case "final norms": configuration.finalNorm = .always
    case "tied": configuration.tying = .all
    case "learned": configuration.positions = .learned
    case "unscaled":
      configuration.scalesEmbeddings = false
      configuration.hasOutputBias = true
      configuration.activation = .geluTanh
      configuration.hasAttentionBiases = false
      configuration.sinusoids = SinusoidConfiguration(
        arrangement: .sinesFirst, waveLengths: .inclusive, firstPosition: 1)
    default: break
    }
    let model = try Transformer(configuration, seed: 5)
    func vocabulary(_ count: Int) -> ForeignVocabulary {
      ForeignVocabulary(Vocabulary((4..<count).map { "w\($0)" }))
    }
    let foreign = ForeignTransformer(
      model: model, source: vocabulary(configuration.sourceVocabularySize),
      target: vocabulary(configuration.targetVocabularySize), appendsSourceEnd: true)
    let temporary = try TemporaryFolder()
    let path = temporary.path + "/model"
    try CTranslate2.save(foreign, folder: path)
    let again = try CTranslate2.load(folder: path)
    #expect(again.model.configuration.withoutDropout == configuration.withoutDropout)
    #expect(again.target == foreign.target)
    #expect(again.source == foreign.source)
    #expect(again.appendsSourceEnd)
    for (a, b) in zip(model.parameters, again.model.parameters) {
      #expect(a.path == b.path)
      expectSameBits(b.parameter.value, a.parameter.value, a.path)
    }
  }

  /// Where CTranslate2's own test model is, which others trained: set ATTENTION_CTRANSLATE2 to its folder.
  private static let given: String? = {
    let shared = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("../../../shared/models/aren-transliteration").standardized.path
    let folder = ProcessInfo.processInfo.environment["ATTENTION_CTRANSLATE2"] ?? shared
    return FileManager.default.fileExists(atPath: folder + "/golden.json") ? folder : nil
  }()

  private struct Golden: Decodable {
    struct Beam: Decodable {
      let h: [String]
      let s: Float
    }
    let src: [String]
    let greedy: [String]
    let greedy_score: Float
    let token_logprobs: [Float]
    let beam4: [Beam]
  }

  @Test(.enabled(if: given != nil, "no trained model in ATTENTION_CTRANSLATE2"))
  func aTrainedModelGivesItsGoldenOutputs() throws {
    let folder = try #require(Self.given)
    let foreign = try CTranslate2.load(folder: folder)
    let rows = try expectedValues(folder + "/golden.json", as: [Golden].self)
    let sources = try rows.map { try ids($0.src, foreign.source) }
    let greedy = try foreign.greedy(sources, maximumLength: 256)
    let beams = try foreign.beams(
      sources, maximumLength: 256, minimumLength: 1, stopping: .enoughEnded)
    var worst: Float = 0
    for ((row, source), (greedy, beams)) in zip(zip(rows, sources), zip(greedy, beams)) {
      #expect(greedy.tokens == (try ids(row.greedy, foreign.target)))
      // Their beams allow no output without a token: at the first step the end token is taken out before the softmax.
      let scorer = SequenceScorer(
        start: foreign.target.start!, end: foreign.target.end!, lengthPenalty: .average)
      let nothing = try scorer.score([[]], given: [source], with: foreign.model)[0].score
      let first = -log1p(-exp(nothing))
      func score(_ hypothesis: Hypothesis) -> Float {
        hypothesis.normalizedScore + first / Float(hypothesis.logProbabilities.count)
      }
      #expect(greedy.logProbabilities.count == row.token_logprobs.count)
      for (a, b) in zip(greedy.logProbabilities, row.token_logprobs) {
        worst = max(worst, abs(a - b))
      }
      let theirs = try row.beam4.map { try ids($0.h, foreign.target) }
      #expect(beams.map(\.tokens) == theirs, "\(row.src)")
      for (a, b) in zip(beams, row.beam4) { worst = max(worst, abs(score(a) - b.s)) }
      // Whatever search finds, the model gives each of their hypotheses their score.
      let scored = try scorer.score(theirs, given: theirs.map { _ in source }, with: foreign.model)
      for (a, b) in zip(scored, row.beam4) { worst = max(worst, abs(score(a) - b.s)) }
    }
    #expect(worst < 1e-5)
  }

  /// Files of the first versions leave the unknown token out.
  @Test func theUnknownTokenStandsBehindAVocabularyWithoutIt() throws {
    let temporary = try TemporaryFolder()
    let path = temporary.path + "/model"
    let vocabulary = ForeignVocabulary(
      tokens: ["<s>", "</s>", "a", "b", "<unk>"], unknown: 4, start: 0, end: 1)
    var configuration = TransformerConfiguration.tiny(vocabularySize: 5)
    configuration.resize(modelDimension: 4, feedForwardDimension: 4, headCount: 1)
    let foreign = ForeignTransformer(
      model: try Transformer(configuration), source: vocabulary, target: vocabulary,
      appendsSourceEnd: false)
    try CTranslate2.save(foreign, folder: path)
    try FileManager.default.removeItem(atPath: path + "/shared_vocabulary.json")
    for name in ["source", "target"] {
      try Data("<s>\n</s>\na\nb\n".utf8).write(
        to: URL(fileURLWithPath: path + "/\(name)_vocabulary.txt"))
    }
    #expect(try CTranslate2.load(folder: path).target == vocabulary)
  }

  @Test func aFolderWithoutVocabularySaysWhichFilesAreMissing() throws {
    let temporary = try TemporaryFolder()
    try FileManager.default.copyItem(
      atPath: folder + "/float/model.bin", toPath: temporary.path + "/model.bin")
    let error = #expect(throws: ConversionError.self) {
      try CTranslate2.load(folder: temporary.path)
    }
    #expect(error?.key == "source vocabulary")
  }
}

extension TransformerConfiguration {
  /// CTranslate2 knows nothing of training.
  fileprivate var withoutDropout: TransformerConfiguration {
    var copy = self
    copy.dropoutRate = 0
    copy.attentionDropoutRate = 0
    copy.activationDropoutRate = 0
    copy.initialization = .xavier
    return copy
  }
}
