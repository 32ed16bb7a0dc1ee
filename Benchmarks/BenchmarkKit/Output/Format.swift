import Foundation

/// Numbers as a person reads them.
public enum Format {
  /// A fixed number of digits after the point.
  public static func fixed(_ value: Double, digits: Int) -> String {
    String(format: "%.\(digits)f", value)
  }

  /// Three significant digits, never in exponents: 1.23, 12.3, 123, 1234.
  public static func significant(_ value: Double) -> String {
    let magnitude = abs(value)
    // The limits are where rounding would add a digit: 9.996 prints as 10.0, not as 10.00.
    if magnitude >= 99.95 { return fixed(value, digits: 0) }
    if magnitude >= 9.995 { return fixed(value, digits: 1) }
    if magnitude >= 0.9995 || magnitude == 0 { return fixed(value, digits: 2) }
    return fixed(value, digits: 3)
  }

  /// A whole number without a point, anything else as it is.
  public static func plain(_ value: Double) -> String {
    Int(exactly: value).map(String.init) ?? "\(value)"
  }

  /// A duration with its unit, such as `12.3 ms`.
  public static func time(_ seconds: Double) -> String {
    let unit = timeUnit(for: seconds)
    return "\(significant(seconds / unit.seconds)) \(unit.name)"
  }

  /// A range of durations in the unit of the larger, such as `12.1 - 12.9 ms`.
  public static func timeRange(_ lower: Double, _ upper: Double) -> String {
    let unit = timeUnit(for: upper)
    let numbers = [lower, upper].map { significant($0 / unit.seconds) }
    return "\(numbers[0]) - \(numbers[1]) \(unit.name)"
  }

  /// A rough duration for a person who waits, such as `45 s` or `3 min 20 s`.
  public static func wait(_ seconds: Double) -> String {
    let whole = Int(max(0, seconds).rounded(.up))
    return whole < 90 ? "\(whole) s" : "\(whole / 60) min \(whole % 60) s"
  }

  /// Bytes with binary units, such as `1.50 MiB`.
  public static func bytes(_ count: Int) -> String {
    var value = Double(count)
    var units = ["B", "KiB", "MiB", "GiB", "TiB"][...]
    while value >= 1024 && units.count > 1 {
      value /= 1024
      units = units.dropFirst()
    }
    let number = units.first == "B" ? "\(count)" : significant(value)
    return "\(number) \(units.first ?? "")"
  }

  /// A large number with a decimal unit prefix, such as `12.3 k` or `480 G`.
  public static func scaled(_ value: Double) -> String {
    for (limit, prefix) in [(1e12, " T"), (1e9, " G"), (1e6, " M"), (1e4, " k")]
    where abs(value) >= limit {
      return significant(value / (prefix == " k" ? 1e3 : limit)) + prefix
    }
    return significant(value)
  }

  /// A share between 0 and 1 in per cent.
  public static func percent(_ share: Double) -> String {
    let value = share * 100
    return fixed(value, digits: value < 9.95 && value > 0 ? 1 : 0) + " %"
  }

  private static func timeUnit(for seconds: Double) -> (name: String, seconds: Double) {
    // The limits leave room for rounding: 999.6 µs prints as 1.00 ms, not as 1000 µs.
    switch abs(seconds) {
    case 0.9995...: ("s", 1)
    case 0.9995e-3...: ("ms", 1e-3)
    case 0.9995e-6...: ("µs", 1e-6)
    case 0.9995e-9..., 0: ("ns", 1e-9)
    // What a term of a fitted law takes, rather than anything that was timed.
    default: ("ps", 1e-12)
    }
  }
}
