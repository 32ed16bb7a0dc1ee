internal import CKernels

/// How exact the factors of a matrix product are. Sums are in float32 in any case.
public enum ProductPrecision: String, Sendable, Codable, CaseIterable {
  /// 24 bits.
  case float32
  /// 8 bits and the range of float32: factors are rounded to the nearest, ties to even, subnormal ones to 0. Twice as
  /// many operations a second where the CPU has AVX512_BF16; small products stay in float32.
  case bfloat16

  /// Whether this CPU has such products.
  public var isAvailable: Bool {
    switch self {
    case .float32: true
    case .bfloat16: RoundedProduct.bfloat16 != nil
    }
  }
}

/// A kernel that rounds the factors of a product.
enum RoundedProduct {
  static let bfloat16: ck_rounded_product? =
    VectorKernels.hasAVX512 && VectorKernels.active.panel_width >= 32
    ? ck_bfloat16_product()?.pointee : nil
}
