import AttentionKit
import Foundation
import TestSupport

/// A step of each cell in double precision, as papers write it down.
struct RecurrenceOracle {
  let cell: RecurrentCell
  let weights: [[Double]]
  let width: Int
  let hidden: Int

  init(_ cell: RecurrentCell, weights: [[Double]], width: Int, hidden: Int) {
    self.cell = cell
    self.weights = weights
    self.width = width
    self.hidden = hidden
  }

  func step(_ x: [Double], _ h: inout [Double], _ c: inout [Double]) {
    let columns = cell.gateCount * hidden
    func fromState(_ h: [Double]) -> [Double] {
      Oracle.linear(
        h, weight: weights[1], bias: weights[3], rows: 1, inner: hidden, columns: columns)
    }
    let a = Oracle.linear(
      x, weight: weights[0], bias: weights[2], rows: 1, inner: width, columns: columns)
    let b = fromState(h)
    func gate(_ index: Int, _ unit: Int) -> Double {
      Oracle.sigmoid(a[index * hidden + unit] + b[index * hidden + unit])
    }
    let before = h
    let resetProduct = fromState((0..<hidden).map { cell == .rnn ? 0 : gate(0, $0) * before[$0] })
    for unit in 0..<hidden {
      let third = 2 * hidden + unit
      switch cell {
      case .rnn: h[unit] = tanh(a[unit] + b[unit])
      case .gru, .gruResetBefore:
        let n =
          cell == .gru
          ? tanh(a[third] + gate(0, unit) * b[third]) : tanh(a[third] + resetProduct[third])
        h[unit] = (1 - gate(1, unit)) * n + gate(1, unit) * before[unit]
      case .lstm:
        c[unit] = gate(1, unit) * c[unit] + gate(0, unit) * tanh(a[third] + b[third])
        h[unit] = gate(3, unit) * tanh(c[unit])
      }
    }
  }
}
