internal import CKernels

/// Which elements of a tensor a dropout site drops. Nothing is stored: whether an element is kept follows
/// from a key and its index, in the forward pass and again in the backward pass.
public struct DropoutMask: Sendable {
  let kernel: ck_dropout

  /// Keeps everything.
  public static let none = DropoutMask(key: 0, rate: 0)

  /// - Parameter rate: the share of elements that are dropped, at least 0 and less than 1.
  public init(key: UInt64, rate: Float) {
    let threshold = UInt32(min(Double(UInt32.max), (Double(rate) * 0x1p32).rounded()))
    kernel = ck_dropout(key: key, threshold: threshold, scale: 1 / (1 - rate))
  }

  /// Whether nothing is dropped.
  public var isEmpty: Bool { kernel.threshold == 0 }
}
