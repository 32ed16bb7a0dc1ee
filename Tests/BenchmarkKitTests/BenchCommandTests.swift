import BenchmarkKit
import Foundation
import Testing

/// Runs the `bench` that stands beside the test bundle, as a user would.
@Suite(.serialized) struct BenchCommandTests {
  /// A folder for one test.
  final class Folder {
    let path = FileManager.default.temporaryDirectory
      .appendingPathComponent("bench-\(UUID().uuidString)").path

    init() throws {
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }
  }

  struct Outcome {
    let status: Int32
    let output: String
    let errors: String
  }

  /// - Parameter heading: Ctrl-C is pressed as soon as this text is printed.
  func bench(
    _ arguments: [String], environment: [String: String]? = nil,
    interruptedAfter heading: String? = nil
  ) throws -> Outcome {
    let process = Process()
    // In debug and release alike, products and the test bundle are in one folder.
    let folder = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
    process.executableURL = folder.appendingPathComponent("bench")
    process.arguments = arguments
    if let environment { process.environment = environment }
    let output = Pipe()
    let errors = Pipe()
    process.standardOutput = output
    process.standardError = errors
    process.standardInput = FileHandle.nullDevice
    try process.run()
    var outputData = Data()
    if let heading {
      while !String(decoding: outputData, as: UTF8.self).contains(heading) {
        let more = output.fileHandleForReading.availableData
        if more.isEmpty { break }
        outputData += more
      }
      process.interrupt()
    }
    // Both fit into a pipe's buffer, so reading one after the other cannot block.
    outputData += output.fileHandleForReading.readDataToEndOfFile()
    let errorData = errors.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return Outcome(
      status: process.terminationStatus, output: String(decoding: outputData, as: UTF8.self),
      errors: String(decoding: errorData, as: UTF8.self))
  }

  @Test func helpNamesSuitesAndOptions() throws {
    let outcome = try bench(["--help"])
    #expect(outcome.status == 0)
    #expect(outcome.errors.isEmpty)
    for word in [
      "machine", "layers", "--quick", "--full", "--filter", "--sweep", "--dry-run", "--output",
      "--json", "--seed", "--threads", "--cold", "--resume", "--baseline", "--save-baseline",
      "--threshold", "compare", "report",
    ] {
      #expect(outcome.output.contains(word))
    }
    #expect(outcome.output.split(separator: "\n").allSatisfy { $0.count <= 100 })
  }

  @Test func listHasALineForEachSuite() throws {
    let outcome = try bench(["--list"])
    #expect(outcome.status == 0)
    #expect(outcome.output.hasPrefix("machine"))
  }

  @Test(arguments: [
    (["nope"], "unknown suite 'nope'; there are: machine"),
    (["--frob"], "unknown option --frob"),
    (["--seed", "x"], "--seed needs a whole number from 0 on, found 'x'"),
    (["--seed=-1"], "--seed needs a whole number from 0 on, found '-1'"),
    (["--threads", "0"], "--threads needs a whole number from 1 on, found '0'"),
    (["--json"], "--json needs a value"),
    (["--quick", "--full"], "--quick and --full exclude each other"),
    (["compare", "a"], "`bench compare` needs two reports, the older one first, found 1 file"),
    (["report"], "`bench report` needs one report, found 0 files"),
    (["--threshold", "much"], "--threshold needs a number of percent, found 'much'"),
    (["--save-baseline", "a/b"], "--save-baseline needs a name without slashes"),
    (["--resume", "a", "--quick"], "--resume goes on with a run as it was begun"),
    (["--quick=3"], "--quick=3: this option takes no value"),
    (["--json", "a", "--output", "b"], "--json and --output exclude each other"),
    (["--filter", "("], "--filter needs a regular expression, found '('"),
    (["--sweep", "q=3"], "found 'q=3': sizes are n, d, h, B, layers"),
    (["--sweep", "n=4..2"], "found 'n=4..2': 4 is more than 2"),
    (["--sweep", "n=1,x"], "'x' is no whole number from 1 to 1048576"),
    (["--sweep", "n"], "found 'n': there is no ="),
    (
      ["--json", "/nonexistent/report.json"],
      "there is no folder /nonexistent that can be written to"
    ),
  ])
  func wrongArgumentsAreNamed(arguments: [String], message: String) throws {
    let outcome = try bench(arguments)
    #expect(outcome.status == 2)
    #expect(outcome.output.isEmpty)
    #expect(outcome.errors.contains(message))
    #expect(outcome.errors.contains("bench --help"))
  }

  /// Twenty samples around a time, so that a fifth more is beyond doubt.
  private static func report(seconds: Double) -> Report {
    let samples = (0..<20).map { seconds * (1 + 0.001 * Double($0)) }
    return ComparisonTests.report([ComparisonTests.result("tiled", samples, n: 64)])
  }

  @Test func aComparisonTellsSlowerByItsStatus() throws {
    let folder = try Folder()
    let (old, new) = (folder.path + "/old.json", folder.path + "/new.json")
    try Self.report(seconds: 0.01).write(to: old)
    for (factor, status, word) in [
      (1.0, 0, "no difference"), (0.8, 0, "faster"), (1.2, 3, "slower"),
    ] {
      try Self.report(seconds: 0.01 * factor).write(to: new)
      let outcome = try bench(["compare", old, new])
      #expect(outcome.status == Int32(status) && outcome.errors.isEmpty)
      let row = outcome.output.split(separator: "\n").first { $0.contains("tiled forward n=64") }
      #expect(word == "no difference" || row?.contains(word) == true, "\(outcome.output)")
    }
    #expect(try bench(["compare", old, new, "--threshold", "30%"]).status == 0)
    let missing = try bench(["compare", old, folder.path + "/none"])
    #expect(missing.status == 1 && missing.errors.contains("no baseline"))
    try Data("{}".utf8).write(to: URL(fileURLWithPath: new))
    let malformed = try bench(["compare", old, new])
    #expect(malformed.status == 1)
    #expect(malformed.errors.contains("\(new) is no report of a benchmark"))
  }

  @Test func aReportBecomesTablesAndAPage() throws {
    let folder = try Folder()
    try Self.report(seconds: 0.01).write(to: folder.path + "/report.json")
    let outcome = try bench(["report", folder.path])
    #expect(outcome.status == 0 && outcome.output.contains("tiled"))
    for name in ["report.html", "report.md", "results.csv", "samples.csv"] {
      let file = try String(contentsOfFile: folder.path + "/" + name, encoding: .utf8)
      #expect(file.contains("tiled"), "\(name)")
    }
  }

  @Test func aDryRunNamesContendersAndMeasuresNothing() throws {
    let outcome = try bench([
      "--dry-run", "sweep", "--sweep", "n=16..64", "--sweep", "h=2,3", "--filter", "^sweep att",
    ])
    #expect(outcome.status == 0)
    let lines = outcome.output.split(separator: "\n").map(String.init)
    #expect(lines.contains("sweep: 12 contenders, 10 cycles, at most 40 s"))
    #expect(lines.contains("  attention forward n=32 h=3"))
    #expect(!outcome.output.contains("Transformer"))
    #expect(lines.contains { $0.hasPrefix("machine: ") })
    // Both limits together.
    let limits = lines.filter { $0.contains(" cycles, at most ") }
      .compactMap { $0.split(separator: " ").dropLast().last.flatMap { Int($0) } }
    #expect(limits.count == 2)
    let all = limits.reduce(0, +)
    #expect(lines.last?.hasPrefix("in all at most \(all) s") == true)
  }

  @Test(.enabled(if: BuildConfiguration.current == .debug))
  func aDebugBuildWithoutSwiftSaysWhatToDo() throws {
    let outcome = try bench(["machine"], environment: ["PATH": "/nonexistent"])
    #expect(outcome.status == 1)
    #expect(outcome.output.isEmpty)
    #expect(outcome.errors.contains("there is no `swift` on PATH"))
    #expect(outcome.errors.contains("swift run -c release bench"))
  }

  @Test(.enabled(if: BuildConfiguration.current == .release))
  func anInterruptedRunGoesOn() throws {
    let owner = try Folder()
    let folder = owner.path
    defer { withExtendedLifetime(owner) {} }
    let words = ["--quick", "--output", folder, "sweep", "--sweep", "n=16..512"]
    let first = try bench(words, interruptedAfter: "== sweep")
    #expect(first.status == 1)
    #expect(first.output.contains("INTERRUPTED"))
    #expect(first.output.contains("bench --resume \(folder)/report.json"))
    let before = try Report(contentsOf: folder + "/report.json")
    #expect(before.wasInterrupted)
    let machine = try #require(before.suites.first)
    #expect(machine.isComplete)

    let second = try bench(["--resume", folder])
    #expect(second.status == 0)
    let after = try Report(contentsOf: folder + "/report.json")
    #expect(!after.wasInterrupted && after.arguments == words)
    #expect(after.suites.map(\.name) == ["machine", "sweep"])
    // What was measured before is not measured again.
    #expect(after.suites[0].results.map(\.samples) == machine.results.map(\.samples))
    #expect(after.suites[1].isComplete)
    // On a busy machine some are holes.
    #expect(after.suites[1].results.contains { !$0.samples.isEmpty })
    #expect(try bench(["--resume", folder]).errors.contains("this run was not interrupted"))
  }

  @Test(.enabled(if: BuildConfiguration.current == .release))
  func aQuickRunMeasuresTheMachineAndWritesAReport() throws {
    let folder = try Folder()
    let path = folder.path + "/report.json"
    let outcome = try bench(["machine", "--quick", "--seed", "5", "--threads=2", "--json", path])
    #expect(outcome.status == 0)
    #expect(outcome.output.contains("GFLOP/s"))
    let report = try Report(json: #require(FileManager.default.contents(atPath: path)))
    #expect(report.arguments.contains("--quick"))
    #expect(!report.wasInterrupted)
    let machine = try #require(report.suites.first { $0.name == "machine" })
    #expect(machine.options?.seed == 5)
    #expect(machine.results.map(\.label).contains("product threads=2"))
    #expect(machine.results.contains { $0.hole == nil && !$0.samples.isEmpty })
    // A processor that does less than this in float32 is not one that Swift runs on.
    let rates = machine.quantities.map(\.value)
    #expect(rates.allSatisfy { $0 > 0.1 })
    // On a busy machine some are holes.
    if machine.results.allSatisfy({ $0.hole == nil }) { #expect(rates.count == 2) }
  }

  /// The parts of a step add up to it, and threads change no bit.
  @Test(.enabled(if: BuildConfiguration.current == .release))
  func aStepIsAccountedForAndThreadsChangeNothing() throws {
    let path = FileManager.default.temporaryDirectory
      .appendingPathComponent("bench-\(UUID().uuidString).json").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    let outcome = try bench(["--quick", "--threads=2", "--json", path, "components", "threads"])
    #expect(outcome.status == 0)
    let report = try Report(contentsOf: path)
    let components = try #require(report.suites.first { $0.name == "components" })
    let root = try #require(components.breakdowns.first).root
    let parts = root.children.reduce(0) { $0 + $1.seconds }
    #expect(abs(parts / root.seconds - 1) < 1e-9)
    let leftOver = try #require(root.children.first { $0.name == "left over" })
    #expect(leftOver.share < 0.05)
    for name in ["self-attention", "cross-attention", "feed-forward", "add & norm", "optimiser"] {
      #expect(root.children.contains { $0.name == name && $0.seconds > 0 })
    }
    // The same operations with the instrument and without it.
    let measured = components.results.filter { $0.hole == nil }
    #expect(Set(measured.map(\.cost.flops)).count == 1)
    #expect(components.charts.contains { $0.name.hasPrefix("roofline") })
    let threads = try #require(report.suites.first { $0.name == "threads" })
    #expect(threads.results.allSatisfy { $0.hole?.contains("bits") != true })
    #expect(threads.results.contains { $0.wasChecked })
  }
}
