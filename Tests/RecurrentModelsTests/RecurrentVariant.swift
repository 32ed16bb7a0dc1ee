import AttentionKit
import Testing

/// A recurrent encoder-decoder with a name, as an argument of a test: between them they have every option.
struct RecurrentVariant: CustomTestStringConvertible, Sendable {
  let name: String
  let configuration: RecurrentConfiguration

  var testDescription: String { name }

  static let sourceVocabularySize = 19
  static let targetVocabularySize = 23

  /// No dropout, so that training and inference compute the same.
  static func make(
    _ name: String, layers: Int = 2, cell: RecurrentCell = .lstm,
    change: (inout RecurrentConfiguration) -> Void = { _ in }
  ) -> RecurrentVariant {
    var configuration = RecurrentConfiguration(
      sourceVocabularySize: sourceVocabularySize, targetVocabularySize: targetVocabularySize,
      modelDimension: 10, layerCount: layers, cell: cell, dropoutRate: 0)
    change(&configuration)
    return RecurrentVariant(name: name, configuration: configuration)
  }

  /// A source as one vector.
  static let fixedVector: [RecurrentVariant] = {
    func fixed(
      _ name: String, _ cell: RecurrentCell,
      change: @escaping (inout RecurrentConfiguration) -> Void
    ) -> RecurrentVariant {
      make(name, cell: cell) {
        $0.attention = .none
        change(&$0)
      }
    }
    return [
      fixed("rnn, last state", .rnn) { $0.encoderDirection = .unidirectional },
      fixed("lstm, last state, at every step", .lstm) {
        $0.contextUse = .everyStep
        $0.directionWidth = .full
        $0.tying = .none
        $0.hasOutputBias = true
      },
      fixed("lstm, transformed, fewer encoder layers", .lstm) {
        $0.transformsContext = true
        $0.directionWidth = .full
        $0.encoderLayerCount = 1
        $0.contextUse = .both
      },
      fixed("gru, mean", .gru) { $0.contextVector = .mean },
      fixed("lstm, mean, transformed", .lstm) {
        $0.contextVector = .mean
        $0.transformsContext = true
        $0.contextUse = .both
      },
      fixed("gru with reset before, maximum", .gruResetBefore) {
        $0.contextVector = .maximum
        $0.contextUse = .both
      },
      fixed("lstm, maximum, more encoder layers, residual", .lstm) {
        $0.contextVector = .maximum
        $0.encoderLayerCount = 3
        $0.residualFromLayer = 1
      },
    ]
  }()

  /// A source that is looked at.
  static let attentive: [RecurrentVariant] = [
    make("luong, dot"),
    make("luong, scaled dot, one vocabulary") {
      $0.score = .scaledDot
      $0.sourceVocabularySize = targetVocabularySize
      $0.tying = .all
      $0.recurrentInitialization = .orthogonal
      $0.forgetBias = 1
    },
    make("luong, general, first layer bidirectional", cell: .gru) {
      $0.score = .general
      $0.encoderDirection = .firstBidirectional
      $0.contextUse = .everyStep
    },
    make("luong, input feeding", cell: .gru) { $0.feedsInput = true },
    make("luong, input feeding, context at every step, residual", layers: 3) {
      $0.feedsInput = true
      $0.contextUse = .both
      $0.residualFromLayer = 2
    },
    make("bahdanau", layers: 1, cell: .gruResetBefore) {
      $0.attention = .bahdanau
      $0.score = .additive
      $0.directionWidth = .full
      $0.transformsContext = true
    },
    make("luong, concat with few hidden units") {
      $0.score = .additive
      $0.attentionDimension = 3
    },
    make("bahdanau, two layers of LSTM, cosine") {
      $0.attention = .bahdanau
      $0.score = .cosine
      $0.contextUse = .both
    },
    make("gnmt", layers: 3) {
      $0 = .gnmt(
        sourceVocabularySize: sourceVocabularySize, targetVocabularySize: targetVocabularySize,
        modelDimension: 10)
      $0.encoderLayerCount = 4
      $0.decoderLayerCount = 4
      $0.dropoutRate = 0
    },
    make("gnmt of rnn, from last states", cell: .rnn) { $0.attention = .gnmt },
  ]

  static let all = fixedVector + attentive

  func model(seed: UInt64 = 3) throws -> RecurrentModel {
    let model = try RecurrentModel(configuration, seed: seed)
    // No zeros, so that every bias shows.
    var generator = SeededGenerator(seed: seed + 1)
    for item in model.parameters where item.parameter.value.scalars.allSatisfy({ $0 == 0 }) {
      item.parameter.value = .normal(
        item.parameter.shape, standardDeviation: 0.3, using: &generator)
    }
    return model
  }
}
