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
    /// The score of the outputs to compare with, and how probable so large a difference is by chance.
    var baseline: Double?
    var pValue: Double?
    /// How a person reads it.
    var line: String?

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

  private static let explanations = [
    "wer": "outputs that are none of their references", "per": "edits per reference token",
  ]

  func print(asJSON: Bool) throws {
    if asJSON {
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
      Swift.print(String(decoding: try encoder.encode(self), as: UTF8.self))
      return
    }
    Swift.print("sources = \(sources)")
    for score in scores {
      Swift.print(
        score.line
          ?? "\(score.name.uppercased()) = \(Self.format(score.value)) % "
          + "(\(Self.explanations[score.name] ?? ""))")
      if let baseline = score.baseline {
        let difference = Self.format(score.value - baseline)
        let chance = score.pValue.map { ", p = \(String(format: "%.4f", $0))" } ?? ""
        Swift.print("  baseline \(Self.format(baseline)), difference \(difference)\(chance)")
      }
    }
    if let perplexity {
      Swift.print(
        "perplexity = \(String(format: "%.4f", perplexity)) (exp of the mean of -log p over target tokens, "
          + "end tokens included)")
    }
    if let decodingSeconds {
      Swift.print(
        "decoding = \(String(format: "%.1f", decodingSeconds)) s, "
          + "\(Int(Double(sources) / max(decodingSeconds, 1e-9))) sources a second")
    }
  }

  private static func format(_ value: Double) -> String { String(format: "%.2f", value) }
}
