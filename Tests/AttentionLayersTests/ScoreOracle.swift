import AttentionLayers
import Autograd
import CoreLayers
import Foundation
import Tensors

/// Which score function a test is about, with the definition that a paper gives, in double precision.
enum ScoreKind: String, CaseIterable, Sendable {
  case dot, scaledDot, general, additive, projectedAdditive, cosine

  /// Whether queries and keys may have different widths.
  var allowsDifferentWidths: Bool { self == .general || self == .additive }

  /// The function for heads of widths `queryWidth` and `keyWidth`, its parameters far from 0.
  func make(
    queryWidth: Int, keyWidth: Int, headCount: Int, using generator: inout SeededGenerator
  ) -> any ScoreFunction {
    let function: any ScoreFunction =
      switch self {
      case .dot: DotScore()
      case .scaledDot: DotScore.scaled
      case .general:
        GeneralScore(
          queryDimension: queryWidth, keyDimension: keyWidth, headCount: headCount,
          using: &generator)
      case .additive:
        AdditiveScore(
          queryDimension: headCount * queryWidth, keyDimension: headCount * keyWidth,
          dimension: 5, headCount: headCount, hasBias: true, using: &generator)
      case .projectedAdditive:
        AdditiveScore(projectedDimension: keyWidth, headCount: headCount, using: &generator)
      case .cosine: CosineScore(temperature: 0.4, headCount: headCount)
      }
    for item in function.parameters {
      item.parameter.value = .normal(
        item.parameter.shape, standardDeviation: 0.6, using: &generator)
    }
    return function
  }

  /// The score of one query and one key (all heads of each) for head `head`.
  ///
  /// - Parameter parameters: in the order of the layer's.
  func score(
    _ query: [Double], _ key: [Double], head: Int, headCount: Int, parameters: [[Double]]
  ) -> Double {
    func part(_ x: [Double]) -> [Double] {
      let width = x.count / headCount
      return Array(x[head * width..<(head + 1) * width])
    }
    func dot(_ a: [Double], _ b: [Double]) -> Double { zip(a, b).reduce(0) { $0 + $1.0 * $1.1 } }
    let (q, k) = (part(query), part(key))
    switch self {
    case .dot: return dot(q, k)
    case .scaledDot: return dot(q, k) / Double(q.count).squareRoot()
    case .general:
      let matrix = part(parameters[0])
      return q.indices.reduce(0) { sum, row in
        sum + q[row] * dot(Array(matrix[row * k.count..<(row + 1) * k.count]), k)
      }
    case .additive:
      let vector = part(parameters[3])
      return vector.indices.reduce(0) { sum, a in
        let row = head * vector.count + a
        let fromQuery = dot(
          Array(parameters[0][row * query.count..<(row + 1) * query.count]), query)
        let fromKey = dot(Array(parameters[1][row * key.count..<(row + 1) * key.count]), key)
        return sum + vector[a] * tanh(fromQuery + fromKey + parameters[2][row])
      }
    case .projectedAdditive:
      let vector = part(parameters[0])
      return vector.indices.reduce(0) { $0 + vector[$1] * tanh(q[$1] + k[$1]) }
    case .cosine:
      return dot(q, k) / (dot(q, q) * dot(k, k)).squareRoot() * exp(parameters[0][head])
    }
  }
}

/// df/dx of every element of every argument by central differences in double precision.
func numericGradients(_ arguments: [[Double]], _ f: ([[Double]]) -> Double) -> [[Double]] {
  arguments.indices.map { number in
    arguments[number].indices.map { index in
      var moved = arguments
      let step = 1e-5
      moved[number][index] += step
      let above = f(moved)
      moved[number][index] -= 2 * step
      return (above - f(moved)) / (2 * step)
    }
  }
}

extension Tensor {
  var doubles: [Double] { scalars.map(Double.init) }
}
