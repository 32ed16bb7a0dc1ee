import Foundation

/// A score and how to print it.
public protocol MetricScore: Sendable {
  /// The metric's name with the parameters that are part of it, such as `chrF2++`.
  var name: String { get }
  /// The score, in percent.
  var value: Double { get }
  /// What it is made of, to be printed after it; empty where there is nothing to say.
  var details: String { get }
}

extension MetricScore {
  /// A line as sacreBLEU prints it:
  /// `BLEU|nrefs:1|... = 41.02 71.5/48.9/34.6/24.9 (BP = 1.000 ratio = 1.004 hyp_len = 12 ref_len = 12)`.
  ///
  /// - Parameters:
  ///   - decimals: digits of the score after the point.
  ///   - signature: the metric's signature; left out if empty.
  ///   - confidence: an interval that is printed after the score, as `(μ = 41.01 ± 0.98)`.
  public func formatted(
    decimals: Int = 2, signature: String = "", confidence: ConfidenceInterval? = nil
  ) -> String {
    let title = signature.isEmpty ? name : "\(name)|\(signature)"
    let parts = [
      fixed(value, decimals), confidence.map { "(\($0.formatted(decimals: decimals)))" } ?? "",
      details,
    ]
    return "\(title) = " + parts.filter { !$0.isEmpty }.joined(separator: " ")
  }
}

/// A number with so many digits after the point.
func fixed(_ value: Double, _ decimals: Int) -> String {
  String(format: "%.\(decimals)f", value)
}
