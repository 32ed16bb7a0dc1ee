import AttentionKit
import Foundation

extension Command {
  static let info = Command(
    name: "info", summary: "show the machine and what runs on it", words: "", wordCount: 0...0,
    details: """
      Shows cores, threads, what the CPU can do, which kernels were chosen for it, and the rate of matrix
      products measured now.
      """,
    options: [.init("--json", nil, "write JSON")],
    run: { arguments in
      let machine = MachineProbe.describe()
      let threads = ThreadPool.threadCount
      let one = MachineProbe.measureProductRate(threads: 1)
      let all = threads == 1 ? one : MachineProbe.measureProductRate(threads: threads)
      if arguments.has("--json") {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
        let report = InfoReport(
          version: Attend.version, machine: machine, threads: threads,
          productRateOneThread: one, productRate: all)
        print(String(decoding: try encoder.encode(report), as: UTF8.self))
        return
      }
      func row(_ name: String, _ value: String) {
        print(name.padding(toLength: 18, withPad: " ", startingAt: 0) + value)
      }
      row("attend", Attend.version)
      row("processor", machine.processor ?? "unknown")
      row("cores", "\(machine.logicalCores)")
      row("threads", "\(threads) (ATTENTION_THREADS or --threads)")
      row("instructions", machine.instructionSets.joined(separator: " "))
      row("caches", machine.caches.joined(separator: ", "))
      row("memory", "\(machine.memory >> 20) MiB")
      row("system", machine.operatingSystem + (machine.kernel.map { ", \($0)" } ?? ""))
      row("vector kernels", machine.vectorKernels)
      row("BLAS", machine.blas)
      row(
        "BLAS kernels",
        machine.blasCoreBefore == machine.blasCoreAfter
          ? "\(machine.blasCoreAfter), its own choice"
          : "\(machine.blasCoreAfter), in place of its own choice \(machine.blasCoreBefore)")
      row("products", String(format: "%.0f GFLOP/s with 1 thread", one))
      if threads > 1 { row("", String(format: "%.0f GFLOP/s with %d threads", all, threads)) }
    })
}

private struct InfoReport: Codable {
  var version: String
  var machine: MachineDescription
  var threads: Int
  /// GFLOP/s of float32 products.
  var productRateOneThread: Double
  var productRate: Double
}
