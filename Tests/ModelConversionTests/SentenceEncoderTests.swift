import AttentionKit
import Foundation
import TestSupport
import Testing

/// The files of sentence-transformers around a model.
@Suite struct SentenceEncoderTests {
  /// The fixture's model with further files, or others in their place.
  private func folder(_ files: [String: String]) throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    for file in ["config.json", "model.safetensors", "vocab.txt"] where files[file] == nil {
      _ = try folder.file(file, bytes: try contents(of: fixtureFolder("bert") + "/" + file))
    }
    for (name, text) in files {
      let parent = folder.path + "/" + name.split(separator: "/").dropLast().joined(separator: "/")
      try FileManager.default.createDirectory(atPath: parent, withIntermediateDirectories: true)
      _ = try folder.file(name, text)
    }
    return folder
  }

  private func encoder(_ files: [String: String]) throws -> SentenceEncoder {
    let folder = try folder(files)
    return try withExtendedLifetime(folder) { try SentenceEncoder(huggingFaceFolder: folder.path) }
  }

  private static let modules = """
    [{"idx": 0, "path": "", "type": "sentence_transformers.models.Transformer"},
     {"idx": 1, "path": "1_Pooling", "type": "sentence_transformers.models.Pooling"}
    """

  @Test func settingsDecidePoolingLengthAndWords() throws {
    let plain = try encoder([:])
    #expect(plain.pooling == .mean)
    #expect(plain.normalizes)
    #expect(plain.maximumLength == 19)
    #expect(plain.tokenizer.words == BasicTokenizer())

    let first = try encoder([
      "modules.json": Self.modules + "]",
      "1_Pooling/config.json":
        #"{"pooling_mode_cls_token": true, "pooling_mode_mean_tokens": false}"#,
      "sentence_bert_config.json": #"{"max_seq_length": 7, "do_lower_case": false}"#,
      "tokenizer_config.json":
        #"{"do_lower_case": false, "strip_accents": null, "unk_token": {"content": "[UNK]"}}"#,
    ])
    #expect(first.pooling == .firstToken)
    #expect(!first.normalizes)
    #expect(first.maximumLength == 7)
    #expect(first.tokenizer.words == BasicTokenizer(lowercases: false))
    #expect(first.numbers(of: "the cat sat on the mat .").count == 7)

    let mean = try encoder([
      "modules.json": Self.modules
        + #", {"path": "2_Normalize", "type": "sentence_transformers.models.Normalize"}]"#,
      "1_Pooling/config.json":
        #"{"pooling_mode_cls_token": false, "pooling_mode_mean_tokens": true}"#,
      "sentence_bert_config.json": #"{"max_seq_length": 512}"#,
      "tokenizer_config.json": #"{"strip_accents": false, "tokenize_chinese_chars": false}"#,
    ])
    #expect(mean.pooling == .mean)
    #expect(mean.normalizes)
    #expect(mean.maximumLength == 19)
    #expect(
      mean.tokenizer.words == BasicTokenizer(stripsAccents: false, separatesChinese: false))
  }

  @Test(
    arguments: [
      (["modules.json": "{}"], "modules.json", "the whole file"),
      (["modules.json": #"[{"type": "models.Dense"}]"#], "modules.json", "type"),
      (
        [
          "modules.json": modules + "]",
          "1_Pooling/config.json": #"{"pooling_mode_max_tokens": true}"#,
        ], "1_Pooling/config.json", "pooling_mode_max_tokens"
      ),
      (
        [
          "modules.json": modules + "]",
          "1_Pooling/config.json":
            #"{"pooling_mode_cls_token": true, "pooling_mode_mean_tokens": true}"#,
        ], "1_Pooling/config.json", "pooling_mode_mean_tokens"
      ),
      (
        ["sentence_bert_config.json": #"{"max_seq_length": 1}"#], "sentence_bert_config.json",
        "max_seq_length"
      ),
      (
        ["tokenizer_config.json": #"{"mask_token": "<mask>"}"#], "tokenizer_config.json",
        "mask_token"
      ),
      (
        ["tokenizer_config.json": #"{"do_lower_case": "yes"}"#], "tokenizer_config.json",
        "do_lower_case"
      ),
    ])
  func settingsThatThereIsNoSupportForAreRefused(
    _ files: [String: String], _ file: String, _ key: String
  ) throws {
    let folder = try folder(files)
    let error = try #require(throws: ConversionError.self) {
      try SentenceEncoder(huggingFaceFolder: folder.path)
    }
    #expect(error.file == folder.path + "/" + file)
    #expect(error.key == key)
  }

  @Test func moreWordPiecesThanVectorsAreRefused() throws {
    let vocabulary = String(
      decoding: try contents(of: fixtureFolder("bert") + "/vocab.txt"), as: UTF8.self)
    let folder = try folder(["vocab.txt": vocabulary + "more\n"])
    let error = try #require(throws: ConversionError.self) {
      try SentenceEncoder(huggingFaceFolder: folder.path)
    }
    #expect(error.key == "vocab_size")
    #expect(error.expected.contains("35"))
    #expect(error.found == "34")
  }
}

/// What is written is read back as it was.
@Suite struct SentenceEncoderWritingTests {
  @Test(arguments: [(BERT.Pooling.mean, true), (.firstToken, false)])
  func aFolderThatIsWrittenIsReadAsItWas(pooling: BERT.Pooling, normalizes: Bool) throws {
    let read = try SentenceEncoder(huggingFaceFolder: fixtureFolder("bert"))
    let written = try SentenceEncoder(
      tokenizer: WordPieceTokenizer(
        read.tokenizer.vocabulary,
        words: BasicTokenizer(
          lowercases: normalizes, stripsAccents: false, separatesChinese: pooling == .mean)),
      model: read.model, pooling: pooling, normalizes: normalizes, maximumLength: 11)
    let folder = try TemporaryFolder()
    let path = folder.path + "/written"
    try written.writeHuggingFaceFolder(to: path)
    let copy = try SentenceEncoder(huggingFaceFolder: path)
    #expect(copy.tokenizer.words == written.tokenizer.words)
    #expect(copy.tokenizer.vocabulary == written.tokenizer.vocabulary)
    #expect(copy.pooling == pooling && copy.normalizes == normalizes && copy.maximumLength == 11)
    let texts = ["The cat sat on the mat.", "", "a dog and a cat and a dog and a cat and a dog"]
    #expect(try copy.embeddings(of: texts) == written.embeddings(of: texts))
  }
}
