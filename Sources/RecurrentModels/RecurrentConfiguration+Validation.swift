internal import SequenceModels

extension RecurrentConfiguration {
  /// Makes sure that the numbers and choices describe a model.
  ///
  /// - Throws: `ConfigurationError`, which names the field.
  public func validate() throws {
    func require(_ condition: Bool, _ field: String, _ expected: String, _ found: Any) throws {
      if !condition {
        throw ConfigurationError(field: field, expected: expected, found: "\(found)")
      }
    }
    // So that the number of parameters is far from what an integer holds.
    for (field, value, limit) in [
      ("sourceVocabularySize", sourceVocabularySize, 1 << 24),
      ("targetVocabularySize", targetVocabularySize, 1 << 24),
      ("modelDimension", modelDimension, 1 << 20),
      ("encoderLayerCount", encoderLayerCount, 1 << 10),
      ("decoderLayerCount", decoderLayerCount, 1 << 10),
    ] {
      try require(value >= 1 && value <= limit, field, "a number from 1 to \(limit)", value)
    }
    for (field, rate) in [
      ("dropoutRate", dropoutRate), ("embeddingDropoutRate", embeddingDropoutRate),
      ("outputDropoutRate", outputDropoutRate),
    ] {
      try require(rate >= 0 && rate < 1, field, "a rate of at least 0 and less than 1", rate)
    }
    try require(forgetBias.isFinite, "forgetBias", "a number", forgetBias)
    try require(
      tying != .all || sourceVocabularySize == targetVocabularySize, "tying",
      "\"decoder\" or \"none\" where source and target have vocabularies of different sizes "
        + "(\(sourceVocabularySize) and \(targetVocabularySize))", tying.rawValue)
    try require(
      encoderDirection == .unidirectional || directionWidth == .full || modelDimension % 2 == 0,
      "modelDimension", "an even number, since each direction of the encoder has half of it",
      modelDimension)
    try validateContext(require)
    try validateAttention(require)
    try validateResiduals(require)
    try teacherForcing.validate()
  }

  private typealias Requirement = (Bool, String, String, Any) throws -> Void

  private func validateContext(_ require: Requirement) throws {
    try require(
      attention != .none || contextUse != .none, "contextUse",
      "a use of the context vector, since without attention nothing else tells of the source",
      contextUse.rawValue)
    try require(
      contextUse != .none || !transformsContext, "transformsContext",
      "false where the context vector is not used", transformsContext)
    guard contextUse.isFirstState, !transformsContext else { return }
    for layer in 0..<decoderLayerCount {
      let width = firstStateDimension(decoderLayer: layer)
      try require(
        width == modelDimension, "transformsContext",
        "true where the first state of decoder layer \(layer + 1) is made from \(width) numbers and "
          + "has \(modelDimension)", transformsContext)
    }
  }

  private func validateAttention(_ require: Requirement) throws {
    try require(
      !feedsInput || attention == .luong, "feedsInput",
      "false unless attention is \"luong\"; with \"\(attention.rawValue)\" the input has its own part "
        + "of what attention finds, or none", feedsInput)
    try require(
      attention != .gnmt || decoderLayerCount >= 2, "decoderLayerCount",
      "at least 2 with attention \"gnmt\", which serves the layers after the first",
      decoderLayerCount)
    try require(
      attentionDimension >= 0 && attentionDimension <= 1 << 20, "attentionDimension",
      "a number from 1 to \(1 << 20), or 0 for modelDimension", attentionDimension)
    let needsEqualWidths = attention != .none && score != .general && score != .additive
    try require(
      !needsEqualWidths || memoryDimension == modelDimension, "score",
      "\"general\" or \"additive\" where states have \(modelDimension) numbers and outputs of the encoder "
        + "\(memoryDimension)", score.rawValue)
  }

  private func validateResiduals(_ require: Requirement) throws {
    try require(
      residualFromLayer >= 0, "residualFromLayer", "a layer's number, or 0 for none",
      residualFromLayer)
    guard residualFromLayer > 0 else { return }
    for (index, layer) in encoderLayers.enumerated() where index + 1 >= residualFromLayer {
      try require(
        layer.inputDimension == layer.outputDimension, "residualFromLayer",
        "a layer after encoder layer \(index + 1), whose input has \(layer.inputDimension) numbers and "
          + "whose output \(layer.outputDimension)", residualFromLayer)
    }
  }
}
