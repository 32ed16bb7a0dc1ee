/// Order statistics of plain numbers.
public enum Quantiles {
  /// The quantile of values sorted in ascending order, by linear interpolation between the two
  /// neighbours (type 7 of Hyndman and Fan 1996, the default of R and NumPy).
  ///
  /// - Parameter fraction: Between 0 (minimum) and 1 (maximum).
  public static func quantile(_ fraction: Double, ofSorted sorted: [Double]) -> Double? {
    guard let last = sorted.last else { return nil }
    let position = min(max(fraction, 0), 1) * Double(sorted.count - 1)
    let index = Int(position)
    guard index + 1 < sorted.count else { return last }
    let weight = position - Double(index)
    return sorted[index] + weight * (sorted[index + 1] - sorted[index])
  }

  /// The middle value; nil without values.
  public static func median(of values: [Double]) -> Double? {
    quantile(0.5, ofSorted: values.sorted())
  }
}
