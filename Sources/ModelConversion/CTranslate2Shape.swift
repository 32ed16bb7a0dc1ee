internal import Kernels
internal import ModelFiles
internal import PositionalEncodings
internal import ResidualLayers
internal import Tensors
internal import TransformerModels

/// What the variables of a CTranslate2 file say about a model: the file has no configuration of its own.
struct CTranslate2Shape {
  private let file: CTranslate2File

  /// Variables that are settings.
  static let numberNames: Set<String> = [
    "num_heads", "pre_norm", "activation", "alignment_layer", "alignment_heads", "embeddings_merge",
    "scale_embeddings", "start_from_zero_embedding", "alibi", "alibi_use_positive_positions",
    "scale_alibi", "multi_query_attention", "spec", "round_before_cast_in_quantization",
  ]

  init(_ file: CTranslate2File) throws {
    self.file = file
    let kinds = ["TransformerSpec", "TransformerBase", "TransformerBig"]
    if !kinds.contains(file.specification) {
      throw error("the kind of model", kinds.joined(separator: ", "), file.specification)
    }
  }

  func configuration(epsilon: Double?) throws -> TransformerConfiguration {
    let source = try dimensions(
      file.variable(named: "encoder/embeddings/weight") == nil
        ? "encoder/embeddings_0/weight" : "encoder/embeddings/weight", rank: 2)
    let target = try dimensions("decoder/embeddings/weight", rank: 2)
    let inner = try dimensions("encoder/layer_0/ffn/linear_0/weight", rank: 2)
    try refuseOthers()

    var configuration = TransformerConfiguration(
      sourceVocabularySize: source[0], targetVocabularySize: target[0])
    configuration.encoderLayerCount = layerCount("encoder")
    configuration.decoderLayerCount = layerCount("decoder")
    let headCount = Int(number("num_heads") ?? (file.specification == "TransformerBig" ? 16 : 8))
    if headCount < 1 || target[1] % headCount != 0 {
      throw error("num_heads", "a divisor of \(target[1])", headCount)
    }
    configuration.resize(
      modelDimension: target[1], feedForwardDimension: inner[0], headCount: headCount)
    configuration.normPlacement = number("pre_norm") == 0 ? .post : .pre
    let hasFinalNorm = file.variable(named: "encoder/layer_norm/gamma") != nil
    if configuration.normPlacement == .post {
      configuration.finalNorm = hasFinalNorm ? .always : .afterPreNorm
    } else if !hasFinalNorm {
      throw error("encoder/layer_norm", "a norm after pre-norm layers", "none")
    }
    configuration.normEpsilon = Float(epsilon ?? 1e-5)
    configuration.activation = try activation()
    configuration.scalesEmbeddings = number("scale_embeddings") != 0
    configuration.hasOutputBias = file.variable(named: "decoder/projection/bias") != nil
    configuration.hasAttentionBiases =
      file.variable(named: "encoder/layer_0/self_attention/linear_0/bias") != nil
    configuration.tying = try tying(source: source, target: target)
    try setPositions(&configuration)
    return configuration
  }

  // MARK: - Parts

  private func error(_ key: String, _ expected: String, _ found: Any) -> ConversionError {
    ConversionError(file: file.path, key: key, expected: expected, found: "\(found)")
  }

  /// A setting of the encoder, which the decoder has alike.
  private func number(_ name: String) -> Double? {
    file.number(named: "encoder/\(name)") ?? file.number(named: "decoder/\(name)")
  }

  private func dimensions(_ name: String, rank: Int) throws -> [Int] {
    let found = file.variable(named: name)?.dimensions
    guard let found, found.count == rank, !found.contains(0) else {
      throw error(name, "a tensor of \(rank) dimensions", found.map { "\($0)" } ?? "nothing")
    }
    return found
  }

  private func layerCount(_ stack: String) -> Int {
    var count = 0
    while file.variable(named: "\(stack)/layer_\(count)/ffn/linear_0/weight") != nil { count += 1 }
    return count
  }

  private func refuseOthers() throws {
    for name in ["alibi", "multi_query_attention", "embeddings_merge"] {
      for stack in ["encoder", "decoder"] {
        if let value = file.number(named: "\(stack)/\(name)"), value != 0 {
          throw error("\(stack)/\(name)", "0", value)
        }
      }
    }
    for name in ["num_heads", "pre_norm", "activation", "scale_embeddings"] {
      let (first, second) = (
        file.number(named: "encoder/\(name)"), file.number(named: "decoder/\(name)")
      )
      if let first, let second, first != second {
        throw error("decoder/\(name)", "the encoder's, \(first)", second)
      }
    }
  }

  private func activation() throws -> Activation {
    switch number("activation") ?? 0 {
    case 0: return .relu
    case 1: return .geluTanh
    case 2: return .silu
    case 3: return .geluExact
    case let other:
      throw error("activation", "0 (ReLU), 1 (GELU by tanh), 2 (SiLU) or 3 (GELU)", other)
    }
  }

  /// Older files keep tied matrices several times, so what is equal is tied.
  private func tying(source: [Int], target: [Int]) throws -> TransformerConfiguration.Tying {
    let output = try file.tensor(named: "decoder/projection/weight")
    let embedding = try file.tensor(named: "decoder/embeddings/weight")
    if !hasSameBits(output, embedding) { return .none }
    let name = file.variable(named: "encoder/embeddings/weight") == nil ? "_0" : ""
    let other = try file.tensor(named: "encoder/embeddings\(name)/weight")
    return source == target && hasSameBits(other, embedding) ? .all : .decoder
  }

  /// Sinusoids of CTranslate2's own layout where the file has no table; else a table, which is learned unless it is one of
  /// the sinusoids we know.
  private func setPositions(_ configuration: inout TransformerConfiguration) throws {
    configuration.maximumLength = 1024
    let name = "position_encodings/encodings"
    guard file.variable(named: "encoder/\(name)") != nil else {
      configuration.sinusoids = SinusoidConfiguration(
        arrangement: .sinesFirst, waveLengths: .inclusive, firstPosition: 1)
      return
    }
    let table = try file.tensor(named: "encoder/\(name)")
    let width = configuration.modelDimension
    if table.shape.rank != 2 || table.shape.last != width || table.shape[0] == 0 {
      throw error("encoder/\(name)", "a table [positions, \(width)]", table.shape)
    }
    configuration.maximumLength = table.shape[0]
    for arrangement in SinusoidalPositions.Arrangement.allCases {
      for waveLengths in SinusoidalPositions.WaveLengths.allCases
      where waveLengths == .exclusive || width % 2 == 0 {
        for firstPosition in 0...2 {
          let own = SinusoidalPositions(
            modelDimension: width, maximumLength: table.shape[0], arrangement: arrangement,
            waveLengths: waveLengths, firstPosition: firstPosition
          ).table
          // The tables of others are of single precision.
          if zip(own.scalars, table.scalars).allSatisfy({ abs($0 - $1) < 1e-3 }) {
            configuration.sinusoids = SinusoidConfiguration(
              arrangement: arrangement, waveLengths: waveLengths, firstPosition: firstPosition)
            return
          }
        }
      }
    }
    configuration.positions = .learned
  }

  private func hasSameBits(_ a: Tensor, _ b: Tensor) -> Bool {
    a.shape == b.shape
      && zip(a.scalars, b.scalars).allSatisfy { $0.bitPattern == $1.bitPattern }
  }
}
