import AttentionKit
import Kernels

/// A recurrent encoder-decoder that competes with the Transformer.
struct ThroughputRival {
  /// How the decoder learns about the source.
  enum Context: String, CaseIterable {
    /// Dot attention (Luong et al. 2015), computed for all steps at once.
    case dot
    /// Additive attention as part of the next step's input (Bahdanau et al. 2015): one step after the other.
    case additive
    /// The encoder's last state, and nothing else (Sutskever et al. 2014).
    case fixed
  }

  let cell: RecurrentCell
  let context: Context

  var name: String { "\(cell == .lstm ? "LSTM" : "GRU") \(context.rawValue)" }

  static let all = [RecurrentCell.lstm, .gru].flatMap { cell in
    Context.allCases.map { ThroughputRival(cell: cell, context: $0) }
  }

  /// One layer, the encoder's in both directions, at the library's width.
  func configuration(vocabularySize: Int) -> RecurrentConfiguration {
    var configuration = RecurrentConfiguration(vocabularySize: vocabularySize, cell: cell)
    switch context {
    case .dot: break
    case .additive:
      configuration.attention = .bahdanau
      configuration.score = .additive
    case .fixed: configuration.attention = .none
    }
    return configuration
  }
}
