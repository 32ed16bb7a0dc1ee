import CKernels
import Foundation
import Testing

@Suite(.guardedMemory) struct GatedUnitKernelTests {
  @Test(arguments: KernelSet.all, KernelSet.sizes)
  func forwardAndBackward(set: KernelSet, columns: Int) {
    let rows = 2
    let ld = 2 * columns + 1
    var randoms = Randoms(columns)
    let x = randoms.floats(ld + 2 * columns, in: -5...5)
    let dy = randoms.floats(rows * columns)
    let y = GuardedFloats(unwritten: rows * columns)
    let dx = GuardedFloats(unwritten: x.count)
    set.table.gated_linear_unit(GuardedFloats(x).pointer, ld, y.pointer, columns, rows, columns)
    set.table.gated_linear_unit_backward(
      GuardedFloats(x).pointer, ld, GuardedFloats(dy).pointer, columns, dx.pointer, ld, rows,
      columns)
    for r in 0..<rows {
      for c in 0..<columns {
        let (a, b) = (Double(x[r * ld + c]), Double(x[r * ld + columns + c]))
        let gate = 1 / (1 + exp(-b))
        let g = Double(dy[r * columns + c])
        expectClose([y.values[r * columns + c]], [a * gate], absolute: 1e-6)
        expectClose(
          [dx.values[r * ld + c], dx.values[r * ld + columns + c]],
          [g * gate, g * a * gate * (1 - gate)], absolute: 1e-6)
      }
      if r == 0 { #expect(dx.values[2 * columns] == -7777.5) }
    }
  }
}
