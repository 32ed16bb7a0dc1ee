internal import CKernels

/// The neighbours of each position of a sequence side by side: what a convolution multiplies with its matrices.
public struct SlidingWindows {
  let length: Int
  let channels: Int
  let width: Int
  let left: Int
  let lengths: [Int]

  /// - Parameters:
  ///   - length: T, positions of each sequence.
  ///   - lengths: the real positions of each sequence [B]; those after count as zeros and are not read.
  ///   - channels: of each position.
  ///   - width: positions of a window.
  ///   - left: how many of them stand before the window's own position.
  public init(length: Int, lengths: [Int], channels: Int, width: Int, left: Int) {
    self.length = length
    self.lengths = lengths
    self.channels = channels
    self.width = width
    self.left = left
  }

  /// windows [B, T, width · channels] from x [B, T, channels], zeros outside of a sequence.
  public func forward(_ x: UnsafePointer<Float>, into windows: UnsafeMutablePointer<Float>) {
    forEachWindow { window, first, end, source in
      let target = windows + window * width * channels
      target.update(repeating: 0, count: first * channels)
      (target + first * channels).update(
        from: x + source * channels, count: (end - first) * channels)
      (target + end * channels).update(repeating: 0, count: (width - end) * channels)
    }
  }

  /// dx [B, T, channels] from the gradient of the windows; added to.
  public func backward(
    _ gradient: UnsafePointer<Float>, into dx: UnsafeMutablePointer<Float>
  ) {
    forEachWindow { window, first, end, source in
      let target = dx + source * channels
      VectorKernels.active.add(
        target, gradient + (window * width + first) * channels, target,
        (end - first) * channels)
    }
  }

  /// Calls `body` with each window, the part of it that lies in the sequence, and the row of the input that this part
  /// starts with. One thread has all of a sequence.
  private func forEachWindow(_ body: (Int, Int, Int, Int) -> Void) {
    let grain = max(1, (1 << 16) / max(1, length * width * channels))
    ThreadPool.forEachRange(of: lengths.count, grain: grain) { range in
      for sequence in range {
        for position in 0..<length {
          let start = position - left
          let first = min(width, max(0, -start))
          let end = max(first, min(width, lengths[sequence] - start))
          body(
            sequence * length + position, first, end,
            sequence * length + (end > first ? start + first : 0))
        }
      }
    }
  }
}
