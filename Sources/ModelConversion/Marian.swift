internal import CoreLayers
internal import Foundation
internal import Kernels
internal import ModelFiles
public import ParameterFiles
internal import PositionalEncodings
internal import ResidualLayers
internal import Tensors
public import TransformerModels

/// Marian encoder-decoders (OPUS-MT) as Hugging Face's transformers keeps them: a folder with `config.json`,
/// `model.safetensors` and, where there are tokens, `vocab.json`.
public enum Marian {
  /// Reads a folder.
  ///
  /// - Throws: ``ConversionError`` for settings that our models do not have, `ParameterFileError` and the errors of files.
  public static func load(folder: String) throws -> ForeignTransformer {
    let file = try ForeignConfiguration(contentsOf: folder + "/config.json")
    let configuration = try configuration(file)
    let weights = try SafetensorsFile(contentsOf: folder + "/model.safetensors")
    let model = try Transformer(
      configuration, forFile: weights.path, elementCount: weights.elementCount)
    try table(configuration).load(weights, into: model)
    var vocabulary = ForeignVocabulary(
      tokens: try tokens(folder: folder, count: configuration.targetVocabularySize),
      padding: try file.integer("pad_token_id"), start: try file.integer("decoder_start_token_id"),
      end: try file.integer("eos_token_id"))
    for (key, id) in [
      ("pad_token_id", vocabulary.padding), ("decoder_start_token_id", vocabulary.start),
      ("eos_token_id", vocabulary.end),
    ] where !vocabulary.tokens.indices.contains(id ?? -1) {
      throw file.error(key, "a token below vocab_size, which is \(vocabulary.tokens.count)")
    }
    vocabulary.unknown = vocabulary.tokens.firstIndex(of: "<unk>")
    return ForeignTransformer(
      model: model, source: vocabulary, target: vocabulary, appendsSourceEnd: true)
  }

  /// The names of `MarianMTModel`, for `Transformer`.
  public static func table(_ configuration: TransformerConfiguration) -> ParameterTable {
    let linear = ParameterTable.pyTorchLinear
    let norm = ParameterTable.pyTorchLayerNorm
    let attention =
      linear.nested("query", in: "q_proj.") + linear.nested("key", in: "k_proj.")
      + linear.nested("value", in: "v_proj.") + linear.nested("output", in: "out_proj.")
    let common =
      attention.nested("self_attention", in: "self_attn.")
      + norm.nested("self_attention_norm", in: "self_attn_layer_norm.")
      + linear.nested("feed_forward.inner", in: "fc1.")
      + linear.nested("feed_forward.outer", in: "fc2.")
      + norm.nested("feed_forward_norm", in: "final_layer_norm.")
    let cross =
      attention.nested("cross_attention", in: "encoder_attn.")
      + norm.nested("cross_attention_norm", in: "encoder_attn_layer_norm.")
    let matrix = ["source_embedding", "target_embedding", "output_projection"]
      .map { $0 + ".weight" }
    return [
      // One matrix under up to four names.
      ParameterTable([.init(matrix[0], "model.shared.weight")]),
      ParameterTable([.init("output_projection.bias", "final_logits_bias")]),
      common.repeated(configuration.encoderLayerCount, "encoder.layers") {
        "model.encoder.layers.\($0)."
      },
      (common + cross).repeated(configuration.decoderLayerCount, "decoder.layers") {
        "model.decoder.layers.\($0)."
      },
      ParameterTable(
        [
          .init(matrix[0], "model.encoder.embed_tokens.weight"),
          .init(matrix[1], "model.decoder.embed_tokens.weight"),
          .init(matrix[2], "lm_head.weight"),
        ],
        ignoring: [
          "model.encoder.embed_positions.weight", "model.decoder.embed_positions.weight",
        ]),
    ].joined()
  }

  private static func configuration(_ file: ForeignConfiguration) throws
    -> TransformerConfiguration
  {
    let type = try file.string("model_type", default: "")
    if type != "marian" { throw file.error("model_type", "\"marian\"") }
    for (key, value) in [
      ("share_encoder_decoder_embeddings", true), ("tie_word_embeddings", true),
      ("normalize_before", false), ("normalize_embedding", false), ("add_final_layer_norm", false),
    ] {
      try file.require(key, .bool(value))
    }
    var configuration = TransformerConfiguration(
      vocabularySize: try file.integer("vocab_size"))
    configuration.adopt(.marian)
    configuration.encoderLayerCount = try file.integer("encoder_layers")
    configuration.decoderLayerCount = try file.integer("decoder_layers")
    configuration.resize(
      modelDimension: try file.integer("d_model"),
      feedForwardDimension: try same(file, "encoder_ffn_dim", "decoder_ffn_dim"),
      headCount: try same(file, "encoder_attention_heads", "decoder_attention_heads"))
    configuration.maximumLength = try file.integer("max_position_embeddings")
    configuration.scalesEmbeddings = try file.flag("scale_embedding", default: false)
    configuration.dropoutRate = Float(try file.number("dropout", default: 0.1))
    configuration.attentionDropoutRate = Float(try file.number("attention_dropout", default: 0))
    configuration.activationDropoutRate = Float(try file.number("activation_dropout", default: 0))
    let name = try file.string("activation_function", default: "gelu")
    guard let activation = activations.first(where: { $0.name == name }) else {
      throw file.error(
        "activation_function", "one of " + activations.map(\.name).joined(separator: ", "))
    }
    configuration.activation = activation.activation
    return configuration
  }

  private static let activations: [(name: String, activation: Activation)] = [
    ("swish", .silu), ("silu", .silu), ("relu", .relu), ("gelu", .geluExact),
    ("gelu_new", .geluTanh), ("gelu_pytorch_tanh", .geluTanh),
  ]

  /// A number that both sides must have alike.
  private static func same(_ file: ForeignConfiguration, _ first: String, _ second: String) throws
    -> Int
  {
    let value = try file.integer(first)
    if try file.integer(second, default: value) != value {
      throw file.error(second, "the same as \(first), \(value)")
    }
    return value
  }

  /// The tokens of `vocab.json`; where there is none, their numbers.
  private static func tokens(folder: String, count: Int) throws -> [String] {
    let path = folder + "/vocab.json"
    if !FileManager.default.fileExists(atPath: path) { return (0..<count).map(String.init) }
    let json = try ForeignConfiguration(contentsOf: path)
    return try json.tokens(count: count)
  }
}

extension Marian {
  /// Writes a folder that `MarianMTModel.from_pretrained` reads.
  ///
  /// - Throws: ``ConversionError`` naming the field of a configuration that Marian does not have.
  public static func save(_ foreign: ForeignTransformer, folder: String) throws {
    let configuration = foreign.model.configuration
    try check(configuration, folder)
    guard foreign.source == foreign.target else {
      throw ConversionError(
        file: folder, key: "vocabularies", expected: "one for both sides", found: "two")
    }
    let json = try settings(configuration, foreign.target, folder)
    try AtomicDirectory.write(to: folder) { folder in
      try AtomicFile.write(json.text + "\n", to: folder + "/config.json")
      try AtomicFile.write(
        StrictJSON.object(foreign.target.tokens.enumerated().map { .init($1, .number($0)) }).text
          + "\n",
        to: folder + "/vocab.json")
      var file = try table(configuration).contents(of: foreign.model, for: folder).tensors
      if !configuration.hasOutputBias {
        file.append(("final_logits_bias", .zeros([configuration.targetVocabularySize])))
      }
      try SafetensorsFile.write(
        file.map { name, tensor in
          .init(name, name == "final_logits_bias" ? tensor.reshaped([1, tensor.count]) : tensor)
        }, metadata: ["format": "pt"], to: folder + "/model.safetensors")
    }
  }

  private static func check(_ configuration: TransformerConfiguration, _ folder: String) throws {
    var marian = configuration
    marian.adopt(.marian)
    func require<Value: Equatable>(_ name: String, _ path: KeyPath<TransformerConfiguration, Value>)
      throws
    {
      if configuration[keyPath: path] != marian[keyPath: path] {
        throw ConversionError(
          file: folder, key: name, expected: "\(marian[keyPath: path]), as Marian has it",
          found: "\(configuration[keyPath: path])")
      }
    }
    try require("normPlacement", \.normPlacement)
    try require("finalNorm", \.finalNorm)
    try require("normEpsilon", \.normEpsilon)
    try require("tying", \.tying)
    try require("positions", \.positions)
    try require("sinusoids", \.sinusoids)
    try require("hasAttentionBiases", \.hasAttentionBiases)
    try configuration.requirePlainAttention(file: folder)
  }

  private static func settings(
    _ configuration: TransformerConfiguration, _ vocabulary: ForeignVocabulary, _ folder: String
  ) throws -> StrictJSON {
    guard let activation = activations.first(where: { $0.activation == configuration.activation })
    else {
      throw ConversionError(
        file: folder, key: "activation", expected: "relu, gelu, geluTanh or silu",
        found: "\(configuration.activation)")
    }
    func number(_ value: Float) -> StrictJSON { .number("\(value)") }
    func id(_ id: Int?) -> StrictJSON { id.map { .number($0) } ?? .null }
    let layers = [
      ("encoder", configuration.encoderLayerCount), ("decoder", configuration.decoderLayerCount),
    ]
    return .object(
      [
        .init("architectures", .array([.string("MarianMTModel")])),
        .init("model_type", .string("marian")),
        .init("is_encoder_decoder", .bool(true)),
        .init("vocab_size", .number(configuration.targetVocabularySize)),
        .init("d_model", .number(configuration.modelDimension)),
        .init("max_position_embeddings", .number(configuration.maximumLength)),
        .init("scale_embedding", .bool(configuration.scalesEmbeddings)),
        .init("activation_function", .string(activation.name)),
        .init("dropout", number(configuration.dropoutRate)),
        .init("attention_dropout", number(configuration.attentionDropoutRate)),
        .init("activation_dropout", number(configuration.activationDropoutRate)),
        .init("static_position_embeddings", .bool(true)),
        .init("share_encoder_decoder_embeddings", .bool(true)),
        .init("tie_word_embeddings", .bool(true)),
        .init("pad_token_id", id(vocabulary.padding)),
        .init("eos_token_id", id(vocabulary.end)),
        .init("forced_eos_token_id", id(vocabulary.end)),
        .init("decoder_start_token_id", id(vocabulary.start)),
      ]
        + layers.flatMap { side, count in
          [
            StrictJSON.Member("\(side)_layers", .number(count)),
            .init("\(side)_attention_heads", .number(configuration.headCount)),
            .init("\(side)_ffn_dim", .number(configuration.feedForwardDimension)),
          ]
        })
  }
}

extension TransformerConfiguration {
  /// Makes sure of scaled dot products, soft, everywhere, with heads that share the model's dimension: what other
  /// libraries have.
  func requirePlainAttention(file: String) throws {
    func refuse(_ key: String, _ expected: String, _ found: Any) -> ConversionError {
      ConversionError(file: file, key: key, expected: expected, found: "\(found)")
    }
    let plain = AttentionConfiguration()
    for (name, attention) in [("selfAttention", selfAttention), ("crossAttention", crossAttention)]
    where
      attention.score != plain.score || attention.choice != plain.choice
      || attention.window != plain.window
    {
      throw refuse(
        name, "soft scaled dot products without a window",
        "\(attention.choice) \(attention.score), window \(attention.window)")
    }
    for (name, width) in [("keyDimension", keyDimension), ("valueDimension", valueDimension)]
    where width * headCount != modelDimension {
      throw refuse(name, "modelDimension / headCount", width)
    }
  }
}
