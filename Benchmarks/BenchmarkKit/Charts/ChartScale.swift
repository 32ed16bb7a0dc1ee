import Foundation

/// An axis laid out for certain values: its ends, its ticks, what stands beside it.
struct ChartScale {
  /// A place with a label.
  struct Tick: Equatable {
    let value: Double
    let label: String
  }

  let isLogarithmic: Bool
  let lower: Double
  let upper: Double
  let ticks: [Tick]
  /// Places between the ticks that have a mark but no label.
  let minorTicks: [Double]
  /// The axis's label and unit.
  let title: String

  /// Lays out an axis.
  ///
  /// - Parameters:
  ///   - values: what has to lie within its ends.
  ///   - sizes: the values among them whose powers of two should be ticks.
  ///   - tickCount: how many labels there is room for.
  ///   - startsAtZero: whether the axis has to begin at zero, as bars do.
  ///   - zeroShare: whether zero is shown otherwise: when the smallest value is less than this share of the largest.
  init(
    _ axis: ChartAxis, values: [Double], sizes: [Double] = [], tickCount: Int,
    startsAtZero: Bool = false, zeroShare: Double = 0.6
  ) {
    if !axis.categories.isEmpty {
      self.init(categories: axis)
    } else if axis.isLogarithmic {
      self.init(logarithmic: axis, values: values, sizes: sizes, tickCount: max(2, tickCount))
    } else {
      self.init(
        linear: axis, values: values, tickCount: max(2, tickCount), startsAtZero: startsAtZero,
        zeroShare: zeroShare)
    }
  }

  private init(categories axis: ChartAxis) {
    isLogarithmic = false
    lower = -0.6
    upper = Double(axis.categories.count) - 0.4
    ticks = axis.categories.enumerated().map { Tick(value: Double($0), label: $1) }
    minorTicks = []
    title = AxisUnit(axis.unit).title(axis.label, isLogarithmic: false, largest: 1)
  }

  private init(
    linear axis: ChartAxis, values: [Double], tickCount: Int, startsAtZero: Bool, zeroShare: Double
  ) {
    let finite = values.filter(\.isFinite)
    var low = finite.min() ?? 0
    var high = finite.max() ?? 1
    // Zero is shown unless the values lie close together far away from it.
    if startsAtZero || (low > 0 && low < zeroShare * high) { low = min(low, 0) }
    if startsAtZero || (high < 0 && high > zeroShare * low) { high = max(high, 0) }
    if low == high {
      let room = low == 0 ? 1 : abs(low) / 10
      low = low == 0 ? 0 : low - room
      high += room
    }
    let room = (high - low) * 0.04
    isLogarithmic = false
    lower = low == 0 ? 0 : low - room
    upper = high == 0 ? 0 : high + room
    let unit = AxisUnit(axis.unit)
    var step = Self.step(upper - lower, count: tickCount)
    // There is nothing between one thread and two.
    if axis.unit.isEmpty && finite.allSatisfy({ $0 == $0.rounded() }) { step = max(step, 1) }
    let places = Self.multiples(of: step, from: lower, to: upper)
    ticks = zip(places, unit.labels(places, step: step)).map { Tick(value: $0, label: $1) }
    minorTicks = []
    title = unit.title(
      axis.label, isLogarithmic: false, largest: places.map(abs).max() ?? 0)
  }

  private init(logarithmic axis: ChartAxis, values: [Double], sizes: [Double], tickCount: Int) {
    let positive = values.filter { $0 > 0 && $0.isFinite }
    var low = positive.min() ?? 1
    var high = positive.max() ?? 10
    if low == high {
      low /= 2
      high *= 2
    }
    let room = pow(high / low, 0.04)
    isLogarithmic = true
    lower = low / room
    upper = high * room
    let unit = AxisUnit(axis.unit)
    title = unit.title(axis.label, isLogarithmic: true, largest: high)
    let powers = Self.powersOfTwo(sizes, count: tickCount)
    var places = powers
    var minor: [Double] = []
    if places.count < 2 { (places, minor) = Self.decades(lower, upper, count: tickCount) }
    if places.count < 2 {
      let step = Self.step(upper - lower, count: tickCount)
      places = Self.multiples(of: step, from: lower, to: upper).filter { $0 > 0 }
      minor = []
    }
    // A size is known by its digits, 16384 rather than 16.4 k.
    let isOfSizes = places == powers && upper < 1e6
    ticks = places.map { Tick(value: $0, label: isOfSizes ? Format.plain($0) : unit.label($0)) }
    minorTicks = minor
  }

  /// The same axis with room above its values: they take the given share of its length less.
  func withHeadroom(_ share: Double) -> ChartScale {
    ChartScale(
      isLogarithmic: isLogarithmic, lower: lower,
      upper: isLogarithmic
        ? lower * pow(upper / lower, 1 / (1 - share)) : lower + (upper - lower) / (1 - share),
      ticks: ticks, minorTicks: minorTicks, title: title)
  }

  private init(
    isLogarithmic: Bool, lower: Double, upper: Double, ticks: [Tick], minorTicks: [Double],
    title: String
  ) {
    self.isLogarithmic = isLogarithmic
    self.lower = lower
    self.upper = upper
    self.ticks = ticks
    self.minorTicks = minorTicks
    self.title = title
  }

  /// Where a value lies between the ends, from 0 to 1.
  func position(of value: Double) -> Double {
    let share =
      isLogarithmic
      ? log(max(value, .leastNormalMagnitude) / lower) / log(upper / lower)
      : (value - lower) / (upper - lower)
    return min(max(share, 0), 1)
  }

  /// 1, 2 or 5 times a power of ten, so that at most `count` multiples lie in the range.
  private static func step(_ range: Double, count: Int) -> Double {
    let power = pow(10, floor(log10(range / Double(count))))
    let step = [1, 2, 5, 10].first { range / (power * $0) <= Double(count) } ?? 10
    return power * step
  }

  private static func multiples(of step: Double, from lower: Double, to upper: Double) -> [Double] {
    let first = Int((lower / step - 1e-9).rounded(.up))
    let last = Int((upper / step + 1e-9).rounded(.down))
    return first <= last ? (first...last).map { Double($0) * step } : []
  }

  /// Powers of two, if that is what most of the sizes are.
  private static func powersOfTwo(_ sizes: [Double], count: Int) -> [Double] {
    let sizes = Set(sizes.filter { $0 > 0 })
    let powers = sizes.filter { log2($0) == log2($0).rounded() }.map { Int(log2($0)) }.sorted()
    guard let first = powers.first, let last = powers.last, first < last,
      2 * powers.count >= sizes.count
    else { return [] }
    let stride = (last - first) / count + 1
    return (first...last).filter { (last - $0) % stride == 0 }.map { pow(2, Double($0)) }
  }

  /// Powers of ten, with 2 and 5 times or 3 times them where there is room, and the other multiples as minor ticks.
  private static func decades(
    _ lower: Double, _ upper: Double, count: Int
  ) -> (places: [Double], minor: [Double]) {
    let first = Int(floor(log10(lower)))
    let last = Int(ceil(log10(upper)))
    func places(_ multiples: [Double], every stride: Int = 1) -> [Double] {
      (first...last).filter { $0 % stride == 0 }.flatMap { power in
        // Through text, as pow(10, -3) is not 1e-3 everywhere.
        multiples.map { $0 * (Double("1e\(power)") ?? 1) }
      }.filter { $0 >= lower && $0 <= upper }
    }
    let all = places((1...9).map(Double.init))
    for multiples in [[1, 2, 5], [1, 3], [1.0]] {
      let found = places(multiples)
      if found.count <= count { return (found, all.filter { !found.contains($0) }) }
    }
    let tens = places([1])
    return (places([1], every: (tens.count - 1) / count + 1), tens)
  }
}
