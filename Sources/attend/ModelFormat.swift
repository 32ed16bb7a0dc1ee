import AttentionKit
import Foundation

/// The formats that `attend convert` reads and writes.
enum ModelFormat: String, CaseIterable {
  /// A checkpoint or run of this tool.
  case attend
  /// Weights under the names of PyTorch's modules.
  case pytorch
  /// Hugging Face's Marian.
  case marian
  case ctranslate2

  /// The format of a folder by the files in it; nil: none of these.
  init?(of folder: String) {
    func has(_ file: String) -> Bool {
      FileManager.default.fileExists(atPath: folder + "/" + file)
    }
    if (try? TrainedModel.checkpointPath(folder)) != nil {
      self = .attend
    } else if has("model.bin") {
      self = .ctranslate2
    } else if has("model.safetensors") && has("configuration.json") {
      self = .pytorch
    } else if has("model.safetensors") && has("config.json") {
      self = .marian
    } else {
      return nil
    }
  }

  /// Whether a folder has a BERT of the transformers library.
  static func isBERT(_ folder: String) -> Bool {
    guard let data = FileManager.default.contents(atPath: folder + "/config.json") else {
      return false
    }
    return (try? StrictJSON(parsing: data))?["model_type"] == .string("bert")
  }

  /// Reads a model with its vocabularies.
  func load(_ folder: String) throws -> ForeignTransformer {
    switch self {
    case .attend: try TrainedModel(folder).foreign()
    case .pytorch: try PyTorchFolder.load(folder: folder)
    case .marian: try Marian.load(folder: folder)
    case .ctranslate2: try CTranslate2.load(folder: folder)
    }
  }

  /// Writes a model with its vocabularies.
  ///
  /// - Parameter tokenizers: what a checkpoint of this tool is to cut text by.
  func save(
    _ model: ForeignTransformer, to folder: String, from input: String,
    tokenizers: ConvertedTokenizers
  ) throws {
    switch self {
    case .attend:
      try model.writeCheckpoint(to: folder, from: input, tokenizers: tokenizers)
    case .pytorch: try PyTorchFolder.save(model, folder: folder)
    case .marian: try Marian.save(model, folder: folder)
    case .ctranslate2: try CTranslate2.save(model, folder: folder)
    }
  }
}

extension TrainedModel {
  /// The model with its vocabularies, as other formats take them.
  fileprivate func foreign() throws -> ForeignTransformer {
    guard let model = model as? Transformer else {
      throw ConversionError(
        file: checkpoint.path, key: "architecture", expected: "transformer",
        found: configuration.architecture.rawValue)
    }
    return ForeignTransformer(
      model: model, source: ForeignVocabulary(codec.sourceVocabulary),
      target: ForeignVocabulary(codec.targetVocabulary),
      appendsSourceEnd: configuration.data.appendsSourceEnd)
  }
}

extension ForeignTransformer {
  /// A checkpoint for use: of vocabularies with our special tokens first.
  fileprivate func writeCheckpoint(
    to path: String, from input: String, tokenizers: ConvertedTokenizers
  ) throws {
    let own = try withOwnVocabularies(path: input)
    var configuration = RunConfiguration()
    configuration.data.sourceTokenizer = tokenizers.kind
    configuration.data.targetTokenizer = tokenizers.kind
    configuration.data.sharesVocabulary = own.source == own.target
    configuration.data.appendsSourceEnd = appendsSourceEnd
    configuration.model = ModelConfiguration(own.model.configuration)
    try Checkpoint.write(
      to: path, model: own.model, configuration: configuration.json(),
      files: tokenizers.files.merging([
        Codec.sourceFile: Data(own.source.fileContents.utf8),
        Codec.targetFile: Data(own.target.fileContents.utf8),
      ]) { $1 })
  }
}
