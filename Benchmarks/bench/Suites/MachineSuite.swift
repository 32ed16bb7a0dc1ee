import BenchmarkKit
import Kernels

/// What this machine can do at best: the rate of a large matrix product and of reading memory.
struct MachineSuite: BenchmarkSuite {
  let name = "machine"
  let summary = "the ceiling: matrix-product rate and memory bandwidth, by threads"
  let title = "what this machine can do at best"
  let method: [String] = [
    "product   \(order) x \(order) by \(order) x \(order), float32, one for each thread",
    "read      sum of \(Format.bytes(readCount * 4)), which no cache holds",
  ]

  private static let order = 1024
  private static let readCount = 64 << 20

  func options(_ settings: Settings) -> RunnerOptions {
    var options = settings.runnerOptions
    options.timeBudget = settings.isQuick ? 5 : 15
    options.measuresMemory = false
    return options
  }

  func contenders(_ settings: Settings) -> [Contender] {
    let threads = threadCounts(upTo: settings.threads)
    return threads.map { product(threads: $0, seed: settings.seed) }
      + threads.map { read(threads: $0, seed: settings.seed) }
  }

  func columns(_ settings: Settings) -> [ResultColumn] {
    [.flopRate, .byteRate, .median, .interval, .spread, .samples]
  }

  func conclude(_ report: inout SuiteReport, _ settings: Settings) {
    guard let ceiling = ceiling(report.results) else { return }
    report.quantities = [
      Quantity("matrix product", ceiling.flopRate / 1e9, unit: "GFLOP/s"),
      Quantity("memory read", ceiling.byteRate / 1e9, unit: "GB/s"),
    ]
    let balance = Format.significant(ceiling.flopRate / ceiling.byteRate)
    report.findings = [
      """
      ceiling: \(Format.significant(ceiling.flopRate / 1e9)) GFLOP/s and \
      \(Format.significant(ceiling.byteRate / 1e9)) GB/s with \(settings.threads) threads; work \
      with fewer than \(balance) operations a byte is bound by memory
      """
    ]
  }

  /// The rates with the most threads; nil when one of them was not measured.
  func ceiling(_ results: [ContenderResult]) -> Ceiling? {
    guard let flopRate = results.last(where: { $0.flopRate != nil })?.flopRate,
      let byteRate = results.last(where: { $0.byteRate != nil })?.byteRate
    else { return nil }
    return Ceiling(flopRate: flopRate, byteRate: byteRate)
  }

  /// 1, 2, 4 and so on, and the limit itself at the end.
  private func threadCounts(upTo limit: Int) -> [Int] {
    var counts: [Int] = []
    var count = 1
    while count < limit {
      counts.append(count)
      count *= 2
    }
    return counts + [limit]
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

  private func read(threads: Int, seed: UInt64) -> Contender {
    let count = MachineSuite.readCount
    return Contender(
      "read", parameters: [SizeParameter("threads", threads)],
      cost: Cost(bytes: Double(count) * 4)
    ) {
      let memory = FloatBuffer(randomCount: count, seed: seed)
      return Workload {
        withThreads(threads) {
          ThreadPool.forEachRange(of: count, grain: 1 << 20) { range in
            blackHole(sum(memory.pointer + range.lowerBound, count: range.count))
          }
        }
      }
    }
  }

  /// Eight sums at a time, so that the additions do not wait for one another; a memory that keeps
  /// up with that is what is measured.
  private func sum(_ pointer: UnsafePointer<Float>, count: Int) -> Float {
    let vectors = UnsafeRawPointer(pointer).assumingMemoryBound(to: SIMD8<Float>.self)
    var sums = (SIMD8<Float>.zero, SIMD8<Float>.zero, SIMD8<Float>.zero, SIMD8<Float>.zero)
    for index in stride(from: 0, to: count / 8, by: 4) {
      sums.0 += vectors[index]
      sums.1 += vectors[index + 1]
      sums.2 += vectors[index + 2]
      sums.3 += vectors[index + 3]
    }
    return (sums.0 + sums.1 + sums.2 + sums.3).sum()
  }

  private func withThreads(_ count: Int, _ body: () -> Void) {
    let before = ThreadPool.threadCount
    ThreadPool.threadCount = count
    defer { ThreadPool.threadCount = before }
    body()
  }
}
