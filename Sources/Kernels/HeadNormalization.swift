internal import CKernels
import Foundation

/// Rows divided by their Euclidean length, the rows of several heads in turn.
public enum HeadNormalization {
  private static func grain(_ width: Int) -> Int { max(1, (1 << 14) / max(1, width)) }

  /// y = f_h x / |x| with f = exp(`logFactors`), row r being head r mod H; zeros for a row of length 0.
  ///
  /// - Parameters:
  ///   - logFactors: one for each head, or empty: f = 1.
  ///   - inverseLengths: receives 1 / |x| of each row, 0 for a row of length 0.
  public static func forward(
    _ x: UnsafePointer<Float>, logFactors: [Float], into y: UnsafeMutablePointer<Float>,
    inverseLengths: UnsafeMutablePointer<Float>, rows: Int, width: Int
  ) {
    let factors = logFactors.map { exp($0) }
    ThreadPool.forEachRange(of: rows, grain: grain(width)) { range in
      for row in range {
        let offset = row * width
        let squares = VectorKernels.active.sum_of_squares(x + offset, width)
        let inverse = squares > 0 ? Float(1 / squares.squareRoot()) : 0
        inverseLengths[row] = inverse
        let factor = factors.isEmpty ? 1 : factors[row % factors.count]
        VectorKernels.active.scale(inverse * factor, x + offset, y + offset, width)
      }
    }
  }

  /// dx = f / |x| dy - (dy · y) / |x|² x. `dots` receives dy · y of each row, the gradient of log f.
  public static func backward(
    _ x: UnsafePointer<Float>, y: UnsafePointer<Float>, dy: UnsafePointer<Float>,
    logFactors: [Float], inverseLengths: UnsafePointer<Float>,
    into dx: UnsafeMutablePointer<Float>, dots: UnsafeMutablePointer<Float>, rows: Int, width: Int
  ) {
    let factors = logFactors.map { exp($0) }
    ThreadPool.forEachRange(of: rows, grain: grain(width)) { range in
      for row in range {
        let offset = row * width
        let dot = Float(VectorKernels.active.dot(dy + offset, y + offset, width))
        let inverse = inverseLengths[row]
        let factor = factors.isEmpty ? 1 : factors[row % factors.count]
        dots[row] = dot
        VectorKernels.active.scale(inverse * factor, dy + offset, dx + offset, width)
        VectorKernels.active.add_scaled(-dot * inverse * inverse, x + offset, dx + offset, width)
      }
    }
  }
}
