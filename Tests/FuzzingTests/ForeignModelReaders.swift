import AttentionKit
import Foundation
import Fuzzing
import TestSupport

extension FuzzReader {
  /// `model.bin` of CTranslate2. What is read is written and read back as it was.
  static func cTranslate2Files() throws -> FuzzReader {
    let folder = try FastFolder()
    let path = folder.path + "/copy"
    return FuzzReader(
      seeds: try cTranslate2Seeds(folder), mutator: ByteMutator(words: cTranslate2Words),
      isExpected: { $0 is CTranslate2Error || $0 is FileError }
    ) { input in
      let file = try CTranslate2File(bytes: input.bytes, path: "x")
      var values: [String: CTranslate2File.Value] = [:]
      for variable in file.variables {
        let tensor = try file.tensor(named: variable.name)
        try require(
          tensor.count == variable.elementCount && tensor.shape.dimensions == variable.dimensions,
          "\(variable) has the shape \(tensor.shape)")
        // A scale is left out, since values are written after division by it.
        if !variable.name.hasSuffix("_scale") { values[variable.name] = .tensor(tensor) }
      }
      try withExtendedLifetime(folder) {
        try CTranslate2File.write(values, to: path)
        let copy = try CTranslate2File(contentsOf: path)
        try require(copy.variables.count == values.count, "\(copy.variables.count) variables")
        for case (let name, .tensor(let tensor)) in values {
          try require(haveSameBits(try copy.tensor(named: name), tensor), "\(name) in the copy")
        }
      }
    }
  }

  private static let cTranslate2Words = [
    "weight", "weight_scale", "encoder/layer_0/", "decoder/", "embeddings", "num_heads",
    "projection/bias", "\u{0}",
  ]

  private static func cTranslate2Seeds(_ folder: FastFolder) throws -> [[UInt8]] {
    let path = folder.path + "/seed"
    try CTranslate2File.write(
      [
        "a/weight": .tensor(Tensor([1, -2, 3, 4, 5, 6], shape: [3, 2])), "a/num_heads": .number(2),
        "a/flag": .small(1), "b/weight": .tensor(Tensor([0.5], shape: [1])),
        "b/weight_scale": .tensor(Tensor([4], shape: [1])),
      ], aliases: ["c/weight": "a/weight"], to: path)
    return [try contents(of: path)]
  }

  /// A folder of CTranslate2, one file of which is changed: a model with its vocabularies or an error, and no model that is
  /// larger than the file.
  static func cTranslate2Models() throws -> FuzzReader {
    try foreignFolder(
      "ctranslate2/int8", files: ["model.bin", "config.json", "shared_vocabulary.json"],
      words: cTranslate2Words + ByteMutator.jsonWords
        + ["add_source_eos", "eos_token", "layer_norm_epsilon"]
    ) { try CTranslate2.load(folder: $0) }
  }

  /// The same of Hugging Face's Marian.
  static func marianModels() throws -> FuzzReader {
    try foreignFolder(
      "marian", files: ["config.json", "model.safetensors"],
      words: ByteMutator.jsonWords
        + ["d_model", "vocab_size", "encoder_layers", "max_position_embeddings", "pad_token_id"]
    ) { try Marian.load(folder: $0) }
  }

  private static func foreignFolder(
    _ name: String, files: [String], words: [String],
    load: @escaping (String) throws -> ForeignTransformer
  ) throws -> FuzzReader {
    let folder = try FastFolder()
    let seeds = try files.map { try contents(of: fixture("\(name)/\($0)")) }
    return FuzzReader(
      seeds: seeds, mutator: ByteMutator(words: words),
      isExpected: {
        $0 is ConversionError || $0 is CTranslate2Error || $0 is SafetensorsError
          || $0 is ParameterFileError || $0 is ConfigurationError || $0 is FileError
          || $0 is TextFileError
      }
    ) { input in
      for (index, file) in files.enumerated() {
        _ = try folder.file(file, index == input.seed ? input.bytes : seeds[index])
      }
      let foreign = try load(folder.path)
      let configuration = foreign.model.configuration
      try require(
        foreign.target.tokens.count == configuration.targetVocabularySize, "\(configuration)")
      for special in [foreign.target.start, foreign.target.end] {
        try require(foreign.target.tokens.indices.contains(special ?? -1), "\(foreign.target)")
      }
    }
  }

  /// `vocab.txt` of BERT: read, written and read back; a text is cut into pieces that are there.
  static func wordPieces() throws -> FuzzReader {
    let folder = try FastFolder()
    let seed = "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\nlow\n##est\n##er\nn\n##e\n##w\ngröße\n😀\n"
    return FuzzReader(
      seeds: [Array(seed.utf8)],
      mutator: ByteMutator(words: ["[PAD]", "##", "[MASK]", "\r\n", "\u{FEFF}", "e\u{301}"]),
      isExpected: { $0 is TextFileError }
    ) { input in
      let vocabulary = try WordPieceVocabulary(
        contentsOf: folder.file("vocabulary", input.bytes))
      let copy = try WordPieceVocabulary(
        contentsOf: folder.file("copy", Array(vocabulary.fileContents.utf8)))
      try require(copy.pieces.map(\.utf8.count) == vocabulary.pieces.map(\.utf8.count), "the copy")
      let ids = WordPieceTokenizer(vocabulary).numbers(
        of: "lowest newer größe 😀 \u{E9}", maximumLength: 9)
      try require(ids.allSatisfy { vocabulary.pieces.indices.contains($0) }, "\(ids)")
    }
  }
}
