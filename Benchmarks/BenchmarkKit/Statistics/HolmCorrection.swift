/// Probabilities of several tests made comparable with one level (Holm 1979): if all differences are chance, the
/// probability that any of the corrected ones falls below the level is at most the level, whatever depends on what.
enum HolmCorrection {
  /// The corrected probabilities in the given order.
  static func corrected(_ probabilities: [Double]) -> [Double] {
    let order = probabilities.indices.sorted { probabilities[$0] < probabilities[$1] }
    var result = probabilities
    var largest = 0.0
    for (place, index) in order.enumerated() {
      largest = max(largest, Double(probabilities.count - place) * probabilities[index])
      result[index] = min(1, largest)
    }
    return result
  }
}
