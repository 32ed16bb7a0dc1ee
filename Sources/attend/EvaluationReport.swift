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

  /// The scores of the sources of similar length.
  struct Bucket: Codable {
    var shortest: Int
    /// `nil`: there is no longest.
    var longest: Int?
    var sources: Int
    var meanLength: Double
    /// In the order of `--metrics`.
    var scores: [Score]
  }

  /// Scores by the length of the source.
  struct ByLength: Codable {
    /// What lengths are counted in: `tokens`, `words` or `characters`.
    var unit: String
    /// Those with sources, in ascending order.
    var buckets: [Bucket]
  }

  var sources: Int
  var scores: [Score] = []
  /// Per target token, end tokens included.
  var perplexity: Double?
  var decodingSeconds: Double?
  var byLength: ByLength?

  init(sources: Int) { self.sources = sources }

  func print(asJSON: Bool) throws {
    if asJSON {
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
      try StandardStreams.writeLine(String(decoding: encoder.encode(self), as: UTF8.self))
      return
    }
    try StandardStreams.writeLine("sources = \(sources)")
    for score in scores {
      try StandardStreams.writeLine(score.line)
      if let baseline = score.baseline {
        let chances = [("bootstrap", score.bootstrapP), ("randomisation", score.randomizationP)]
          .map { "\($0.0) p = \(String(format: "%.4f", $0.1 ?? .nan))" }
        try StandardStreams.writeLine(
          "  baseline \(Self.format(baseline)), difference \(Self.format(score.value - baseline)); "
            + chances.joined(separator: ", "))
      }
    }
    if let byLength { try StandardStreams.write(byLength.table) }
    if let perplexity {
      try StandardStreams.writeLine("perplexity = \(String(format: "%.4f", perplexity))")
      try StandardStreams.writeLine("  \(Perplexity.definition)")
    }
    if let decodingSeconds {
      try StandardStreams.writeLine(
        "decoding = \(String(format: "%.1f", decodingSeconds)) s, "
          + "\(Int(Double(sources) / max(decodingSeconds, 1e-9))) sources a second")
    }
  }

  fileprivate static func format(_ value: Double) -> String { String(format: "%.2f", value) }
}

extension EvaluationReport.ByLength {
  /// A line for each bucket, its columns to the right.
  fileprivate var table: String {
    let rows =
      [[unit, "sources"] + (buckets.first?.scores ?? []).flatMap(\.headings)]
      + buckets.map { ["\($0.range)", "\($0.sources)"] + $0.scores.flatMap(\.cells) }
    let widths = rows[0].indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
    return rows.map { row in
      zip(row, widths).map { String(repeating: " ", count: $1 - $0.count) + $0 }
        .joined(separator: "  ") + "\n"
    }.joined()
  }
}

extension EvaluationReport.Bucket {
  fileprivate var range: String {
    guard let longest else { return "\(shortest)-" }
    return longest == shortest ? "\(shortest)" : "\(shortest)-\(longest)"
  }
}

extension EvaluationReport.Score {
  fileprivate var headings: [String] {
    [name] + (interval == nil ? [] : ["95 %"]) + (baseline == nil ? [] : ["baseline"])
  }

  fileprivate var cells: [String] {
    [EvaluationReport.format(value)]
      + (interval.map { [$0.map(EvaluationReport.format).joined(separator: "-")] } ?? [])
      + (baseline.map { [EvaluationReport.format($0)] } ?? [])
  }
}
