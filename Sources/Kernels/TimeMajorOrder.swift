internal import CKernels

/// Between [B, T, D], as layers see sequences, and [T, B, D] in another order of sequences, as a recurrence
/// works through them.
///
/// Sequences stand in blocks that a thread takes through all steps by itself. In a block they are sorted by falling
/// length, and lengths are dealt out evenly over the blocks.
public struct TimeMajorOrder: Sendable {
  /// Where each sequence stands: position in [T, B, D] to row in [B, T, D].
  public let order: [Int]
  /// Real lengths, in the order of the rows of [B, T, D].
  public let lengths: [Int]
  /// The blocks, which follow one another in [T, B, D].
  public let blocks: [RecurrentBlock]
  /// Whether each sequence is read from its own last token to its first.
  public let isReversed: Bool
  /// T
  private let steps: Int

  /// - Parameters:
  ///   - steps: T
  ///   - blockCount: how many blocks, at least 1.
  public init(lengths: [Int], steps: Int, isReversed: Bool, blockCount: Int = 1) {
    self.lengths = lengths
    self.isReversed = isReversed
    self.steps = steps
    let sorted = lengths.indices.sorted {
      lengths[$0] != lengths[$1] ? lengths[$0] > lengths[$1] : $0 < $1
    }
    let areEqual = sorted.isEmpty || lengths[sorted[0]] == lengths[sorted[sorted.count - 1]]
    var order: [Int] = []
    var blocks: [RecurrentBlock] = []
    for block in 0..<blockCount {
      let count = (lengths.count - block + blockCount - 1) / blockCount
      // Where all are as long, neighbours stay neighbours.
      let rows =
        areEqual
        ? Array(order.count..<order.count + count)
        : (0..<count).map { sorted[block + $0 * blockCount] }
      blocks.append(
        RecurrentBlock(
          first: order.count, count: count,
          activeCounts: (0..<steps).map { step in
            rows.reduce(0) { $0 + (lengths[$1] > step ? 1 : 0) }
          }))
      order += rows
    }
    self.order = order
    self.blocks = blocks
  }

  /// Whether every sequence has all steps.
  private var isFull: Bool { lengths.allSatisfy { $0 == steps } }

  /// Calls `body` with the row of [B · T] that belongs to each running row of [T · B], over the steps of a range.
  private func forEachRow(
    in range: Range<Int>, _ body: (_ batchMajor: Int, _ timeMajor: Int) -> Void
  ) {
    for step in range {
      for block in blocks {
        for position in block.first..<block.first + block.activeCounts[step] {
          let row = order[position]
          let time = isReversed ? lengths[row] - 1 - step : step
          body(row * steps + time, step * order.count + position)
        }
      }
    }
  }

  /// The same over all threads.
  private func forEachRow(_ body: (_ batchMajor: Int, _ timeMajor: Int) -> Void) {
    ThreadPool.forEachRange(of: steps, grain: max(1, 256 / max(1, order.count))) {
      forEachRow(in: $0, body)
    }
  }

  private func clear(_ target: UnsafeMutablePointer<Float>, width: Int) {
    if !isFull { target.update(repeating: 0, count: order.count * steps * width) }
  }

  /// [B, T, D] to [T, B, D]; what is padding is 0.
  public func gather(
    _ source: UnsafePointer<Float>, into target: UnsafeMutablePointer<Float>, width: Int
  ) {
    clear(target, width: width)
    forEachRow { batchMajor, timeMajor in
      (target + timeMajor * width).update(from: source + batchMajor * width, count: width)
    }
  }

  /// [T, B, D] to [B, T, D]; what is padding is 0.
  public func scatter(
    _ source: UnsafePointer<Float>, into target: UnsafeMutablePointer<Float>, width: Int
  ) {
    clear(target, width: width)
    forEachRow { batchMajor, timeMajor in
      (target + batchMajor * width).update(from: source + timeMajor * width, count: width)
    }
  }

  /// Rows of a matrix [N, D] by their numbers [B, T], to [T, B, D]; what is padding is 0.
  public func gather(
    _ matrix: UnsafePointer<Float>, numbers: UnsafePointer<Int32>,
    into target: UnsafeMutablePointer<Float>, width: Int
  ) {
    clear(target, width: width)
    forEachRow { batchMajor, timeMajor in
      (target + timeMajor * width).update(
        from: matrix + Int(numbers[batchMajor]) * width, count: width)
    }
  }

  /// Adds the rows of [T, B, D] that are no padding to those rows of a matrix [N, D] that ``gather(_:numbers:into:width:)``
  /// took them from. Every thread has some of the columns and walks all rows in order, so sums have one order.
  public func addRows(
    _ source: UnsafePointer<Float>, to matrix: UnsafeMutablePointer<Float>,
    numbers: UnsafePointer<Int32>, width: Int
  ) {
    ThreadPool.forEachRange(of: width, grain: 256) { columns in
      forEachRow(in: 0..<steps) { batchMajor, timeMajor in
        let target = matrix + Int(numbers[batchMajor]) * width + columns.lowerBound
        VectorKernels.active.add(
          target, source + timeMajor * width + columns.lowerBound, target, columns.count)
      }
    }
  }
}
