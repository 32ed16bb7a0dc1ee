internal import Foundation
internal import ModelFiles
internal import SequenceModels
public import TextProcessing
internal import TransformerModels

extension SentenceEncoder {
  /// Reads a model of the transformers library or of sentence-transformers: `config.json`, `model.safetensors` and
  /// `vocab.txt` of a folder, and, where they are there, `tokenizer_config.json`, `sentence_bert_config.json` and the
  /// pooling that `modules.json` names. Without these it is the mean over all pieces, with length 1.
  ///
  /// - Throws: what `BERT(huggingFaceFolder:)` throws; ``ConversionError`` for settings that cannot be taken,
  ///   `TextFileError` for the vocabulary.
  public init(huggingFaceFolder folder: String) throws {
    let model = try BERT(huggingFaceFolder: folder)
    let modules = try SentenceModules(folder: folder)
    let length = try Self.optional("sentence_bert_config.json", in: folder).map {
      min(
        try $0.integer("max_seq_length", default: .max), model.configuration.maximumLength)
    }
    do {
      try self.init(
        tokenizer: WordPieceTokenizer(huggingFaceFolder: folder), model: model,
        pooling: modules.pooling, normalizes: modules.normalizes, maximumLength: length)
    } catch let error as ConfigurationError {
      let isLength = error.field == "maximumLength"
      throw ConversionError(
        file: folder + (isLength ? "/sentence_bert_config.json" : "/config.json"),
        key: isLength ? "max_seq_length" : "vocab_size", expected: error.expected,
        found: error.found)
    }
  }

  /// Writes a folder that the transformers library and sentence-transformers read: that of
  /// `BERT.writeHuggingFaceFolder(to:)` with `vocab.txt`, `tokenizer_config.json`, `sentence_bert_config.json` and the modules.
  /// A folder that is there is replaced as a whole, when the new one is complete.
  ///
  /// - Throws: `FileError`.
  public func writeHuggingFaceFolder(to path: String) throws {
    let words = tokenizer.words
    func type(_ name: String) -> StrictJSON.Member {
      .init("type", .string("sentence_transformers.models." + name))
    }
    var modules: [[StrictJSON.Member]] = [
      [.init("path", .string("")), type("Transformer")],
      [.init("path", .string("1_Pooling")), type("Pooling")],
    ]
    if normalizes { modules.append([.init("path", .string("2_Normalize")), type("Normalize")]) }
    for index in modules.indices {
      modules[index] += [.init("idx", .number(index)), .init("name", .string("\(index)"))]
    }
    let files: [(String, StrictJSON)] = [
      (
        "tokenizer_config.json",
        .object([
          .init("do_lower_case", .bool(words.lowercases)),
          .init("strip_accents", .bool(words.stripsAccents)),
          .init("tokenize_chinese_chars", .bool(words.separatesChinese)),
          .init("model_max_length", .number(maximumLength)),
          .init("tokenizer_class", .string("BertTokenizer")),
        ])
      ),
      ("sentence_bert_config.json", .object([.init("max_seq_length", .number(maximumLength))])),
      ("modules.json", .array(modules.map { .object($0) })),
      (
        "1_Pooling/config.json",
        .object([
          .init("word_embedding_dimension", .number(model.configuration.modelDimension)),
          .init("pooling_mode_cls_token", .bool(pooling == .firstToken)),
          .init("pooling_mode_mean_tokens", .bool(pooling == .mean)),
        ])
      ),
    ]
    try AtomicDirectory.write(to: path) { folder in
      try model.writeHuggingFaceFiles(into: folder)
      try tokenizer.vocabulary.write(to: folder + "/vocab.txt")
      for module in ["1_Pooling", "2_Normalize"].prefix(normalizes ? 2 : 1) {
        try FileManager.default.createDirectory(
          atPath: folder + "/" + module, withIntermediateDirectories: false)
      }
      for (name, contents) in files {
        try AtomicFile.write(contents.text + "\n", to: folder + "/" + name)
      }
    }
  }

  /// The settings of a file that need not be there.
  fileprivate static func optional(_ name: String, in folder: String) throws
    -> ForeignConfiguration?
  {
    let path = folder + "/" + name
    guard FileManager.default.fileExists(atPath: path) else { return nil }
    return try ForeignConfiguration(contentsOf: path)
  }
}

extension WordPieceTokenizer {
  /// Reads `vocab.txt` of a folder, and `tokenizer_config.json` where it is there.
  ///
  /// - Throws: `TextFileError` for the vocabulary, ``ConversionError`` for settings that cannot be taken.
  public init(huggingFaceFolder folder: String) throws {
    let vocabulary = try WordPieceVocabulary(contentsOf: folder + "/vocab.txt")
    guard
      let settings = try SentenceEncoder.optional("tokenizer_config.json", in: folder)
    else {
      self.init(vocabulary)
      return
    }
    for (key, token) in [
      ("pad_token", WordPieceVocabulary.SpecialToken.padding), ("unk_token", .unknown),
      ("cls_token", .classification), ("sep_token", .separator), ("mask_token", .mask),
    ] {
      // Some versions write an object with the text in it.
      let text = settings[key]?["content"] ?? settings[key]
      if let text, text != .string(token.rawValue) {
        throw settings.error(key, StrictJSON.string(token.rawValue).text, found: text.text)
      }
    }
    try settings.require("do_basic_tokenize", .bool(true))
    self.init(
      vocabulary,
      words: BasicTokenizer(
        lowercases: try settings.flag("do_lower_case", default: true),
        stripsAccents: try settings["strip_accents"].map { _ in
          try settings.flag("strip_accents", default: false)
        }, separatesChinese: try settings.flag("tokenize_chinese_chars", default: true)))
  }
}

/// What sentence-transformers does with the vectors of pieces.
private struct SentenceModules {
  var pooling = BERT.Pooling.mean
  var normalizes = true

  init(folder: String) throws {
    let path = folder + "/modules.json"
    guard FileManager.default.fileExists(atPath: path) else { return }
    normalizes = false
    for module in try Self.list(path) {
      let type = try module.string("type", default: "")
      switch type.split(separator: ".").last {
      case "Transformer": break
      case "Normalize": normalizes = true
      case "Pooling":
        let place = try module.string("path", default: "1_Pooling")
        pooling = try Self.pooling(
          ForeignConfiguration(contentsOf: "\(folder)/\(place)/config.json"))
      default: throw module.error("type", "Transformer, Pooling or Normalize")
      }
    }
  }

  /// The elements of a file that is an array of objects.
  private static func list(_ path: String) throws -> [ForeignConfiguration] {
    let text = try TextFile.lines(of: path).joined(separator: "\n")
    guard case .array(let modules) = try? StrictJSON(parsing: text) else {
      throw ConversionError(
        file: path, key: "the whole file", expected: "an array of modules", found: "something else")
    }
    return modules.map { ForeignConfiguration($0, file: path) }
  }

  private static func pooling(_ file: ForeignConfiguration) throws -> BERT.Pooling {
    for key in [
      "pooling_mode_max_tokens", "pooling_mode_mean_sqrt_len_tokens",
      "pooling_mode_weightedmean_tokens", "pooling_mode_lasttoken",
    ] { try file.require(key, .bool(false)) }
    let isFirst = try file.flag("pooling_mode_cls_token", default: false)
    let isMean = try file.flag("pooling_mode_mean_tokens", default: !isFirst)
    if isFirst == isMean {
      throw file.error("pooling_mode_mean_tokens", "either this or pooling_mode_cls_token")
    }
    return isFirst ? .firstToken : .mean
  }
}
