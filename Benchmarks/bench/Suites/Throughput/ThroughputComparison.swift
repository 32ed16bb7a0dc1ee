import BenchmarkKit

/// The Transformer against one rival in one task, by length.
struct ThroughputComparison {
  /// Both at one length.
  struct Point {
    let length: Double
    /// Seconds of the Transformer's samples.
    let transformer: [Double]
    /// Seconds of the rival's samples.
    let rival: [Double]
    /// How many times as many tokens a second the Transformer takes.
    let ratio: Double
    /// Its 95 % interval; nil with few samples, of which resampling makes an interval without width.
    let interval: Interval?

    init(length: Double, transformer: [Double], rival: [Double], seed: UInt64) {
      self.length = length
      self.transformer = transformer
      self.rival = rival
      let medians = [rival, transformer].map { Quantiles.median(of: $0) ?? .nan }
      ratio = medians[0] / medians[1]
      interval =
        min(transformer.count, rival.count) >= 3
        ? Bootstrap.ratioInterval(rival, to: transformer, seed: seed) : nil
    }

    /// Whether noise alone would hardly make such a difference.
    var isClear: Bool { interval.map { !$0.contains(1) } ?? false }
  }

  let task: String
  let rival: String
  /// From the shortest to the longest, where both were measured.
  let points: [Point]
  /// Where the faster one changes for good, and whether it is the Transformer from there on; nil where nothing changes,
  /// and where the noise leaves open what does.
  let crossover: (place: Crossover, isTransformerFasterAbove: Bool)?

  /// - Parameter task: of the rival; the Transformer's is the one without a way of matching.
  init(_ results: [ContenderResult], task: String, rival: String, seed: UInt64) {
    self.task = task
    self.rival = rival
    let baseTask =
      task.hasSuffix(ThroughputSuite.equalOperations)
      ? String(task.dropLast(ThroughputSuite.equalOperations.count)) : task
    let points = results.filter { $0.name == rival && $0.task == task && !$0.samples.isEmpty }
      .compactMap { other -> Point? in
        let transformer = results.first {
          $0.name == "Transformer" && $0.task == baseTask && !$0.samples.isEmpty
            && $0.value(of: "n") == other.value(of: "n")
        }
        guard let transformer, let length = other.value(of: "n") else { return nil }
        return Point(
          length: length, transformer: transformer.samples.map(\.seconds),
          rival: other.samples.map(\.seconds), seed: seed)
      }.sorted { $0.length < $1.length }
    self.points = points

    func found(_ first: (Point) -> [Double], _ second: (Point) -> [Double]) -> Crossover? {
      let place = Crossover(
        points.map { Crossover.Point(x: $0.length, first: first($0), second: second($0)) },
        seed: seed)
      return place?.interval == nil || points.contains { $0.interval == nil } ? nil : place
    }
    crossover =
      found(\.rival, \.transformer).map { ($0, true) }
      ?? found(\.transformer, \.rival).map { ($0, false) }
  }

  /// How many times as fast the Transformer is at each length, under a name for the legend.
  func series(_ name: String) -> ChartSeries {
    ChartSeries(
      name,
      points: points.map { ChartSeries.Point(x: $0.length, y: $0.ratio, interval: $0.interval) })
  }

  /// Who is faster from where on, and by how much; nil where nothing can be compared.
  var sentence: String? {
    guard let first = points.first, let last = points.last else { return nil }
    let lengths = points.map { Format.plain($0.length) }
    let ends =
      "the Transformer takes \(factor(first)) as many tokens a second at \(lengths[0])"
      + (points.count > 1 ? ", \(factor(last)) at \(lengths[lengths.count - 1])" : "")
    if let (place, isTransformer) = crossover, let interval = place.interval {
      return
        "\(task): \(isTransformer ? "the Transformer" : rival) is the faster of Transformer and "
        + "\(rival) from length \(Format.significant(place.x)) on (95 % interval "
        + "\(interval.text(Format.significant))); \(ends)"
    }
    let clear = points.filter(\.isClear)
    let isTransformer = last.ratio > 1
    guard let one = clear.first, clear.allSatisfy({ ($0.ratio > 1) == (one.ratio > 1) }),
      (one.ratio > 1) == isTransformer
    else {
      return
        "\(task): no clear winner between Transformer and \(rival) from length \(lengths[0]) to "
        + "\(lengths[lengths.count - 1]): \(ends)"
    }
    let factors = clear.map { isTransformer ? $0.ratio : 1 / $0.ratio }.sorted()
    let (winner, loser) = isTransformer ? ("Transformer", rival) : (rival, "Transformer")
    let place: String
    if clear.count == points.count && points.count > 1 {
      place = "every length from \(lengths[0]) to \(lengths[lengths.count - 1])"
    } else {
      place = "length " + clear.map { Format.plain($0.length) }.joined(separator: ", ")
    }
    let range =
      factors.count == 1
      ? "" : "\(Format.significant(factors[0])) to "
    return "\(task): the \(winner) is faster than the \(loser) at \(place), \(range)"
      + "\(Format.significant(factors[factors.count - 1])) times as many tokens a second"
      + (clear.count < points.count ? "; elsewhere the difference is within the noise" : "")
  }

  private func factor(_ point: Point) -> String {
    let range = point.interval.map {
      " (\($0.text(Format.significant)))"
    }
    return "\(Format.significant(point.ratio)) times" + (range ?? "")
  }
}
