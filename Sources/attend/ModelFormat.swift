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
  /// A BERT of the transformers library or of sentence-transformers.
  case bert

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
    } else if Self.isBERT(folder) {
      self = .bert
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
  func load(_ folder: String) throws -> ConvertedModel {
    switch self {
    case .attend:
      let checkpoint = try Checkpoint(contentsOf: TrainedModel.checkpointPath(folder))
      return try SentenceEncoder.isIn(checkpoint)
        ? .encoder(SentenceEncoder(checkpoint)) : .transformer(TrainedModel(folder).foreign())
    case .pytorch: return .transformer(try PyTorchFolder.load(folder: folder))
    case .marian: return .transformer(try Marian.load(folder: folder))
    case .ctranslate2: return .transformer(try CTranslate2.load(folder: folder))
    case .bert: return .encoder(try SentenceEncoder(huggingFaceFolder: folder))
    }
  }

  /// Writes a model with its vocabularies.
  ///
  /// - Parameter tokenizer: what a checkpoint of this tool is to cut text by; nil: tokens between spaces, or what is
  ///   found beside the model.
  func save(
    _ model: ConvertedModel, to folder: String, from input: String,
    tokenizer: DataConfiguration.TokenizerKind?
  ) throws {
    switch (self, model) {
    case (.attend, .transformer(let model)):
      try model.writeCheckpoint(
        to: folder, from: input, tokenizers: ConvertedTokenizers(tokenizer, of: input))
    case (.pytorch, .transformer(let model)): try PyTorchFolder.save(model, folder: folder)
    case (.marian, .transformer(let model)): try Marian.save(model, folder: folder)
    case (.ctranslate2, .transformer(let model)): try CTranslate2.save(model, folder: folder)
    case (.attend, .encoder(let encoder)): try encoder.writeCheckpoint(to: folder)
    case (.bert, .encoder(let encoder)): try encoder.writeHuggingFaceFolder(to: folder)
    case (.bert, .transformer):
      throw ConversionError(
        file: input, key: "the model", expected: "a BERT", found: "a Transformer with a decoder")
    case (_, .encoder):
      throw ConversionError(
        file: input, key: "the model",
        expected: "a Transformer with a decoder, which is what "
          + "\(rawValue) holds", found: "a BERT, for --to bert or --to attend")
    }
  }
}

/// What `attend convert` takes from one format to another.
enum ConvertedModel {
  case transformer(ForeignTransformer)
  case encoder(SentenceEncoder)

  var model: any Layer {
    switch self {
    case .transformer(let foreign): foreign.model
    case .encoder(let encoder): encoder.model
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
