import Foundation

/// A colour of the sRGB space.
public struct RGBColor: Sendable, Hashable {
  /// From 0 to 255.
  public let red: UInt8
  /// From 0 to 255.
  public let green: UInt8
  /// From 0 to 255.
  public let blue: UInt8

  /// A colour by its parts.
  public init(red: UInt8, green: UInt8, blue: UInt8) {
    self.red = red
    self.green = green
    self.blue = blue
  }

  static let white = RGBColor(red: 255, green: 255, blue: 255)

  /// As CSS writes it: `#440154`.
  public var hexadecimal: String {
    let digits = [red, green, blue].map { part in
      (part < 16 ? "0" : "") + String(part, radix: 16)
    }
    return "#" + digits.joined()
  }

  /// How bright it is, linear, from 0 to 1 (the Y of CIE XYZ).
  var luminance: Double {
    0.2126 * Self.decoded(red) + 0.7152 * Self.decoded(green) + 0.0722 * Self.decoded(blue)
  }

  /// How bright it looks, from 0 to 100 (the L* of CIELAB).
  var lightness: Double {
    luminance > 0.008856 ? 116 * cbrt(luminance) - 16 : 903.3 * luminance
  }

  /// The nearest colour of the 6 x 6 x 6 cube that terminals with 256 colours have, or of their grays.
  var terminalIndex: Int {
    let levels = [0, 95, 135, 175, 215, 255]
    func nearest(_ part: UInt8) -> Int {
      levels.indices.min { abs(levels[$0] - Int(part)) < abs(levels[$1] - Int(part)) }!
    }
    func distance(_ r: Int, _ g: Int, _ b: Int) -> Int {
      let (dr, dg, db) = (r - Int(red), g - Int(green), b - Int(blue))
      return dr * dr + dg * dg + db * db
    }
    let (r, g, b) = (nearest(red), nearest(green), nearest(blue))
    let mean = (Int(red) + Int(green) + Int(blue)) / 3
    let gray = min(23, max(0, (mean - 3) / 10))
    let level = 8 + 10 * gray
    let isGray = distance(level, level, level) < distance(levels[r], levels[g], levels[b])
    return isGray ? 232 + gray : 16 + 36 * r + 6 * g + b
  }

  /// The level of sRGB for a linear intensity from 0 to 1.
  static func encoded(_ linear: Double) -> UInt8 {
    let value = linear <= 0.0031308 ? 12.92 * linear : 1.055 * pow(linear, 1 / 2.4) - 0.055
    return UInt8(min(255, max(0, (value * 255).rounded())))
  }

  private static func decoded(_ part: UInt8) -> Double {
    let value = Double(part) / 255
    return value <= 0.04045 ? value / 12.92 : pow((value + 0.055) / 1.055, 2.4)
  }
}
