internal import Kernels
internal import Tensors

/// Parts leftᵀ right of a weight's gradient that are put off until all are known.
///
/// Where a decoder takes one step after the other, every step adds a product of as few rows as the batch has to the
/// gradient of each weight, which costs about as much for reading and writing the gradient as for the product. Put
/// one below the other, the rows of all steps are one product.
struct PendingProducts {
  /// Rows of a tensor, some of its columns.
  struct Rows {
    let tensor: Tensor
    /// The first element.
    var offset = 0
    /// Floats from one row to the next.
    let stride: Int

    var operand: MatrixOperand { MatrixOperand(tensor.pointer + offset, stride: stride) }
  }

  /// One product.
  struct Part {
    /// As many columns as the gradient has rows in `target`.
    let left: Rows
    /// As many columns as the gradient has.
    let right: Rows
    /// Rows of both.
    let count: Int
    /// The rows of the gradient that it is part of.
    let target: Range<Int>
  }

  /// Of the weight.
  let shape: Shape
  /// Parts with one target, in the order in which they came.
  private var sums: [(target: Range<Int>, parts: [Part])] = []

  /// A product of more rows is worth doing at once.
  static let mostRows = 128
  /// So many rows are an efficient product; waiting for more would only hold memory.
  private static let enoughRows = 4096

  init(_ shape: Shape) { self.shape = shape }

  mutating func append(_ parts: [Part]) {
    for part in parts {
      if let index = sums.firstIndex(where: { $0.target == part.target }) {
        sums[index].parts.append(part)
      } else {
        sums.append((part.target, [part]))
      }
    }
  }

  var isEnough: Bool {
    sums.contains { $0.parts.reduce(0) { $0 + $1.count } >= Self.enoughRows }
  }

  /// Writes all products, or adds them to what is there.
  func write(
    into gradient: UnsafeMutablePointer<Float>, isPresent: Bool, precision: ProductPrecision
  ) {
    let isCovered = sums.reduce(0) { $0 + $1.target.count } == shape[0]
    if !isPresent && !isCovered { gradient.update(repeating: 0, count: shape.elementCount) }
    for (target, parts) in sums {
      let rows = parts.reduce(0) { $0 + $1.count }
      withJoined(parts.map { ($0.left, $0.count) }, width: target.count, rows: rows) { left in
        withJoined(parts.map { ($0.right, $0.count) }, width: shape[1], rows: rows) { right in
          MatrixProduct.parallel(
            rows: target.count, columns: shape[1], inner: rows, left.transposed, right,
            beta: isPresent || !isCovered ? 1 : 0, into: gradient + target.lowerBound * shape[1],
            stride: shape[1], precision: precision)
        }
      }
    }
  }

  /// Rows one below the other; as they stand where there is one part.
  private func withJoined(
    _ parts: [(rows: Rows, count: Int)], width: Int, rows: Int, _ body: (MatrixOperand) -> Void
  ) {
    if parts.count == 1 { return body(parts[0].rows.operand) }
    BufferPool.withScratch(rows * width) { joined in
      var target = joined
      for part in parts {
        let source = part.rows.operand
        for row in 0..<part.count {
          target.update(from: source.pointer + row * source.stride, count: width)
          target += width
        }
      }
      body(MatrixOperand(joined, stride: width))
    }
  }
}
