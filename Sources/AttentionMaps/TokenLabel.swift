/// How a token is shown to a person: in one line, with nothing that is invisible or does something to the
/// text around it.
enum TokenLabel {
  /// The token with a newline as ↵, a tab as ⇥, spaces as ␣, what else is invisible or changes the direction
  /// of writing by number, and ∅ for the empty token: characters that most fonts have.
  static func text(_ token: String) -> String {
    if token.unicodeScalars.isEmpty { return "∅" }
    var text = String.UnicodeScalarView()
    for scalar in token.unicodeScalars {
      switch scalar.value {
      case 0x09: text.append("⇥")
      case 0x0A: text.append("↵")
      case 0x20: text.append("␣")
      case 0x00...0x1F, 0x7F...0x9F, 0xAD, 0x200B, 0x200E...0x200F, 0x2028...0x202E,
        0x2060...0x206F, 0xFEFF,
        0xFFF9...0xFFFB, 0xFDD0...0xFDEF:
        text.append(contentsOf: number(scalar))
      // A joiner means something between letters (Persian, Indic scripts, emoji) and nothing by itself.
      case 0x200C, 0x200D:
        if token.unicodeScalars.count == 1 {
          text.append(contentsOf: number(scalar))
        } else {
          text.append(scalar)
        }
      default:
        if scalar.value & 0xFFFE == 0xFFFE || 0xE0000...0xE0FFF ~= scalar.value {
          text.append(contentsOf: number(scalar))
        } else if text.isEmpty && scalar.properties.isGraphemeExtend {
          // An accent of its own needs something to stand on.
          text.append("◌")
          text.append(scalar)
        } else {
          text.append(scalar)
        }
      }
    }
    return String(text)
  }

  /// The label, cut to so many columns with … at its end.
  static func text(_ token: String, columns limit: Int) -> String {
    let label = text(token)
    if TextWidth.columns(of: label) <= limit { return label }
    var cut = ""
    var width = 1
    for character in label {
      width += TextWidth.columns(of: character)
      if width > limit { break }
      cut.append(character)
    }
    return cut + "…"
  }

  private static func number(_ scalar: Unicode.Scalar) -> String.UnicodeScalarView {
    let digits = String(scalar.value, radix: 16, uppercase: true)
    let padding = String(repeating: "0", count: max(0, 4 - digits.count))
    return "⟨\(padding)\(digits)⟩".unicodeScalars
  }
}
