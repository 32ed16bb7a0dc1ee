internal import CKernels

/// A nonlinearity applied to each element.
public enum Activation: String, Sendable, CaseIterable, Codable {
  case identity
  /// max(0, x): the paper's choice (section 3.3).
  case relu
  /// x Φ(x) with the exact distribution function (Hendrycks and Gimpel, 2016).
  case geluExact = "gelu"
  /// The approximation of GELU by tanh, as BERT and GPT-2 use it.
  case geluTanh
  /// x σ(x), also called swish.
  case silu
  case tanh
  case sigmoid

  var kernel: ck_activation {
    switch self {
    case .identity: CK_IDENTITY
    case .relu: CK_RELU
    case .geluExact: CK_GELU_EXACT
    case .geluTanh: CK_GELU_TANH
    case .silu: CK_SILU
    case .tanh: CK_TANH
    case .sigmoid: CK_SIGMOID
    }
  }

  /// Whether the derivative is computed from the argument (GELU, SiLU) and not from the result.
  public var derivativeNeedsArgument: Bool {
    switch self {
    case .geluExact, .geluTanh, .silu: true
    case .identity, .relu, .tanh, .sigmoid: false
    }
  }
}
