import AttentionKit
import Foundation
import TestSupport

/// Searches by trying every sequence: what beam search must agree with.
struct ExhaustiveSearch {
  let start: Int
  let end: Int
  let limit: Int
  var penalty = LengthPenalty.none
  var minimumLength = 0
  /// Whether a token may follow the given ones.
  var allows: ([Int], Int) -> Bool = { _, _ in true }

  struct Result {
    let tokens: [Int]
    let isFinished: Bool
    let score: Double
    let normalized: Double
  }

  /// All outputs, the finished ones by score, then the unfinished ones by score.
  ///
  /// - Parameter logits: what may follow a target that begins with the start token.
  func results(_ logits: ([Int]) throws -> [Float]) rethrows -> [Result] {
    var results: [Result] = []
    func add(_ tokens: [Int], _ score: Double, length: Int, isFinished: Bool) {
      // Written anew from the formulas, not by the code under test.
      let divisor: Double =
        switch penalty {
        case .none: 1
        case .average: Double(length)
        case .paper(let alpha): pow((5 + Double(length)) / 6, alpha)
        }
      results.append(
        Result(
          tokens: tokens, isFinished: isFinished, score: score, normalized: score / divisor))
    }
    func visit(_ tokens: [Int], _ score: Double) throws {
      if tokens.count == limit {
        return add(tokens, score, length: tokens.count, isFinished: false)
      }
      let values = try logits([start] + tokens).map(Double.init)
      let probabilities = Oracle.softmax(values, columns: values.count)
      var isStuck = true
      for (token, probability) in probabilities.enumerated() where probability > 0 {
        if token == end {
          if tokens.count < minimumLength { continue }
          add(tokens, score + log(probability), length: tokens.count + 1, isFinished: true)
        } else {
          if !allows(tokens, token) { continue }
          try visit(tokens + [token], score + log(probability))
        }
        isStuck = false
      }
      if isStuck { add(tokens, score, length: tokens.count, isFinished: false) }
    }
    try visit([], 0)
    return results.sorted {
      ($0.isFinished ? 1 : 0, $0.normalized) > ($1.isFinished ? 1 : 0, $1.normalized)
    }
  }
}
