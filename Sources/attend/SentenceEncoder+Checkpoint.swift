import AttentionKit
import Foundation

/// What a checkpoint of ours says about a sentence encoder.
private struct EncoderConfiguration: Codable {
  enum Architecture: String, Codable { case bert }

  struct Words: Codable {
    var lowercases = true
    var stripsAccents = true
    var separatesChinese = true
  }

  var architecture = Architecture.bert
  var model = BERTConfiguration(vocabularySize: 0)
  var words = Words()
  var pooling = BERT.Pooling.mean
  var normalizes = true
  var maximumLength = 0
}

extension SentenceEncoder {
  private static let vocabularyFile = "vocab.txt"

  /// Whether a checkpoint has a sentence encoder in it.
  static func isIn(_ checkpoint: Checkpoint) -> Bool {
    checkpoint.configuration["architecture"]
      == .string(EncoderConfiguration.Architecture.bert.rawValue)
  }

  /// Reads a checkpoint of ours, or a folder of the transformers library.
  init(_ path: String) throws {
    if ModelFormat(of: path) == .attend {
      try self.init(Checkpoint(contentsOf: TrainedModel.checkpointPath(path)))
    } else {
      try self.init(huggingFaceFolder: path)
    }
  }

  /// Reads a checkpoint that ``writeCheckpoint(to:)`` wrote.
  init(_ checkpoint: Checkpoint) throws {
    let file = checkpoint.path + "/configuration.json"
    if !Self.isIn(checkpoint) {
      throw TrainingError.checkpoint(
        path: file, problem: "expected a BERT, found another model; attend inspect shows it")
    }
    var overlay = try ConfigurationOverlay(defaults: EncoderConfiguration())
    try overlay.apply(checkpoint.configuration, origin: file)
    let configuration = try overlay.value(as: EncoderConfiguration.self, origin: file)
    let model = configuration.model
    try model.validate()
    // A small file cannot ask for a large model.
    let width = Double(model.modelDimension)
    let least =
      width * Double(model.vocabularySize + model.maximumLength + model.segmentCount)
      + Double(model.layerCount) * width * (4 * width + 2 * Double(model.feedForwardDimension))
    let count = try checkpoint.weightCount()
    if least > Double(count) {
      throw TrainingError.checkpoint(
        path: file, problem: "expected a model of at most \(count) parameters, found a larger one")
    }
    let bert = try BERT(model, initialization: .zeros)
    try checkpoint.loadWeights(into: bert)
    let words = configuration.words
    try self.init(
      tokenizer: WordPieceTokenizer(
        WordPieceVocabulary(contentsOf: checkpoint.path + "/" + Self.vocabularyFile),
        words: BasicTokenizer(
          lowercases: words.lowercases, stripsAccents: words.stripsAccents,
          separatesChinese: words.separatesChinese)), model: bert,
      pooling: configuration.pooling, normalizes: configuration.normalizes,
      maximumLength: configuration.maximumLength)
  }

  /// Writes a checkpoint of ours.
  func writeCheckpoint(to path: String) throws {
    let words = tokenizer.words
    let configuration = EncoderConfiguration(
      model: model.configuration,
      words: .init(
        lowercases: words.lowercases, stripsAccents: words.stripsAccents,
        separatesChinese: words.separatesChinese), pooling: pooling, normalizes: normalizes,
      maximumLength: maximumLength)
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    try Checkpoint.write(
      to: path, model: model,
      configuration: StrictJSON(parsing: encoder.encode(configuration)),
      files: [Self.vocabularyFile: Data(tokenizer.vocabulary.fileContents.utf8)])
  }
}
