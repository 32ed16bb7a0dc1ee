import AttentionKit

/// A Transformer, and the seed of a model's parameters.
@dynamicMemberLookup
struct ModelConfiguration: Codable, Equatable {
  /// Its vocabularies are 0 here: the data decide about them. Key and value dimensions of 0 are
  /// modelDimension / headCount. `all` as tying means `decoder` where there are two vocabularies.
  private var transformer: TransformerConfiguration
  /// The seed of the parameters, of a recurrent model too.
  var seed: UInt64 = 1

  init() {
    transformer = TransformerConfiguration(vocabularySize: 0)
    transformer.keyDimension = 0
    transformer.valueDimension = 0
  }

  /// The Transformer of another library.
  init(_ transformer: TransformerConfiguration) {
    self.transformer = transformer
    self.transformer.sourceVocabularySize = 0
    self.transformer.targetVocabularySize = 0
  }

  /// Takes on what a preset says; sizes stay.
  mutating func adopt(_ preset: TransformerPreset) { transformer.adopt(preset) }

  subscript<Value>(dynamicMember path: WritableKeyPath<TransformerConfiguration, Value>) -> Value {
    get { transformer[keyPath: path] }
    set { transformer[keyPath: path] = newValue }
  }

  /// The Transformer for vocabularies.
  func transformer(source: Int, target: Int, sharesVocabulary: Bool) -> TransformerConfiguration {
    var result = transformer
    result.sourceVocabularySize = source
    result.targetVocabularySize = target
    let headDimension = result.modelDimension / max(1, result.headCount)
    if result.keyDimension == 0 { result.keyDimension = headDimension }
    if result.valueDimension == 0 { result.valueDimension = headDimension }
    if result.tying == .all && !sharesVocabulary { result.tying = .decoder }
    return result
  }

  // The Transformer's keys and the seed stand side by side.

  private enum CodingKeys: String, CodingKey { case seed }

  init(from decoder: any Swift.Decoder) throws {
    transformer = try TransformerConfiguration(amongOtherKeysOf: decoder)
    seed = try decoder.container(keyedBy: CodingKeys.self).decode(UInt64.self, forKey: .seed)
  }

  func encode(to encoder: any Swift.Encoder) throws {
    try transformer.encode(to: encoder)
    var values = encoder.container(keyedBy: CodingKeys.self)
    try values.encode(seed, forKey: .seed)
  }
}

extension RunConfiguration {
  /// A number of weights that the model for a codec has at least: those of its products.
  private func leastWeightCount(for codec: Codec) -> Double {
    switch architecture {
    case .recurrent:
      let vocabulary = Double(codec.targetVocabulary.count)
      let (d, layers) = (
        Double(recurrent.modelDimension),
        Double(recurrent.encoderLayerCount) + Double(recurrent.decoderLayerCount)
      )
      // A direction of an encoder layer may have half of the width.
      return d * vocabulary + layers * d * d / 4
    case .transformer:
      return model.transformer(
        source: codec.sourceVocabulary.count, target: codec.targetVocabulary.count,
        sharesVocabulary: codec.sourceVocabulary == codec.targetVocabulary
      ).leastParameterCount
    }
  }

  /// D, for the paper's learning rate.
  var modelDimension: Int {
    architecture == .transformer ? model.modelDimension : recurrent.modelDimension
  }

  /// The longest sequence that the model takes.
  var lengthLimit: Int {
    architecture == .transformer ? model.maximumLength : .max
  }

  /// A new model for the vocabularies of a codec.
  ///
  /// - Parameter checkpoint: where its weights come from, if they do. It must have enough for the model, so that a small
  ///   checkpoint cannot ask for a model that is larger than memory.
  func newModel(for codec: Codec, weightsOf checkpoint: Checkpoint? = nil) throws
    -> any SequenceModel
  {
    if let checkpoint {
      let (least, found) = (leastWeightCount(for: codec), try checkpoint.weightCount())
      if Double(found) < least {
        throw TrainingError.checkpoint(
          path: checkpoint.path + "/weights.safetensors",
          problem:
            "expected at least \(least) numbers for the model of configuration.json, found \(found)"
        )
      }
    }
    let (source, target) = (codec.sourceVocabulary.count, codec.targetVocabulary.count)
    let sharesVocabulary = codec.sourceVocabulary == codec.targetVocabulary
    switch architecture {
    case .transformer:
      return try Transformer(
        model.transformer(source: source, target: target, sharesVocabulary: sharesVocabulary),
        seed: model.seed)
    case .recurrent:
      var configuration = recurrent
      configuration.sourceVocabularySize = source
      configuration.targetVocabularySize = target
      if configuration.tying == .all && !sharesVocabulary { configuration.tying = .decoder }
      return try RecurrentModel(configuration, seed: model.seed)
    }
  }
}
