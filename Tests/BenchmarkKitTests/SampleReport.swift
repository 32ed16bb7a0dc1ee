import BenchmarkKit

/// A small report with everything that a writer has to show, and names that a careless one would take for markup.
enum SampleReport {
  static let nasty = "a<b> & \"c\" | 'd' `e` <script>alert(1)</script>, *f*"

  static func result(
    _ name: String, n: Int, seconds: [Double], hole: String? = nil, warnings: [String] = [],
    memory: Int? = nil, task: String = "forward"
  ) -> ContenderResult {
    ContenderResult(
      name: name, task: task, parameters: [SizeParameter("n", n)],
      cost: Cost(flops: 1e6 * Double(n), items: ["tokens": Double(n)]), wasChecked: true,
      samples: seconds.enumerated().map {
        Sample(seconds: $1, cycle: $0, turn: $0, start: Double($0))
      },
      memory: memory.map { PeakMemory(growth: $0 + 4096, processPeak: $0 << 4, allocated: $0) },
      summary: Summary(seconds), hole: hole, warnings: warnings)
  }

  static let chart = Chart(
    name: "time", title: "time \(nasty)", xAxis: ChartAxis("length n", isLogarithmic: true),
    yAxis: ChartAxis("time", unit: "s", isLogarithmic: true),
    series: [
      ChartSeries(
        nasty,
        points: [64, 128, 256].map {
          ChartSeries.Point(
            x: $0, y: 1e-6 * $0, interval: Interval(lower: 0.9e-6 * $0, upper: 1.2e-6 * $0),
            label: $0 == 128 ? "here it\nis" : nil)
        }),
      ChartSeries("n²", style: .guide, points: [.init(x: 64, y: 1e-5), .init(x: 256, y: 1.6e-4)]),
    ],
    marks: [ChartMark(x: 100, interval: Interval(lower: 90, upper: 110), label: "crossover at 100")]
  )

  static var report: Report {
    var table = TextTable("counted | things", columns: [.init("layer", .left), .init("steps")])
    table.add(["LSTM", "64"])
    let results = [
      result(nasty, n: 64, seconds: [1e-3, 1.1e-3, 1.2e-3], memory: 1 << 20),
      result(nasty, n: 128, seconds: [2e-3, 2.2e-3, 2.4e-3], warnings: ["wide spread: 20 %"]),
      result("other, one", n: 64, seconds: [], hole: "needs 4 GiB, has \"1 GiB\""),
      ContenderResult(name: "bare", samples: [], summary: nil, hole: "no luck"),
    ]
    let tree = Breakdown(
      name: "base", title: "a step <of> base", flopCeiling: 4e11,
      root: BreakdownPart(
        "step", seconds: 0.5, flops: 1e11,
        children: [
          BreakdownPart("for<ward>", seconds: 0.2, flops: 4e10),
          BreakdownPart("optimiser", seconds: 0.05),
        ]))
    return Report(
      program: "bench", arguments: ["--full", nasty], context: .current(),
      facts: ["threads": "2", "products": nasty],
      suites: [
        SuiteReport(
          name: "attention", title: "what <attention> costs", method: ["one  sequence", nasty],
          options: RunnerOptions(), quantities: [Quantity("rate", 5, unit: "GFLOP/s")],
          columns: [.median, .interval, .flopRate, .allocated, .samples], results: results,
          fits: SeriesFit.fits(of: results, against: "n"), tables: [table], charts: [chart],
          breakdowns: [tree],
          findings: ["a sentence with <b>", "", "a  table", "1  2", "", "the end"],
          warnings: ["OTHER PROGRAMS took <much>"]),
        SuiteReport(name: "empty", title: "nothing"),
      ], wasInterrupted: true)
  }
}
