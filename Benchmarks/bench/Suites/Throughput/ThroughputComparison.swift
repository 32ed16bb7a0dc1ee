import BenchmarkKit

/// The Transformer against one rival in one task, by length.
struct ThroughputComparison {
  /// Both at one length.
  struct Point {
    let length: Double
    let transformer: ContenderResult
    let rival: ContenderResult

    /// Of fewer samples, resampling makes an interval without width.
    var hasEnough: Bool { min(transformer.samples.count, rival.samples.count) >= 3 }

    /// How many times as many tokens a second the Transformer takes.
    func ratio(seed: UInt64) -> (value: Double, interval: Interval?) {
      let times = [rival, transformer].map { $0.samples.map(\.seconds) }
      let medians = times.map { Quantiles.median(of: $0) ?? .nan }
      return (
        medians[0] / medians[1],
        hasEnough ? Bootstrap.ratioInterval(times[0], to: times[1], seed: seed) : nil
      )
    }
  }

  let task: String
  let rival: String
  /// From the shortest to the longest, where both were measured.
  let points: [Point]
  let seed: UInt64

  /// - Parameter task: of the rival; the Transformer's is the one without a way of matching.
  init(_ results: [ContenderResult], task: String, rival: String, seed: UInt64) {
    self.task = task
    self.rival = rival
    self.seed = seed
    let baseTask =
      task.hasSuffix(ThroughputSuite.equalOperations)
      ? String(task.dropLast(ThroughputSuite.equalOperations.count)) : task
    points = results.filter { $0.name == rival && $0.task == task && !$0.samples.isEmpty }
      .compactMap { other in
        let transformer = results.first {
          $0.name == "Transformer" && $0.task == baseTask && !$0.samples.isEmpty
            && $0.value(of: "n") == other.value(of: "n")
        }
        guard let transformer, let length = other.value(of: "n") else { return nil }
        return Point(length: length, transformer: transformer, rival: other)
      }.sorted { $0.length < $1.length }
  }

  /// Where the faster one changes for good, and whether it is the Transformer from there on.
  var crossover: (place: Crossover, isTransformerFasterAbove: Bool)? {
    func found(_ first: (Point) -> ContenderResult, _ second: (Point) -> ContenderResult)
      -> Crossover?
    {
      Crossover(
        points.map {
          Crossover.Point(
            x: $0.length, first: first($0).samples.map(\.seconds),
            second: second($0).samples.map(\.seconds))
        }, seed: seed)
    }
    return found(\.rival, \.transformer).map { ($0, true) }
      ?? found(\.transformer, \.rival).map { ($0, false) }
  }

  /// How many times as fast the Transformer is at each length.
  var series: ChartSeries {
    ChartSeries(
      "\(rival), \(task)",
      points: points.map {
        let (value, interval) = $0.ratio(seed: seed)
        return ChartSeries.Point(x: $0.length, y: value, interval: interval)
      })
  }

  /// Who is faster from where on, and by how much at the ends; nil where nothing can be compared.
  var sentence: String? {
    guard let first = points.first, let last = points.last else { return nil }
    let ratios = points.map { $0.ratio(seed: seed).value }
    func times(_ value: Double) -> String { "\(Format.significant(value)) times" }
    func end(_ point: Point) -> String {
      let (value, interval) = point.ratio(seed: seed)
      let range = interval.map {
        " (\(Format.significant($0.lower)) to \(Format.significant($0.upper)))"
      }
      return times(value) + (range ?? "")
    }
    let range =
      first.length == last.length
      ? "length \(Format.plain(first.length))"
      : "every length from \(Format.plain(first.length)) to \(Format.plain(last.length))"
    if let (place, isTransformer) = crossover {
      let winner = isTransformer ? "the Transformer" : rival
      let interval =
        (points.allSatisfy(\.hasEnough) ? place.interval : nil).map {
          "95 % interval \(Format.significant($0.lower)) to \(Format.significant($0.upper))"
        } ?? "too uncertain for an interval"
      return "\(task): \(winner) is the faster of Transformer and \(rival) from length "
        + "\(Format.significant(place.x)) on (\(interval)); the Transformer takes "
        + "\(end(first)) as many tokens a second at \(Format.plain(first.length)), "
        + "\(end(last)) at \(Format.plain(last.length))"
    }
    let isTransformer = ratios[ratios.count - 1] > 1
    let factors = ratios.map { isTransformer ? $0 : 1 / $0 }.sorted()
    return "\(task): the \(isTransformer ? "Transformer is" : "\(rival) is") faster than the "
      + "\(isTransformer ? rival : "Transformer") at \(range), "
      + (factors.count == 1
        ? times(factors[0])
        : "\(Format.significant(factors[0])) to \(times(factors[factors.count - 1]))")
      + " as many tokens a second"
  }
}
