internal import CKernels

/// A matrix that a few rows at a time are multiplied by, many times, as a recurrence does.
///
/// The BLAS lays a matrix out anew for every product, which with few rows takes as long as the product itself. Here
/// that happens once. For many rows, or few repetitions, the BLAS is as good or better and does the work.
final class RepeatedMatrix {
  private let operand: MatrixOperand
  private let inner: Int
  private let columns: Int
  /// The matrix in panels; nil: products go to the BLAS.
  private var panels: UnsafeMutablePointer<Float>?

  /// - Parameters:
  ///   - operand: [inner, columns]; read again only where products go to the BLAS.
  ///   - rows: the most rows of a product.
  ///   - repetitions: the number of products.
  init(_ operand: MatrixOperand, inner: Int, columns: Int, rows: Int, repetitions: Int) {
    self.operand = operand
    self.inner = inner
    self.columns = columns
    guard repetitions >= Self.leastRepetitions, rows <= Self.rowLimit, inner > 0, columns > 0 else {
      return
    }
    let count = (columns + Self.panelWidth - 1) / Self.panelWidth
    let panels = BufferPool.allocate(count * Self.panelWidth * inner)
    self.panels = panels
    ThreadPool.forEachRange(of: count, grain: max(1, Elementwise.grain / (32 * inner))) { range in
      let (first, end) = columnRange(range)
      let source = operand.advanced(row: 0, column: first)
      VectorKernels.active.pack_panels(
        source.pointer, source.stride, source.isTransposed ? 1 : 0, inner, end - first,
        panels + first * inner)
    }
  }

  deinit { if let panels { BufferPool.release(panels) } }

  /// Below, laying a matrix out costs more than it saves.
  static let leastRepetitions = 3
  /// Above, the time that the BLAS takes to lay the matrix out does not count any more.
  private static let rowLimit = 64
  private static var panelWidth: Int { VectorKernels.active.panel_width }

  /// C = A B, or C += A B; A is [rows, inner].
  ///
  /// - Parameter sharing: whether all threads take part.
  func product(
    rows: Int, _ a: UnsafePointer<Float>, stride aStride: Int, accumulate: Bool,
    into c: UnsafeMutablePointer<Float>, stride: Int, sharing: Bool
  ) {
    guard let panels else {
      return MatrixProduct.parallel(
        rows: rows, columns: columns, inner: inner, MatrixOperand(a, stride: aStride), operand,
        beta: accumulate ? 1 : 0, into: c, stride: stride)
    }
    OperationCounter.add(2 * rows * columns * inner)
    let count = (columns + Self.panelWidth - 1) / Self.panelWidth
    if !sharing {
      VectorKernels.active.panel_product(
        a, aStride, panels, c, stride, rows, inner, columns, accumulate ? 1 : 0)
      return
    }
    // Enough work in a block to be worth a thread, and an even number of them.
    let blocks = 2 * min(8, 2 * rows * columns * inner / 1_500_000)
    let grain = blocks == 0 ? count : max(1, (count + blocks - 1) / blocks)
    ThreadPool.forEachRange(of: count, grain: grain) { range in
      let (first, end) = columnRange(range)
      VectorKernels.active.panel_product(
        a, aStride, panels + first * inner, c + first, stride, rows, inner, end - first,
        accumulate ? 1 : 0)
    }
  }

  /// The columns in some panels.
  private func columnRange(_ panels: Range<Int>) -> (first: Int, end: Int) {
    (panels.lowerBound * Self.panelWidth, min(columns, panels.upperBound * Self.panelWidth))
  }
}
