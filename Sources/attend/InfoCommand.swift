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
        try StandardStreams.writeLine(String(decoding: encoder.encode(report), as: UTF8.self))
        return
      }
      func row(_ name: String, _ value: String) throws {
        try StandardStreams.writeLine(
          name.padding(toLength: 18, withPad: " ", startingAt: 0) + value)
      }
      try row("attend", Attend.version)
      try row("processor", machine.processor ?? "unknown")
      try row("cores", "\(machine.logicalCores)")
      try row("threads", "\(threads) (ATTENTION_THREADS or --threads)")
      try row("instructions", machine.instructionSets.joined(separator: " "))
      try row("caches", machine.caches.joined(separator: ", "))
      try row("memory", "\(machine.memory >> 20) MiB")
      try row("system", machine.operatingSystem + (machine.kernel.map { ", \($0)" } ?? ""))
      try row("vector kernels", machine.vectorKernels)
      try row("BLAS", machine.blas)
      try row(
        "BLAS kernels",
        machine.blasCoreBefore == machine.blasCoreAfter
          ? "\(machine.blasCoreAfter), its own choice"
          : "\(machine.blasCoreAfter), in place of its own choice \(machine.blasCoreBefore)")
      try row("products", String(format: "%.0f GFLOP/s with 1 thread", one))
      if threads > 1 { try row("", String(format: "%.0f GFLOP/s with %d threads", all, threads)) }
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
