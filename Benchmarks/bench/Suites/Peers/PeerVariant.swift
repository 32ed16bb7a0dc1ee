/// A peer, or the library itself, and the way in which it does its work.
struct PeerVariant: Sendable, Equatable {
  enum Program: String, Sendable {
    case eager = "PyTorch"
    /// A process of its own, because a compiler may take or do whatever it likes.
    case compiled = "PyTorch compiled"
    case ctranslate2 = "CTranslate2"
    /// Not another program: our own products at another precision.
    case own = "AttentionKit"
  }

  let program: Program
  /// As the peer calls it.
  let precision: String

  static let eager = PeerVariant(program: .eager, precision: "float32")
  static let compiled = PeerVariant(program: .compiled, precision: "float32")
  static let eagerBF16 = PeerVariant(program: .eager, precision: "bfloat16")
  static let compiledBF16 = PeerVariant(program: .compiled, precision: "bfloat16")
  static let ctranslate2 = PeerVariant(program: .ctranslate2, precision: "float32")
  static let ctranslate2Int8 = PeerVariant(program: .ctranslate2, precision: "int8")
  static let ownBF16 = PeerVariant(program: .own, precision: "bfloat16")
  static let all = [
    eager, compiled, eagerBF16, compiledBF16, ctranslate2, ctranslate2Int8,
    ownBF16,
  ]

  /// The contender's name.
  var name: String { "\(program.rawValue) \(precision)" }
  /// Whose ratio says how fast a library is at our own precision.
  var isFloat32: Bool { precision == "float32" }
  /// The library, however it is used.
  var library: String {
    switch program {
    case .eager, .compiled: "PyTorch"
    case .ctranslate2: "CTranslate2"
    case .own: "AttentionKit"
    }
  }
  /// In a table of one library.
  var shortName: String {
    let way =
      switch program {
      case .eager: "eager "
      case .compiled: "compiled "
      case .ctranslate2: ""
      case .own: "ours in "
      }
    return way + precision
  }

  /// The share by which a result in a lower precision may be off ours, where float32 may be off by `float32`.
  func tolerance(float32: Double, lower: Double) -> Double { isFloat32 ? float32 : lower }
}
