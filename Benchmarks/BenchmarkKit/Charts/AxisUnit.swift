import Foundation

/// How the numbers of an axis are written: `20 ms`, `1.5 GB`, `12 k`, `1024`.
struct AxisUnit {
  private let unit: String

  init(_ unit: String) {
    self.unit = unit
  }

  /// Whether the unit takes a prefix. `ms` and `GFLOP/s` have one already.
  private var takesPrefix: Bool {
    ["s", "B", "B/s", "FLOP", "FLOP/s", "Hz", "bit", "bit/s", "J", "W"].contains(unit)
  }

  /// Whether the number may have a prefix of its own, such as `12 k` tokens a second.
  private var isCount: Bool {
    guard let first = unit.unicodeScalars.first else { return true }
    let second = unit.unicodeScalars.dropFirst().first
    let hasPrefix =
      "kMGTmµn".unicodeScalars.contains(first)
      && (second.map { CharacterSet.uppercaseLetters.contains($0) } == true || unit == "ms"
        || unit == "µs" || unit == "ns")
    return !hasPrefix && unit != "%"
  }

  /// The decimal prefix that makes a number of this size readable.
  private func prefix(for magnitude: Double) -> (name: String, factor: Double) {
    // Room for rounding, so that 1e-3 computed as 0.00099999 is a milli.
    let size = magnitude * (1 + 1e-9)
    if unit == "s" {
      for (name, factor) in [("", 1.0), ("m", 1e-3), ("µ", 1e-6), ("n", 1e-9)] where size >= factor
      {
        return (name, factor)
      }
      return magnitude == 0 ? ("", 1) : ("p", 1e-12)
    }
    guard takesPrefix || isCount else { return ("", 1) }
    for (name, factor) in [("T", 1e12), ("G", 1e9), ("M", 1e6)] where size >= factor {
      return (name, factor)
    }
    // A count below ten thousand, or a length up to 65536, reads best as it is.
    return size >= (takesPrefix ? 1e3 : unit.isEmpty ? 1e5 : 1e4) ? ("k", 1e3) : ("", 1)
  }

  /// The label of a place on an axis whose places differ in size.
  func label(_ value: Double) -> String {
    let prefix = prefix(for: abs(value))
    let number = Self.trimmed(value / prefix.factor)
    let name = takesPrefix ? prefix.name + unit : prefix.name
    return name.isEmpty ? number : "\(number) \(name)"
  }

  /// The labels of equally spaced places, all with the same prefix and number of digits.
  func labels(_ values: [Double], step: Double) -> [String] {
    let prefix = prefix(for: values.map(abs).max() ?? 0)
    let digits = max(0, Int((-log10(step / prefix.factor) - 1e-9).rounded(.up)))
    return values.map {
      // Zero is zero whatever the prefix, also where rounding makes it a little more or less.
      if abs($0) < step * 1e-6 { return "0" }
      let number = Format.fixed($0 / prefix.factor, digits: digits)
      return takesPrefix || prefix.name.isEmpty ? number : "\(number) \(prefix.name)"
    }
  }

  /// What stands beside an axis: its label, and the unit where the ticks do not have it.
  func title(_ label: String, isLogarithmic: Bool, largest: Double) -> String {
    if unit.isEmpty || (isLogarithmic && takesPrefix) { return label }
    let name = takesPrefix ? prefix(for: largest).name + unit : unit
    return label.isEmpty ? name : "\(label), \(name)"
  }

  /// A measured value with its unit, in three digits: `12.3 ms`.
  func label(rounded value: Double) -> String {
    let prefix = prefix(for: abs(value))
    let name = takesPrefix || unit.isEmpty ? prefix.name + unit : "\(prefix.name) \(unit)"
    let text = "\(Format.significant(value / prefix.factor)) \(name)"
    return text.split(separator: " ").joined(separator: " ")
  }

  /// A measured place on an axis, in three digits or as a whole number.
  static func rounded(_ value: Double) -> String {
    abs(value) < 1e-3 && value != 0 ? trimmed(value) : Format.significant(value)
  }

  /// As few digits as tell the number: 0.5, 64, 12.5.
  static func trimmed(_ value: Double) -> String {
    abs(value) < 1e-4 && value != 0
      ? String(format: "%.3g", value) : String(format: "%.7g", (value * 1e6).rounded() / 1e6)
  }
}
