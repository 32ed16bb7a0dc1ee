import BenchmarkKit
import Foundation

/// How fast parts run against how many operations they do with each byte they move, under the machine's two roofs
/// (Williams, Waterman and Patterson 2009).
struct Roofline {
  let ceiling: Ceiling
  let parts: [BreakdownPart]

  /// Nil where no part does any operation.
  func chart(name: String, title: String) -> Chart? {
    let points = parts.compactMap { part -> ChartSeries.Point? in
      guard let flops = part.flops, let bytes = part.bytes, let rate = part.flopRate,
        flops > 0, bytes > 0
      else { return nil }
      return ChartSeries.Point(x: flops / bytes, y: rate / 1e9, label: part.name)
    }
    guard let least = points.map(\.x).min(), let most = points.map(\.x).max() else { return nil }
    let ridge = ceiling.flopRate / ceiling.byteRate
    // Both roofs are to be seen, with room below the points for labels and legend.
    let (start, end) = (min(least, ridge) / 8, max(most, ridge) * 2)
    func roof(_ x: Double) -> ChartSeries.Point {
      ChartSeries.Point(x: x, y: min(ceiling.flopRate, ceiling.byteRate * x) / 1e9)
    }
    let steps = (0...16).map { start * pow(end / start, Double($0) / 16) } + [ridge]
    return Chart(
      name: name, title: title,
      xAxis: ChartAxis("operations per byte", unit: "FLOP/byte", isLogarithmic: true),
      yAxis: ChartAxis("rate", unit: "GFLOP/s", isLogarithmic: true),
      series: [
        ChartSeries(
          "roof: \(Format.significant(ceiling.flopRate / 1e9)) GFLOP/s, "
            + "\(Format.significant(ceiling.byteRate / 1e9)) GB/s", style: .guide,
          points: steps.sorted().map(roof)),
        ChartSeries("components", style: .points, points: points),
      ])
  }
}
