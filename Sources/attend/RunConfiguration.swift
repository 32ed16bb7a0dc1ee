import AttentionKit
import Foundation

/// Everything that decides a training run: the sections of a configuration file.
struct RunConfiguration: Codable, Equatable {
  enum Architecture: String, Codable, CaseIterable { case transformer, recurrent }

  var architecture = Architecture.transformer
  var data = DataConfiguration()
  /// The Transformer.
  var model = ModelConfiguration()
  /// The recurrent model. Its vocabularies are 0 here: the data decide about them.
  var recurrent = RecurrentConfiguration(vocabularySize: 0)
  var training = TrainingConfiguration()

  /// Defaults, then a preset, then a file, then `--set key=value`.
  static func read(file: String?, settings: [String], preset: TransformerPreset = .paper) throws
    -> RunConfiguration
  {
    var defaults = RunConfiguration()
    defaults.model.adopt(preset)
    var overlay = try ConfigurationOverlay(defaults: defaults)
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

  /// The defaults, then what a checkpoint was trained with.
  static func overlay(of checkpoint: Checkpoint) throws -> ConfigurationOverlay {
    if SentenceEncoder.isIn(checkpoint) {
      throw TrainingError.checkpoint(
        path: checkpoint.path,
        problem: "expected a model that translates, found a BERT; attend embed takes it")
    }
    var overlay = try ConfigurationOverlay(defaults: RunConfiguration())
    try overlay.apply(checkpoint.configuration, origin: checkpoint.path + "/configuration.json")
    return overlay
  }

  /// What an overlay says after `--set key=value`.
  ///
  /// - Parameter origin: where the overlay comes from, for messages.
  static func read(
    _ overlay: ConfigurationOverlay, settings: [String], origin: String = "configuration"
  ) throws -> RunConfiguration {
    var overlay = overlay
    for setting in settings {
      let parts = setting.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      if parts.count != 2 {
        throw UsageError("--set: expected key=value, found \"\(setting)\"")
      }
      try overlay.set(
        String(parts[0]), to: String(parts[1]), origin: "--set \(setting)")
    }
    let configuration = try overlay.value(as: RunConfiguration.self, origin: origin)
    try configuration.training.validate()
    try configuration.data.validate()
    for (key, size) in [
      ("model.sourceVocabularySize", configuration.model.sourceVocabularySize),
      ("model.targetVocabularySize", configuration.model.targetVocabularySize),
      ("recurrent.sourceVocabularySize", configuration.recurrent.sourceVocabularySize),
      ("recurrent.targetVocabularySize", configuration.recurrent.targetVocabularySize),
    ] where size != 0 {
      throw ConfigurationFileError(
        origin: key,
        problem: "expected 0, since the text decides about vocabularies, found \(size)")
    }
    return configuration
  }

  /// Makes sure that what is changed on going on with a run does not make another model of it.
  func checkResumption(of original: RunConfiguration) throws {
    var allowed = original
    allowed.training = training
    allowed.model.dropoutRate = model.dropoutRate
    allowed.model.attentionDropoutRate = model.attentionDropoutRate
    allowed.model.activationDropoutRate = model.activationDropoutRate
    allowed.recurrent.dropoutRate = recurrent.dropoutRate
    allowed.recurrent.embeddingDropoutRate = recurrent.embeddingDropoutRate
    allowed.recurrent.outputDropoutRate = recurrent.outputDropoutRate
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
        "--resume: of architecture, model, recurrent and data only dropout rates, sizes of batches and the places of "
          + "files can change; begin a new run with --warm-start for the rest")
    }
  }

  /// As it is saved with a run: the same bytes for the same configuration.
  func json() throws -> StrictJSON {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    return try StrictJSON(parsing: encoder.encode(self))
  }
}
