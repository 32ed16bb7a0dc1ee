internal import CKernels

/// One vector for each sequence of [B, T, D], from its real steps.
public enum TimePooling {
  /// means[b] = Σ over real steps / their number; 0 for a sequence without steps.
  public static func mean(
    _ x: UnsafePointer<Float>, lengths: [Int], steps: Int, width: Int,
    into means: UnsafeMutablePointer<Float>
  ) {
    ThreadPool.forEachRange(of: lengths.count, grain: grain(steps * width)) { rows in
      for row in rows {
        let mean = means + row * width
        mean.update(repeating: 0, count: width)
        for step in 0..<lengths[row] {
          VectorKernels.active.add_scaled(
            1 / Float(lengths[row]), x + (row * steps + step) * width, mean, width)
        }
      }
    }
  }

  /// The largest element of each column over the real steps, and the step it stands at; 0 and -1 for a sequence
  /// without steps.
  public static func maximum(
    _ x: UnsafePointer<Float>, lengths: [Int], steps: Int, width: Int,
    into maxima: UnsafeMutablePointer<Float>, steps places: UnsafeMutablePointer<Int32>
  ) {
    ThreadPool.forEachRange(of: lengths.count, grain: grain(steps * width)) { rows in
      for row in rows {
        let (maximum, place) = (maxima + row * width, places + row * width)
        maximum.update(repeating: 0, count: width)
        place.update(repeating: -1, count: width)
        for step in 0..<lengths[row] {
          let values = x + (row * steps + step) * width
          for column in 0..<width where place[column] < 0 || values[column] > maximum[column] {
            maximum[column] = values[column]
            place[column] = Int32(step)
          }
        }
      }
    }
  }

  /// Sequences per block, at least as many as make some work.
  static func grain(_ elements: Int) -> Int { max(1, Elementwise.grain / max(1, elements)) }
}
