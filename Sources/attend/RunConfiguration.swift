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

  /// As it is saved with a run.
  func json() throws -> StrictJSON { try StrictJSON(parsing: JSONEncoder().encode(self)) }
}

/// Where text comes from and how it becomes tokens.
struct DataConfiguration: Codable, Equatable {
  enum Task: String, Codable { case files, copy, reverse, sort }
  enum TokenizerKind: String, Codable { case words, characters }

  /// `files` reads ``train``; the others make sequences up.
  var task = Task.files
  /// A file of `SOURCE<TAB>TARGET` lines.
  var train = ""
  /// The like for validation; empty: part of ``train`` is held out.
  var validation = ""
  /// The share of distinct sources that is held out, and the seed of the choice.
  var heldOutShare = 0.02
  var seed: UInt64 = 1
  var sourceTokenizer = TokenizerKind.words
  var targetTokenizer = TokenizerKind.words
  /// One vocabulary for source and target.
  var sharesVocabulary = false
  var vocabularyLimit = 50_000
  var minimumFrequency = 1
  /// Sequences with more tokens are left out of training.
  var maximumLength = 256
  /// Tokens in a batch, on each side, padding counted; and pairs in a batch.
  var tokensPerBatch = 4096
  var pairsPerBatch = 512
  /// How far lengths in a batch may differ: 1 gives the least padding, more gives batches that are more alike.
  var bucketWidth = 1
  /// For the made-up tasks.
  var pairCount = 10_000
  var symbolCount = 20
  var shortest = 1
  var longest = 10

  /// Makes sure that the numbers describe batches.
  func validate() throws {
    for (field, value) in [
      ("vocabularyLimit", vocabularyLimit), ("minimumFrequency", minimumFrequency),
      ("maximumLength", maximumLength), ("tokensPerBatch", tokensPerBatch),
      ("pairsPerBatch", pairsPerBatch), ("bucketWidth", bucketWidth),
      ("pairCount", pairCount), ("symbolCount", symbolCount),
      ("shortest", shortest),
    ] where value < 1 {
      throw ConfigurationFileError(
        origin: "data.\(field)", problem: "expected a whole number of at least 1, found \(value)")
    }
    if longest < shortest {
      throw ConfigurationFileError(
        origin: "data.longest",
        problem: "expected at least data.shortest, \(shortest), found \(longest)")
    }
    if !(heldOutShare >= 0 && heldOutShare < 1) {
      throw ConfigurationFileError(
        origin: "data.heldOutShare",
        problem: "expected at least 0 and less than 1, found \(heldOutShare)")
    }
  }
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
