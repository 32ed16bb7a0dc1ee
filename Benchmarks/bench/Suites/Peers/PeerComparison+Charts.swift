import BenchmarkKit
import Foundation

extension PeerComparison {
  /// One for each kind of work.
  var charts: [Chart] {
    [
      bars("training", "a training step"), attention, bars("decoding", "decoding"),
      bars("product", "a matrix product"),
    ].compactMap { $0 }
  }

  /// Attention at our own precision, by length.
  private var attention: Chart? {
    let works = works.filter { $0.task.contains("attention") && $0.ratios[Self.like] != nil }
    if works.isEmpty { return nil }
    let series = works.map(\.task).uniqued().map { task in
      ChartSeries(
        task,
        points: works.filter { $0.task == task }.compactMap { work in
          guard let length = work.parameters.first(where: { $0.name == "n" }),
            let ratio = work.ratios[Self.like]
          else { return nil }
          return ChartSeries.Point(x: length.value, y: ratio.value, interval: ratio.interval)
        })
    }
    let lengths = series.flatMap { $0.points.map(\.x) }
    return Chart(
      name: "attention", title: "attention: PyTorch's time divided by ours, both in float32",
      xAxis: ChartAxis("sequence length n", isLogarithmic: true),
      yAxis: ChartAxis("times as long"),
      series: series + [Self.even([lengths.min() ?? 1, lengths.max() ?? 1])])
  }

  private static let like = PeerVariant.eager.name

  /// Bars at our own precision, points for the other variants.
  private func bars(_ kind: String, _ title: String) -> Chart? {
    let works = works.filter { $0.task.hasPrefix(kind) && !$0.ratios.isEmpty }
    if works.isEmpty { return nil }
    let variants = PeerVariant.all.filter { variant in
      works.contains { $0.ratios[variant.name] != nil }
    }
    let points = variants.filter { !Self.isBars($0) }
    let series = variants.map { variant in
      // Beside one another, so that none hides another one's interval.
      let place = points.firstIndex(of: variant).map(Double.init) ?? 0
      let offset =
        Self.isBars(variant) ? 0 : 0.5 * ((place + 0.5) / Double(points.count) - 0.5)
      return ChartSeries(
        variant.name, style: Self.isBars(variant) ? .bars : .points,
        points: works.enumerated().compactMap { index, work in
          work.ratios[variant.name].map {
            ChartSeries.Point(x: Double(index) + offset, y: $0.value, interval: $0.interval)
          }
        })
    }
    let places = [-0.5] + works.indices.map(Double.init) + [Double(works.count) - 0.5]
    return Chart(
      name: kind, title: "\(title): the peer's time divided by ours",
      xAxis: ChartAxis(
        "", categories: works.map { $0.label.replacingOccurrences(of: "\(kind) ", with: "") }),
      yAxis: ChartAxis("times as long"), series: series + [Self.even(places)])
  }

  private static func isBars(_ variant: PeerVariant) -> Bool {
    variant == .eager || variant == .ctranslate2
  }

  private static func even(_ places: [Double]) -> ChartSeries {
    ChartSeries(
      "as long as ours", style: .guide, points: places.map { ChartSeries.Point(x: $0, y: 1) })
  }
}
