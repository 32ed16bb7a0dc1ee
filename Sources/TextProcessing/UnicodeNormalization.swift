internal import Foundation

/// One form for text that can be written in several (Unicode Standard Annex 15): "é" as one code point or as
/// "e" with an accent.
public enum UnicodeNormalization: String, Codable, Sendable, CaseIterable {
  /// Text stays as it is.
  case none
  /// Canonical composition: the same characters, in as few code points as there are.
  case nfc
  /// Compatibility composition: also ligatures, full-width letters and the like become plain characters.
  case nfkc

  /// The text in this form.
  public func applied(to text: String) -> String {
    switch self {
    case .none: text
    case .nfc: text.precomposedStringWithCanonicalMapping
    case .nfkc: text.precomposedStringWithCompatibilityMapping
    }
  }
}
