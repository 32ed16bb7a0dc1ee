import CKernels
import Foundation
import Testing

@Suite(.guardedMemory) struct LSTMKernelTests {
  /// (h, c) of one cell.
  static func cell(_ gates: [Double], before: Double) -> (h: Double, c: Double) {
    func sigmoid(_ x: Double) -> Double { 1 / (1 + exp(-x)) }
    let c = sigmoid(gates[1]) * before + sigmoid(gates[0]) * tanh(gates[2])
    return (sigmoid(gates[3]) * tanh(c), c)
  }

  @Test(arguments: KernelSet.all, KernelSet.sizes)
  func forwardAndBackward(set: KernelSet, hidden: Int) {
    let rows = 2
    let ld = 4 * hidden + 3
    let ldState = hidden + 1
    var randoms = Randoms(hidden)
    let gates = randoms.floats(rows * ld, in: -4...4)
    let before = randoms.floats(rows * ldState)
    let dh = randoms.floats(rows * ldState)
    let dc = randoms.floats(rows * ldState)
    for hasState in [true, false] {
      let work = GuardedFloats(gates)
      let state = GuardedFloats(before)
      let c = GuardedFloats(unwritten: rows * ldState)
      let h = GuardedFloats(unwritten: rows * ldState)
      set.table.lstm_forward(
        work.pointer, ld, hasState ? state.pointer : nil, ldState, c.pointer, ldState, h.pointer,
        ldState, rows, hidden)
      let dState = GuardedFloats(dc)
      let dGates = GuardedFloats(unwritten: rows * ld)
      set.table.lstm_backward(
        work.pointer, ld, hasState ? state.pointer : nil, ldState, c.pointer, ldState,
        GuardedFloats(dh).pointer, ldState, dState.pointer, ldState, dGates.pointer, ld, rows,
        hidden)
      for r in 0..<rows {
        for j in 0..<hidden {
          let s = r * ldState + j
          let places = (0..<4).map { r * ld + $0 * hidden + j }
          let cell = places.map { Double(gates[$0]) } + [hasState ? Double(before[s]) : 0]
          let exact = Self.cell(cell, before: cell[4])
          expectClose([h.values[s], c.values[s]], [exact.h, exact.c], absolute: 5e-7)
          let gradient = numericDerivative(cell) {
            let value = Self.cell($0, before: $0[4])
            return Double(dh[s]) * value.h + Double(dc[s]) * value.c
          }
          expectClose(
            places.map { dGates.values[$0] } + [dState.values[s]], gradient, absolute: 2e-6)
        }
        #expect(c.values[r * ldState + hidden] == -7777.5)
      }
      // The gradient may stand where the gates stood.
      let secondState = GuardedFloats(dc)
      set.table.lstm_backward(
        work.pointer, ld, hasState ? state.pointer : nil, ldState, c.pointer, ldState, dh, ldState,
        secondState.pointer, ldState, work.pointer, ld, rows, hidden)
      #expect(secondState.values == dState.values)
      for r in 0..<rows {
        let range = r * ld..<r * ld + 4 * hidden
        #expect(work.values[range] == dGates.values[range])
      }
    }
  }
}

@Suite(.guardedMemory) struct GRUKernelTests {
  private static func sigmoid(_ x: Double) -> Double { 1 / (1 + exp(-x)) }

  /// h of one cell from n, r, z, q and the state before, the reset gate after the product.
  static func cell(_ x: [Double]) -> Double {
    let n = tanh(x[0] + sigmoid(x[1]) * x[3])
    return (1 - sigmoid(x[2])) * n + sigmoid(x[2]) * x[4]
  }

  @Test(arguments: KernelSet.all, KernelSet.sizes)
  func resetAfterTheProduct(set: KernelSet, hidden: Int) {
    let (rows, ld, ldState) = (2, 4 * hidden + 3, hidden + 1)
    var randoms = Randoms(hidden)
    let gates = randoms.floats(rows * ld, in: -4...4)
    let before = randoms.floats(rows * ldState)
    let dh = randoms.floats(rows * ldState)
    let work = GuardedFloats(gates)
    let state = GuardedFloats(before)
    let h = GuardedFloats(unwritten: rows * ldState)
    let gradient = GuardedFloats(dh)
    set.table.gru_forward(
      work.pointer, ld, state.pointer, ldState, h.pointer, ldState, rows, hidden)
    set.table.gru_backward(
      work.pointer, ld, state.pointer, ldState, gradient.pointer, ldState, rows, hidden)
    for r in 0..<rows {
      for j in 0..<hidden {
        let s = r * ldState + j
        let places = (0..<4).map { r * ld + $0 * hidden + j }
        let arguments = places.map { Double(gates[$0]) } + [Double(before[s])]
        expectClose([h.values[s]], [Self.cell(arguments)], absolute: 5e-7)
        expectClose(
          places.map { work.values[$0] } + [gradient.values[s]],
          numericDerivative(arguments) { Double(dh[s]) * Self.cell($0) }, absolute: 2e-6)
      }
      #expect(h.values[r * ldState + hidden] == -7777.5)
      #expect(gradient.values[r * ldState + hidden] == dh[r * ldState + hidden])
    }
  }

  /// Both halves with a product of one number, p w, between them.
  @Test(arguments: KernelSet.all, KernelSet.sizes)
  func resetBeforeTheProduct(set: KernelSet, hidden: Int) {
    let (rows, ld, ldState) = (2, 4 * hidden + 3, hidden + 1)
    let w = 0.7
    func cell(_ x: [Double]) -> Double {
      let n = tanh(x[0] + w * Self.sigmoid(x[1]) * x[3])
      return (1 - Self.sigmoid(x[2])) * n + Self.sigmoid(x[2]) * x[3]
    }
    var randoms = Randoms(hidden)
    let gates = randoms.floats(rows * ld, in: -4...4)
    let before = randoms.floats(rows * ldState)
    let dh = randoms.floats(rows * ldState)
    let work = GuardedFloats(gates)
    let state = GuardedFloats(before)
    let h = GuardedFloats(unwritten: rows * ldState)
    let gradient = GuardedFloats(dh)
    set.table.gru_reset_forward(work.pointer, ld, state.pointer, ldState, rows, hidden)
    for r in 0..<rows {
      for j in 0..<hidden {
        let p = work.values[r * ld + 3 * hidden + j]
        let reset = Self.sigmoid(Double(gates[r * ld + hidden + j]))
        expectClose([p], [reset * Double(before[r * ldState + j])], absolute: 5e-7)
        work.pointer[r * ld + j] += Float(w) * p
      }
    }
    set.table.gru_update_forward(
      work.pointer, ld, state.pointer, ldState, h.pointer, ldState, rows, hidden)
    set.table.gru_update_backward(
      work.pointer, ld, state.pointer, ldState, gradient.pointer, ldState, rows, hidden)
    let dp = GuardedFloats(unwritten: rows * ldState)
    for r in 0..<rows {
      for j in 0..<hidden { dp.pointer[r * ldState + j] = Float(w) * work.values[r * ld + j] }
    }
    set.table.gru_reset_backward(
      work.pointer, ld, state.pointer, ldState, dp.pointer, ldState, gradient.pointer, ldState,
      rows, hidden)
    for r in 0..<rows {
      for j in 0..<hidden {
        let s = r * ldState + j
        let places = (0..<3).map { r * ld + $0 * hidden + j }
        let arguments = places.map { Double(gates[$0]) } + [Double(before[s])]
        expectClose([h.values[s]], [cell(arguments)], absolute: 5e-7)
        expectClose(
          places.map { work.values[$0] } + [gradient.values[s]],
          numericDerivative(arguments) { Double(dh[s]) * cell($0) }, absolute: 2e-6)
      }
      #expect(h.values[r * ldState + hidden] == -7777.5)
    }
  }
}
