import Foundation

/// What the pictures need of XML and of fonts.
enum SVGText {
  /// Fonts for the tokens of any language, by preference.
  static let fonts =
    "Noto Sans, Noto Sans CJK SC, Noto Sans CJK JP, PingFang SC, Hiragino Sans, Yu Gothic, "
    + "Microsoft YaHei, DejaVu Sans, sans-serif"

  /// The beginning of a drawing on white.
  static func opening(width: Double, height: Double, fontSize: Double, title: String) -> String {
    let size = "\(number(width)) \(number(height))"
    return """
      <svg xmlns="http://www.w3.org/2000/svg" width="\(number(width))" height="\(number(height))" \
      viewBox="0 0 \(size)" font-family="\(fonts)" font-size="\(number(fontSize))" fill="#222">
      <title>\(escaped(title))</title>
      <rect width="100%" height="100%" fill="#fff"/>

      """
  }

  /// Text between tags or in quotes. Control characters, which XML has no way to write, are left out; labels
  /// have none.
  static func escaped(_ text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      case "'": result += "&#39;"
      case "\t", "\n", "\r": result += "&#\(scalar.value);"
      case "\u{00}"..<"\u{20}", "\u{FFFE}", "\u{FFFF}": continue
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }

  /// How wide a label is in a common font, in pixels: an estimate that is rather too large.
  static func width(of label: String, fontSize: Double) -> Double {
    label.reduce(0) { sum, character in
      if TextWidth.columns(of: character) == 2 { return sum + 1.02 }
      if "MWmw@%—…".contains(character) { return sum + 0.95 }
      if "iljtfrI.,;:'|!()[]-".contains(character) { return sum + 0.42 }
      return sum + (character.isUppercase ? 0.76 : 0.62)
    } * fontSize
  }

  /// A coordinate with two decimals at most.
  static func number(_ value: Double) -> String {
    let rounded = (value * 100).rounded() / 100
    return rounded == rounded.rounded() ? String(Int(rounded)) : String(rounded)
  }
}
