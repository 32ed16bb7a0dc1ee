import BenchmarkKit
import Kernels

/// What this machine can do at best: the rates of a large matrix product and of reading and writing memory, by threads.
struct MachineSuite: BenchmarkSuite {
  let name = "machine"
  let summary = "the ceiling: matrix-product rate and memory bandwidth, by threads"
  let title = "what this machine can do at best"
  let method: [String] = [
    "product   \(order) x \(order) by \(order) x \(order), float32, one for each thread",
    "memory    arrays of \(Format.bytes(MemoryArrays.count * 4)), which no cache holds: read sums one, copy"
      + " is b = a,",
    "          triad c = a + 3 b; bytes as the program sees them: what a processor reads before it",
    "          overwrites it is not counted",
    "ceiling   the product and the fastest of read, copy and triad, with the threads of this run; the other",
    "          suites are compared with it",
  ]

  private static let order = 1024

  func options(_ settings: Settings) -> RunnerOptions {
    var options = settings.runnerOptions(quick: 12, normal: 12, full: 20)
    options.minimumTime = settings.extent == .full ? 0.5 : 0.15
    options.warmUpTime = 0.2
    options.measuresMemory = false
    return options
  }

  func contenders(_ settings: Settings) -> [Contender] {
    let threads = threadCounts(upTo: settings.threads)
    let arrays = SharedArrays()
    return threads.map { product(threads: $0, seed: settings.seed) }
      + MemoryArrays.Kernel.allCases.flatMap { kernel in
        threads.map { memory(kernel, threads: $0, arrays) }
      }
  }

  func columns(_ settings: Settings) -> [ResultColumn] {
    [.flopRate, .byteRate, .median, .interval, .spread, .samples]
  }

  func conclude(_ report: inout SuiteReport, _ settings: Settings) {
    report.charts = charts(report.results)
    guard let ceiling = ceiling(report.results) else { return }
    report.quantities = [
      Quantity("matrix product", ceiling.flopRate / 1e9, unit: "GFLOP/s"),
      Quantity("memory", ceiling.byteRate / 1e9, unit: "GB/s"),
    ]
    let balance = Format.significant(ceiling.flopRate / ceiling.byteRate)
    let threads = "\(settings.threads) thread\(settings.threads == 1 ? "" : "s")"
    report.findings = [
      """
      ceiling: \(Format.significant(ceiling.flopRate / 1e9)) GFLOP/s and \
      \(Format.significant(ceiling.byteRate / 1e9)) GB/s with \(threads); work with fewer than \
      \(balance) operations a byte is bound by memory
      """
    ]
    for (name, rate) in [("product", \ContenderResult.flopRate), ("read", \.byteRate)] {
      guard settings.threads > 1,
        let one = result(name, threads: 1, report.results).flatMap({ $0[keyPath: rate] }),
        let all = result(name, threads: settings.threads, report.results).flatMap({
          $0[keyPath: rate]
        })
      else { continue }
      report.findings.append(
        "\(name): \(threads) reach \(Format.fixed(all / one, digits: 2)) times the rate of one")
    }
  }

  /// The rates with the threads of this run; nil when one of them was not measured.
  func ceiling(_ results: [ContenderResult]) -> Ceiling? {
    let threads = ThreadPool.threadCount
    guard let flopRate = result("product", threads: threads, results)?.flopRate,
      let byteRate = MemoryArrays.Kernel.allCases.compactMap({
        result($0.rawValue, threads: threads, results)?.byteRate
      }).max()
    else { return nil }
    return Ceiling(flopRate: flopRate, byteRate: byteRate)
  }

  private func result(_ name: String, threads: Int, _ results: [ContenderResult])
    -> ContenderResult?
  {
    results.first { $0.name == name && $0.value(of: "threads") == Double(threads) }
  }

  private func charts(_ results: [ContenderResult]) -> [Chart] {
    func chart(
      _ name: String, _ title: String, unit: String,
      _ amount: @escaping (Cost) -> Double?
    ) -> Chart {
      Chart(
        name: name, title: title, xAxis: ChartAxis("threads", isLogarithmic: true),
        yAxis: ChartAxis("rate", unit: unit),
        series: ChartSeries.series(of: results, task: "", against: "threads") { result in
          guard let amount = amount(result.cost), let summary = result.summary else { return nil }
          let scale = amount / 1e9
          return (scale / summary.median, summary.interval.rate(of: scale))
        })
    }
    return [
      chart("products", "large matrix products", unit: "GFLOP/s", \.flops),
      chart("memory", "memory beyond the caches", unit: "GB/s", \.bytes),
    ].filter { !$0.series.isEmpty }
  }

  /// Each thread multiplies matrices of its own: what a perfect division of work would reach.
  private func product(threads: Int, seed: UInt64) -> Contender {
    let order = MachineSuite.order
    let flops = 2 * Double(threads) * Double(order) * Double(order) * Double(order)
    return Contender(
      "product", parameters: [SizeParameter("threads", threads)], cost: Cost(flops: flops)
    ) {
      let matrices = (0..<threads).map { thread in
        ProductMatrices(order: order, seed: seed &+ UInt64(thread))
      }
      let run = {
        withThreads(threads) {
          ThreadPool.forEachBlock(threads) { matrices[$0].multiply() }
        }
      }
      return Workload(
        check: {
          run()
          for matrices in matrices { try matrices.check() }
        }, run: run)
    }
  }

  private func memory(_ kernel: MemoryArrays.Kernel, threads: Int, _ arrays: SharedArrays)
    -> Contender
  {
    Contender(
      kernel.rawValue, parameters: [SizeParameter("threads", threads)],
      cost: Cost(bytes: Double(kernel.arrayCount * MemoryArrays.count * 4))
    ) {
      let arrays = arrays.arrays
      return Workload(check: { try arrays.check(kernel) }) {
        withThreads(threads) { arrays.run(kernel) }
      }
    }
  }

  /// One set of arrays for all contenders, made when the first of them is.
  private final class SharedArrays {
    lazy var arrays = MemoryArrays()
  }
}
