internal import CKernels

/// Elementwise work on whole tensors, over all threads.
public enum Elementwise {
  /// Elements per block: enough to be worth a thread, few enough to stay in a core's cache.
  static let grain = 1 << 16

  /// y = a + b
  public static func add(
    _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, into y: UnsafeMutablePointer<Float>,
    count: Int
  ) {
    ThreadPool.forEachRange(of: count, grain: grain) { range in
      let start = range.lowerBound
      VectorKernels.active.add(a + start, b + start, y + start, range.count)
    }
  }

  /// y = a b
  public static func multiply(
    _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, into y: UnsafeMutablePointer<Float>,
    count: Int
  ) {
    ThreadPool.forEachRange(of: count, grain: grain) { range in
      let start = range.lowerBound
      VectorKernels.active.multiply(a + start, b + start, y + start, range.count)
    }
  }

  /// y = factor x
  public static func scale(
    _ x: UnsafePointer<Float>, by factor: Float, into y: UnsafeMutablePointer<Float>, count: Int
  ) {
    ThreadPool.forEachRange(of: count, grain: grain) { range in
      let start = range.lowerBound
      VectorKernels.active.scale(factor, x + start, y + start, range.count)
    }
  }

  /// y += factor x
  public static func addScaled(
    _ x: UnsafePointer<Float>, by factor: Float, to y: UnsafeMutablePointer<Float>, count: Int
  ) {
    ThreadPool.forEachRange(of: count, grain: grain) { range in
      let start = range.lowerBound
      VectorKernels.active.add_scaled(factor, x + start, y + start, range.count)
    }
  }

  /// y = x where the mask keeps it, scaled; 0 elsewhere. y may be x.
  public static func dropout(
    _ mask: DropoutMask, _ x: UnsafePointer<Float>, into y: UnsafeMutablePointer<Float>, count: Int
  ) {
    ThreadPool.forEachRange(of: count, grain: grain) { range in
      let start = range.lowerBound
      VectorKernels.active.dropout(
        mask.kernel, UInt64(start), x + start, y + start, range.count)
    }
  }

  /// y = f(x). y may be x.
  public static func activate(
    _ activation: Activation, _ x: UnsafePointer<Float>, into y: UnsafeMutablePointer<Float>,
    count: Int
  ) {
    ThreadPool.forEachRange(of: count, grain: grain) { range in
      let start = range.lowerBound
      if UnsafePointer(y) != x { (y + start).update(from: x + start, count: range.count) }
      VectorKernels.active.bias_activation(
        activation.kernel, y + start, range.count, nil, y + start, range.count, 1, range.count)
    }
  }

  /// Adds the bias to one block of a product and applies the activation, the epilogue of a linear layer.
  ///
  /// - Parameters:
  ///   - z: the product, overwritten with the argument of the activation.
  ///   - y: receives the result; may be z.
  public static func biasActivation(
    _ activation: Activation, _ z: UnsafeMutablePointer<Float>, bias: UnsafePointer<Float>?,
    into y: UnsafeMutablePointer<Float>, stride: Int, rows: Range<Int>, columns: Range<Int>
  ) {
    let offset = rows.lowerBound * stride + columns.lowerBound
    VectorKernels.active.bias_activation(
      activation.kernel, z + offset, stride, bias.map { $0 + columns.lowerBound }, y + offset,
      stride, rows.count, columns.count)
  }

  /// dz = dy f'. `saved` is the argument of the activation where ``Activation/derivativeNeedsArgument``, its
  /// result elsewhere. dz may be dy.
  public static func activationGradient(
    _ activation: Activation, _ dy: UnsafePointer<Float>, saved: UnsafePointer<Float>,
    into dz: UnsafeMutablePointer<Float>, count: Int
  ) {
    ThreadPool.forEachRange(of: count, grain: grain) { range in
      let start = range.lowerBound
      VectorKernels.active.activation_backward(
        activation.kernel, dy + start, saved + start, dz + start, range.count)
    }
  }
}
