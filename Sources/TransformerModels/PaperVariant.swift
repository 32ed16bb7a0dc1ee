/// A row of the paper's Table 3: a variation of the base model, with what its authors measured (English to
/// German, newstest2013).
public struct PaperVariant: Sendable {
  /// The row's letter and what it varies: "A, h = 1".
  public let name: String
  /// The model.
  public let configuration: TransformerConfiguration
  /// ε_ls
  public let labelSmoothing: Float
  /// Updates in the paper.
  public let trainingSteps: Int
  /// Perplexity per word piece on the development set.
  public let reportedPerplexity: Double
  /// BLEU on the development set.
  public let reportedBLEU: Double
  /// The parameters the paper prints, in millions; nil where it prints none (as many as the base model).
  public let reportedMillionParameters: Int?

  /// The paper's vocabulary of byte pairs, about 37,000 (section 5.1).
  public static let vocabularySize = 37_000

  /// Every row of the table.
  public static let all: [PaperVariant] = {
    func row(
      _ name: String, _ perplexity: Double, _ bleu: Double, _ parameters: Int? = nil,
      smoothing: Float = 0.1, steps: Int = 100_000,
      change: (inout TransformerConfiguration) -> Void = { _ in }
    ) -> PaperVariant {
      var configuration = TransformerConfiguration.base(vocabularySize: vocabularySize)
      change(&configuration)
      return PaperVariant(
        name: name, configuration: configuration, labelSmoothing: smoothing, trainingSteps: steps,
        reportedPerplexity: perplexity, reportedBLEU: bleu, reportedMillionParameters: parameters)
    }
    func heads(_ count: Int) -> (inout TransformerConfiguration) -> Void {
      { $0.resize(modelDimension: 512, feedForwardDimension: 2048, headCount: count) }
    }
    func layers(_ count: Int) -> (inout TransformerConfiguration) -> Void {
      {
        $0.encoderLayerCount = count
        $0.decoderLayerCount = count
      }
    }
    return [
      row("base", 4.92, 25.8, 65),
      row("A, h = 1", 5.29, 24.9, change: heads(1)),
      row("A, h = 4", 5.00, 25.5, change: heads(4)),
      row("A, h = 16", 4.91, 25.8, change: heads(16)),
      row("A, h = 32", 5.01, 25.4, change: heads(32)),
      row("B, d_k = 16", 5.16, 25.1, 58) { $0.keyDimension = 16 },
      row("B, d_k = 32", 5.01, 25.4, 60) { $0.keyDimension = 32 },
      row("C, N = 2", 6.11, 23.7, 36, change: layers(2)),
      row("C, N = 4", 5.19, 25.3, 50, change: layers(4)),
      row("C, N = 8", 4.88, 25.5, 80, change: layers(8)),
      row("C, d_model = 256", 5.75, 24.5, 28) {
        $0.resize(modelDimension: 256, feedForwardDimension: 2048, headCount: 8)
      },
      row("C, d_model = 1024", 4.66, 26.0, 168) {
        $0.resize(modelDimension: 1024, feedForwardDimension: 2048, headCount: 8)
      },
      row("C, d_ff = 1024", 5.12, 25.4, 53) { $0.feedForwardDimension = 1024 },
      row("C, d_ff = 4096", 4.75, 26.2, 90) { $0.feedForwardDimension = 4096 },
      row("D, P_drop = 0.0", 5.77, 24.6) { $0.dropoutRate = 0 },
      row("D, P_drop = 0.2", 4.95, 25.5) { $0.dropoutRate = 0.2 },
      row("D, ε_ls = 0.0", 4.67, 25.3, smoothing: 0),
      row("D, ε_ls = 0.2", 5.47, 25.7, smoothing: 0.2),
      row("E, learned positions", 4.92, 25.7) { $0.positions = .learned },
      row("big", 4.33, 26.4, 213, steps: 300_000) {
        $0 = .big(vocabularySize: vocabularySize)
      },
    ]
  }()
}
