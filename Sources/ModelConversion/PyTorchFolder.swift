internal import Foundation
internal import ModelFiles
internal import ParameterFiles
internal import TextProcessing
internal import TransformerModels

/// A folder with the weights of a model around `nn.Transformer` under PyTorch's names
/// (``ParameterFiles/ParameterTable/pyTorchTransformer(_:)``): `model.safetensors`, `configuration.json`, which has the keys
/// of `TransformerConfiguration` that differ from the preset `pytorch`, and `source_vocabulary.txt` and
/// `target_vocabulary.txt` with a token a line in the order of their numbers, special ones named `<pad>`, `<unk>`, `<s>`
/// and `</s>`.
public enum PyTorchFolder {
  /// Reads a folder. Vocabulary sizes that the configuration does not name are those of the vocabularies.
  ///
  /// - Throws: ``ConversionError``, `ParameterFileError`, and the errors of files and configurations.
  public static func load(folder: String) throws -> ForeignTransformer {
    let source = try vocabulary(folder + "/source_vocabulary.txt")
    let target = try vocabulary(folder + "/target_vocabulary.txt")
    var defaults = TransformerConfiguration(
      sourceVocabularySize: source.tokens.count, targetVocabularySize: target.tokens.count)
    defaults.adopt(.pytorch)
    let path = folder + "/configuration.json"
    let file = try ForeignConfiguration(contentsOf: path)
    var overlay = try ConfigurationOverlay(defaults: defaults)
    try overlay.apply(file.json, origin: path)
    let configuration = try overlay.value(as: TransformerConfiguration.self, origin: path)
    for (key, size, vocabulary) in [
      ("sourceVocabularySize", configuration.sourceVocabularySize, source),
      ("targetVocabularySize", configuration.targetVocabularySize, target),
    ] where size != vocabulary.tokens.count {
      throw file.error(
        key, "the number of tokens in the vocabulary, \(vocabulary.tokens.count)", found: size)
    }
    let weights = try SafetensorsFile(contentsOf: folder + "/model.safetensors")
    let model = try Transformer(
      configuration, forFile: weights.path, elementCount: weights.elementCount)
    try ParameterTable.pyTorchTransformer(configuration).load(weights, into: model)
    return ForeignTransformer(
      model: model, source: source, target: target, appendsSourceEnd: false)
  }

  /// Writes such a folder, from which `safetensors.torch.load_model` fills the module.
  ///
  /// - Throws: `ParameterFileError` for parameters that PyTorch's layers do not have.
  public static func save(_ foreign: ForeignTransformer, folder: String) throws {
    let configuration = foreign.model.configuration
    try configuration.requirePlainAttention(file: folder)
    if foreign.appendsSourceEnd {
      throw ConversionError(
        file: folder, key: "appendsSourceEnd", expected: "sources without an end token",
        found: "sources that end in one")
    }
    let json = try StrictJSON(parsing: JSONEncoder().encode(configuration))
    try AtomicDirectory.write(to: folder) { temporary in
      try ParameterTable.pyTorchTransformer(configuration).save(
        foreign.model, metadata: ["format": "pt"], to: temporary + "/model.safetensors")
      try AtomicFile.write(json.text + "\n", to: temporary + "/configuration.json")
      for (name, vocabulary) in [("source", foreign.source), ("target", foreign.target)] {
        let text = vocabulary.tokens.map { $0 + "\n" }.joined()
        try AtomicFile.write(text, to: temporary + "/\(name)_vocabulary.txt")
      }
    }
  }

  private static func vocabulary(_ path: String) throws -> ForeignVocabulary {
    let tokens = try TextFile.lines(of: path)
    let names = Vocabulary.specialTokens
    func id(_ name: String) -> Int? { tokens.firstIndex(of: name) }
    return ForeignVocabulary(
      tokens: tokens, padding: id(names[0]), unknown: id(names[1]), start: id(names[2]),
      end: id(names[3]))
  }
}
