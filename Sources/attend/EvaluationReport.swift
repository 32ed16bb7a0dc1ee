import AttentionKit
import Foundation

/// The scores that `evaluate` writes.
struct EvaluationReport: Codable {
  struct Score: Codable {
    /// As in `--metrics`.
    var name: String
    /// In percent.
    var value: Double
    var signature: String?
    /// 95 % of resampled test sets lie between.
    var interval: [Double]?
    /// The score of the outputs to compare with, and how probable so large a difference is by chance: by the
    /// paired bootstrap, which finds differences too easily, and by approximate randomisation.
    var baseline: Double?
    var bootstrapP: Double?
    var randomizationP: Double?
    /// How a person reads it.
    var line = ""

    init(name: String, value: Double) {
      self.name = name
      self.value = value
    }
  }

  var sources: Int
  var scores: [Score] = []
  /// Per target token, end tokens included.
  var perplexity: Double?
  var decodingSeconds: Double?

  init(sources: Int) { self.sources = sources }

  func print(asJSON: Bool) throws {
    if asJSON {
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
      Swift.print(String(decoding: try encoder.encode(self), as: UTF8.self))
      return
    }
    Swift.print("sources = \(sources)")
    for score in scores {
      Swift.print(score.line)
      if let baseline = score.baseline {
        let chances = [("bootstrap", score.bootstrapP), ("randomisation", score.randomizationP)]
          .map { "\($0.0) p = \(String(format: "%.4f", $0.1 ?? .nan))" }
        Swift.print(
          "  baseline \(Self.format(baseline)), difference \(Self.format(score.value - baseline)); "
            + chances.joined(separator: ", "))
      }
    }
    if let perplexity {
      Swift.print("perplexity = \(String(format: "%.4f", perplexity))")
      Swift.print("  \(Perplexity.definition)")
    }
    if let decodingSeconds {
      Swift.print(
        "decoding = \(String(format: "%.1f", decodingSeconds)) s, "
          + "\(Int(Double(sources) / max(decodingSeconds, 1e-9))) sources a second")
    }
  }

  private static func format(_ value: Double) -> String { String(format: "%.2f", value) }
}
