import AttentionKit
import Foundation

/// Everything that decides a training run: the sections of a configuration file.
struct RunConfiguration: Codable, Equatable {
  var data = DataConfiguration()
  var model = ModelConfiguration()
  var training = TrainingConfiguration()

  /// Defaults, then a file, then `--set key=value`.
  static func read(file: String?, settings: [String]) throws -> RunConfiguration {
    var overlay = try ConfigurationOverlay(defaults: RunConfiguration())
    if let file {
      guard let data = FileManager.default.contents(atPath: file) else {
        throw ConfigurationFileError(origin: file, problem: "cannot be read")
      }
      do {
        try overlay.apply(StrictJSON(parsing: data), origin: file)
      } catch let error as StrictJSONError {
        throw ConfigurationFileError(origin: file, problem: "\(error)")
      }
    }
    return try read(overlay, settings: settings)
  }

  /// What an overlay says after `--set key=value`.
  static func read(_ overlay: ConfigurationOverlay, settings: [String]) throws -> RunConfiguration {
    var overlay = overlay
    for setting in settings {
      let parts = setting.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      if parts.count != 2 {
        throw UsageError("--set: expected key=value, found \"\(setting)\"")
      }
      try overlay.set(
        String(parts[0]), to: String(parts[1]), origin: "--set \(setting)")
    }
    let configuration = try overlay.value(as: RunConfiguration.self)
    try configuration.training.validate()
    try configuration.data.validate()
    return configuration
  }

  /// Makes sure that what is changed on going on with a run does not make another model of it.
  func checkResumption(of original: RunConfiguration) throws {
    var allowed = original
    allowed.training = training
    allowed.model.dropoutRate = model.dropoutRate
    allowed.model.attentionDropoutRate = model.attentionDropoutRate
    allowed.model.activationDropoutRate = model.activationDropoutRate
    allowed.data.tokensPerBatch = data.tokensPerBatch
    allowed.data.pairsPerBatch = data.pairsPerBatch
    allowed.data.bpeDropout = data.bpeDropout
    let places: [WritableKeyPath<DataConfiguration, String>] = [
      \.train, \.trainSource, \.trainTarget, \.validation, \.validationSource, \.validationTarget,
    ]
    for path in places {
      allowed.data[keyPath: path] = data[keyPath: path]
    }
    if allowed != self {
      throw UsageError(
        "--resume: of the sections model and data only dropout rates, sizes of batches and the places of "
          + "files can change; begin a new run with --warm-start for the rest")
    }
  }

  /// As it is saved with a run.
  func json() throws -> StrictJSON { try StrictJSON(parsing: JSONEncoder().encode(self)) }
}

/// The model, its vocabularies aside, which the data decide.
struct ModelConfiguration: Codable, Equatable {
  var encoderLayerCount = 6
  var decoderLayerCount = 6
  var modelDimension = 512
  var feedForwardDimension = 2048
  var headCount = 8
  /// 0: modelDimension / headCount.
  var keyDimension = 0
  var valueDimension = 0
  var dropoutRate: Float = 0.1
  var attentionDropoutRate: Float = 0
  var activationDropoutRate: Float = 0
  var activation = Activation.relu
  var normPlacement = NormPlacement.post
  var normEpsilon: Float = 1e-6
  /// `all` needs one vocabulary; with two it means `decoder`.
  var tying = TransformerConfiguration.Tying.all
  var positions = TransformerConfiguration.Positions.sinusoidal
  var maximumLength = 1024
  /// The seed of the parameters.
  var seed: UInt64 = 1

  func transformer(source: Int, target: Int, sharesVocabulary: Bool) -> TransformerConfiguration {
    var result = TransformerConfiguration(
      sourceVocabularySize: source, targetVocabularySize: target)
    result.encoderLayerCount = encoderLayerCount
    result.decoderLayerCount = decoderLayerCount
    result.resize(
      modelDimension: modelDimension, feedForwardDimension: feedForwardDimension,
      headCount: headCount)
    if keyDimension > 0 { result.keyDimension = keyDimension }
    if valueDimension > 0 { result.valueDimension = valueDimension }
    result.dropoutRate = dropoutRate
    result.attentionDropoutRate = attentionDropoutRate
    result.activationDropoutRate = activationDropoutRate
    result.activation = activation
    result.normPlacement = normPlacement
    result.normEpsilon = normEpsilon
    result.tying = tying == .all && !sharesVocabulary ? .decoder : tying
    result.positions = positions
    result.maximumLength = maximumLength
    return result
  }
}
