import CKernels
import Foundation
import Testing

@Suite(.guardedMemory) struct ActivationKernelTests {
  static let kinds: [ck_activation.RawValue] = (0...6).map { $0 }

  static func exact(_ kind: ck_activation, _ x: Double) -> Double {
    switch kind {
    case CK_RELU: max(0, x)
    case CK_GELU_EXACT: x / 2 * erfc(-x / 2.squareRoot())
    case CK_GELU_TANH:
      x / 2 * (1 + tanh((2 / Double.pi).squareRoot() * (x + 0.044715 * x * x * x)))
    case CK_SILU: x / (1 + exp(-x))
    case CK_TANH: tanh(x)
    case CK_SIGMOID: 1 / (1 + exp(-x))
    default: x
    }
  }

  /// Whether the backward pass is given z, not y.
  static func savesInput(_ kind: ck_activation) -> Bool {
    kind == CK_GELU_EXACT || kind == CK_GELU_TANH || kind == CK_SILU
  }

  @Test(arguments: KernelSet.all, kinds)
  func forwardOverTheRange(set: KernelSet, rawKind: ck_activation.RawValue) {
    let kind = ck_activation(rawKind)
    let z = stride(from: Float(-12), through: 12, by: 0.0093).map { $0 }
    let y = GuardedFloats(unwritten: z.count)
    let input = GuardedFloats(z)
    set.table.bias_activation(kind, input.pointer, z.count, nil, y.pointer, z.count, 1, z.count)
    expectClose(
      y.values, z.map { Self.exact(kind, Double($0)) }, relative: 2e-7, absolute: 2e-7)
    #expect(input.values == z)
  }

  @Test(arguments: KernelSet.all)
  func smallTanhKeepsItsRelativeAccuracy(set: KernelSet) {
    let z: [Float] = [1e-30, -1e-20, 1e-10, -1e-5, 3e-4, -0.02, 0.0, -0.0]
    let y = GuardedFloats(unwritten: z.count)
    let input = GuardedFloats(z)
    set.table.bias_activation(CK_TANH, input.pointer, 8, nil, y.pointer, 8, 1, 8)
    expectClose(y.values, z.map { tanh(Double($0)) }, relative: 3e-7, absolute: 0)
    #expect(y.values[7].sign == .minus)
  }

  @Test(arguments: KernelSet.all)
  func limits(set: KernelSet) {
    func value(_ kind: ck_activation, _ x: Float) -> Float {
      let z = GuardedFloats([x])
      set.table.bias_activation(kind, z.pointer, 1, nil, z.pointer, 1, 1, 1)
      return z.values[0]
    }
    #expect(value(CK_TANH, .infinity) == 1 && value(CK_TANH, -.infinity) == -1)
    #expect(value(CK_SIGMOID, .infinity) == 1 && value(CK_SIGMOID, -.infinity) == 0)
    #expect(value(CK_SIGMOID, -100) < 1e-37 && value(CK_SIGMOID, 100) == 1)
    #expect(value(CK_GELU_EXACT, 1e4) == 1e4 && value(CK_GELU_EXACT, -1e4) == 0)
    #expect(value(CK_GELU_TANH, 1e4) == 1e4 && value(CK_GELU_TANH, -1e4) == 0)
    for kind in Self.kinds { #expect(value(ck_activation(kind), .nan).isNaN) }
  }

  @Test(arguments: KernelSet.all, kinds)
  func biasIsAddedAndKept(set: KernelSet, rawKind: ck_activation.RawValue) {
    let kind = ck_activation(rawKind)
    for (rows, columns) in [(0, 3), (1, 1), (3, 0), (2, 17), (5, 37)] {
      var randoms = Randoms(columns)
      let ldz = columns + 2
      let ldy = columns + 5
      let z = randoms.floats(rows * ldz)
      let bias = randoms.floats(columns)
      let input = GuardedFloats(z)
      let output = GuardedFloats(unwritten: rows * ldy)
      let inPlace = GuardedFloats(z)
      let guardedBias = GuardedFloats(bias)
      set.table.bias_activation(
        kind, input.pointer, ldz, guardedBias.pointer, output.pointer, ldy, rows, columns)
      set.table.bias_activation(
        kind, inPlace.pointer, ldz, guardedBias.pointer, inPlace.pointer, ldz, rows, columns)
      for r in 0..<rows {
        let sums = (0..<columns).map { z[r * ldz + $0] + bias[$0] }
        #expect(Array(input.values[r * ldz..<r * ldz + columns]) == sums)
        let row = Array(output.values[r * ldy..<r * ldy + columns])
        expectClose(row, sums.map { Self.exact(kind, Double($0)) }, absolute: 3e-7)
        #expect(Array(inPlace.values[r * ldz..<r * ldz + columns]) == row)
        #expect(output.values[r * ldy + columns..<(r + 1) * ldy].allSatisfy { $0 == -7777.5 })
        #expect(input.values[r * ldz + columns] == z[r * ldz + columns])
      }
    }
  }

  @Test(arguments: KernelSet.all, kinds)
  func backwardIsTheDerivative(set: KernelSet, rawKind: ck_activation.RawValue) {
    let kind = ck_activation(rawKind)
    for n in KernelSet.sizes {
      var randoms = Randoms(n)
      let z = randoms.floats(n, in: -6...6)
      let dy = randoms.floats(n)
      let saved = GuardedFloats(z)
      if !Self.savesInput(kind) {
        set.table.bias_activation(kind, saved.pointer, n, nil, saved.pointer, n, 1, n)
      }
      let expected = zip(z, dy).map { z, dy in
        Double(dy) * numericDerivative([Double(z)]) { Self.exact(kind, $0[0]) }[0]
      }
      let dz = GuardedFloats(unwritten: n)
      set.table.activation_backward(kind, GuardedFloats(dy).pointer, saved.pointer, dz.pointer, n)
      expectClose(dz.values, expected, absolute: 2e-6)
      let inPlace = GuardedFloats(dy)
      set.table.activation_backward(kind, inPlace.pointer, saved.pointer, inPlace.pointer, n)
      #expect(inPlace.values == dz.values)
    }
  }
}
