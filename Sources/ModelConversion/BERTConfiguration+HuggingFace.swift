internal import Kernels
internal import ModelFiles
internal import SequenceModels
public import TransformerModels

extension BERTConfiguration {
  /// What the library calls our fields.
  private static let keys = [
    "vocabularySize": "vocab_size", "segmentCount": "type_vocab_size",
    "maximumLength": "max_position_embeddings", "layerCount": "num_hidden_layers",
    "modelDimension": "hidden_size", "feedForwardDimension": "intermediate_size",
    "headCount": "num_attention_heads", "activation": "hidden_act",
    "dropoutRate": "hidden_dropout_prob", "attentionDropoutRate": "attention_probs_dropout_prob",
    "normEpsilon": "layer_norm_eps",
  ]

  /// What the library calls activations; of several names the first is written.
  private static let activations: [(name: String, activation: Activation)] = [
    ("gelu", .geluExact), ("gelu_python", .geluExact), ("gelu_new", .geluTanh),
    ("gelu_pytorch_tanh", .geluTanh), ("gelu_fast", .geluTanh), ("relu", .relu), ("silu", .silu),
    ("swish", .silu), ("tanh", .tanh), ("sigmoid", .sigmoid), ("linear", .identity),
  ]

  /// Reads the file `config.json` of a BERT of the transformers library. The file does not say whether there is a
  /// pooler.
  ///
  /// - Throws: ``ConversionError`` for a value that cannot be taken, `FileError` for a file that cannot be
  ///   read.
  public init(huggingFaceFile path: String) throws {
    let file = try ForeignConfiguration(contentsOf: path)
    try file.require("model_type", .string("bert"))
    try file.require("position_embedding_type", .string("absolute"))
    try file.require("is_decoder", .bool(false))
    try file.require("add_cross_attention", .bool(false))
    self.init(vocabularySize: try file.integer("vocab_size"))
    segmentCount = try file.integer("type_vocab_size", default: 2)
    maximumLength = try file.integer("max_position_embeddings")
    layerCount = try file.integer("num_hidden_layers")
    modelDimension = try file.integer("hidden_size")
    feedForwardDimension = try file.integer("intermediate_size")
    headCount = try file.integer("num_attention_heads")
    dropoutRate = Float(try file.number("hidden_dropout_prob", default: 0.1))
    attentionDropoutRate = Float(try file.number("attention_probs_dropout_prob", default: 0.1))
    normEpsilon = Float(try file.number("layer_norm_eps", default: 1e-12))
    let name = try file.string("hidden_act", default: "gelu")
    guard let known = Self.activations.first(where: { $0.name == name }) else {
      let names = Self.activations.map(\.name).joined(separator: ", ")
      throw file.error("hidden_act", "one of \(names)")
    }
    activation = known.activation
    do {
      try validate()
    } catch let error as ConfigurationError {
      throw ConversionError(
        file: path, key: Self.keys[error.field] ?? error.field, expected: error.expected,
        found: error.found)
    }
  }

  /// The file `config.json` for this configuration.
  func huggingFaceFile() -> String {
    // Every activation is in the list.
    let name = Self.activations.first { $0.activation == activation }!.name
    let members: [(String, StrictJSON)] = [
      ("architectures", .array([.string("BertModel")])),
      ("attention_probs_dropout_prob", .number("\(attentionDropoutRate)")),
      ("hidden_act", .string(name)), ("hidden_dropout_prob", .number("\(dropoutRate)")),
      ("hidden_size", .number(modelDimension)), ("initializer_range", .number("0.02")),
      ("intermediate_size", .number(feedForwardDimension)),
      ("layer_norm_eps", .number("\(normEpsilon)")),
      ("max_position_embeddings", .number(maximumLength)), ("model_type", .string("bert")),
      ("num_attention_heads", .number(headCount)), ("num_hidden_layers", .number(layerCount)),
      ("position_embedding_type", .string("absolute")),
      ("type_vocab_size", .number(segmentCount)), ("vocab_size", .number(vocabularySize)),
    ]
    // One setting a line, as the library writes it.
    let lines = members.map { "  \(StrictJSON.string($0.0).text): \($0.1.text)" }
    return "{\n" + lines.joined(separator: ",\n") + "\n}\n"
  }
}
