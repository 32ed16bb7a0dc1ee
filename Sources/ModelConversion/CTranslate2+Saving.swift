internal import Kernels
internal import ModelFiles
internal import ParameterFiles
internal import PositionalEncodings
internal import ResidualLayers
internal import Tensors
internal import TransformerModels

extension CTranslate2 {
  /// Writes a folder that `ctranslate2.Translator` reads.
  ///
  /// - Throws: ``ConversionError`` naming the field of a configuration that CTranslate2 does not have.
  public static func save(_ foreign: ForeignTransformer, folder: String) throws {
    let configuration = foreign.model.configuration
    try configuration.requirePlainAttention(file: folder)
    try AtomicDirectory.write(to: folder) { temporary in
      let contents = try table(configuration).contents(of: foreign.model, for: folder)
      var variables = try settings(configuration, folder)
      for (name, tensor) in contents.tensors { variables[name] = .tensor(tensor) }
      var aliases = contents.aliases
      // The older name of the source's embeddings is for reading.
      aliases["encoder/embeddings/weight"] = nil
      if configuration.positions == .sinusoidal {
        let table = SinusoidalPositions(
          modelDimension: configuration.modelDimension, maximumLength: configuration.maximumLength,
          arrangement: configuration.sinusoids.arrangement,
          waveLengths: configuration.sinusoids.waveLengths,
          firstPosition: configuration.sinusoids.firstPosition
        ).table
        variables["encoder/position_encodings/encodings"] = .tensor(table)
        aliases["decoder/position_encodings/encodings"] = "encoder/position_encodings/encodings"
      }
      try CTranslate2File.write(variables, aliases: aliases, to: temporary + "/model.bin")
      try writeVocabularies(foreign, temporary)
      try AtomicFile.write(
        config(foreign, configuration, folder).text + "\n", to: temporary + "/config.json")
    }
  }

  private static func settings(_ configuration: TransformerConfiguration, _ folder: String) throws
    -> [String: CTranslate2File.Value]
  {
    func refuse(_ key: String, _ expected: String, _ found: Any) -> ConversionError {
      ConversionError(file: folder, key: key, expected: expected, found: "\(found)")
    }
    guard [.sinusoidal, .learned].contains(configuration.positions) else {
      throw refuse("positions", "sinusoidal or learned", configuration.positions)
    }
    let activations: [Activation] = [.relu, .geluTanh, .silu, .geluExact]
    guard let activation = activations.firstIndex(of: configuration.activation) else {
      throw refuse("activation", "relu, geluTanh, silu or gelu", configuration.activation)
    }
    guard let headCount = Int16(exactly: configuration.headCount) else {
      throw refuse("headCount", "at most \(Int16.max)", configuration.headCount)
    }
    var settings: [String: CTranslate2File.Value] = [
      "encoder/embeddings_merge": .small(0), "encoder/multi_query_attention": .small(0),
      "decoder/start_from_zero_embedding": .small(0), "decoder/alibi": .small(0),
      "decoder/alibi_use_positive_positions": .small(0), "decoder/scale_alibi": .small(0),
      "decoder/alignment_layer": .number(-1), "decoder/alignment_heads": .number(1),
    ]
    for stack in ["encoder", "decoder"] {
      settings["\(stack)/num_heads"] = .number(headCount)
      settings["\(stack)/pre_norm"] = .small(configuration.normPlacement == .pre ? 1 : 0)
      settings["\(stack)/activation"] = .small(Int8(activation))
      settings["\(stack)/scale_embeddings"] = .small(configuration.scalesEmbeddings ? 1 : 0)
    }
    return settings
  }

  private static func writeVocabularies(_ foreign: ForeignTransformer, _ folder: String) throws {
    func write(_ vocabulary: ForeignVocabulary, _ name: String) throws {
      let json = StrictJSON.array(vocabulary.tokens.map { .string($0) })
      try AtomicFile.write(json.text + "\n", to: "\(folder)/\(name)_vocabulary.json")
    }
    if foreign.source == foreign.target {
      try write(foreign.target, "shared")
    } else {
      try write(foreign.source, "source")
      try write(foreign.target, "target")
    }
  }

  private static func config(
    _ foreign: ForeignTransformer, _ configuration: TransformerConfiguration, _ folder: String
  ) throws -> StrictJSON {
    func token(_ id: Int?, _ key: String) throws -> StrictJSON {
      guard let id, foreign.target.tokens.indices.contains(id) else {
        throw ConversionError(
          file: folder, key: key, expected: "a token of the target", found: "none")
      }
      return .string(foreign.target.tokens[id])
    }
    let start = try token(foreign.target.start, "start")
    let unknown = foreign.target.unknown.map { foreign.target.tokens[$0] } ?? "<unk>"
    return .object([
      .init("add_source_bos", .bool(false)),
      .init("add_source_eos", .bool(foreign.appendsSourceEnd)),
      .init("bos_token", start),
      .init("decoder_start_token", start),
      .init("eos_token", try token(foreign.target.end, "end")),
      .init("layer_norm_epsilon", .number("\(configuration.normEpsilon)")),
      .init("unk_token", .string(unknown)),
    ])
  }
}
