import BenchmarkKit
import Foundation

/// The command line of `bench`.
struct Arguments {
  enum Action: Equatable {
    case help
    case list
    /// Shows what would be measured.
    case plan
    case run
    /// Goes on with an interrupted run.
    case resume(String)
    /// Sets a newer report beside an older one.
    case compare(old: String, new: String)
    /// Makes tables, plots and a page from a report.
    case report(String)
  }

  var action = Action.run
  /// Names of the suites to run; empty for all that run by default.
  var suites: [String] = []
  /// What the labels of the contenders must contain, as a regular expression.
  var filter: ContenderFilter?
  /// Where everything is written; nil for a dated folder under Runs/bench.
  var outputFolder: String?
  /// Where only the report is written; nil for the whole folder.
  var jsonPath: String?
  var seed: UInt64 = 1
  /// Threads of the pool; nil for what the library chooses.
  var threads: Int?
  var extent = Extent.normal
  /// A report to compare the run with: a file, a folder, or the name that `--save-baseline` was given.
  var baseline: String?
  /// The name under which the report is kept for `--baseline`.
  var savedBaseline: String?
  /// From which share on a difference counts.
  var threshold = 0.05
  /// Whether caches are emptied before every turn.
  var isCold = false
  /// What the sweep suite varies.
  var sweep = Sweep()
  /// The words as given, for the report.
  let words: [String]

  init(_ words: [String]) throws {
    self.words = words
    var reader = WordReader(words)
    var plain: [String] = []
    while let word = reader.next() {
      if word.hasPrefix("-") {
        try take(word, &reader)
      } else {
        plain.append(word)
      }
    }
    if action == .run { try choose(plain) } else { suites = plain }
    if case .resume = action, words.count > 2 {
      // The run has its own arguments; `--resume=path` is one word.
      throw ArgumentError.notAlone(option: "--resume")
    }
    if action == .run || action == .plan { try check() }
  }

  /// What the words without a dash ask for: a command and its files, or suites.
  private mutating func choose(_ plain: [String]) throws {
    switch plain.first {
    case "compare":
      guard plain.count == 3 else {
        throw ArgumentError.wrongFileCount(
          command: "compare", expected: "two reports, the older one first", found: plain.count - 1)
      }
      action = .compare(old: plain[1], new: plain[2])
    case "report":
      guard plain.count == 2 else {
        throw ArgumentError.wrongFileCount(
          command: "report", expected: "one report", found: plain.count - 1)
      }
      action = .report(plain[1])
    default:
      suites = plain
    }
  }

  private mutating func take(_ word: String, _ reader: inout WordReader) throws {
    let option = reader.option
    switch option {
    case "--help", "-h": action = .help
    case "--list": action = .list
    case "--dry-run": action = .plan
    case "--resume": action = .resume(try reader.value())
    case "--cold": isCold = true
    case "--baseline": baseline = try reader.value()
    case "--save-baseline": savedBaseline = try reader.value()
    case "--threshold": threshold = try reader.percentage()
    case "--quick": try choose(.quick)
    case "--full": try choose(.full)
    case "--filter": filter = try ContenderFilter(reader.value())
    case "--output": outputFolder = try reader.value()
    case "--json": jsonPath = try reader.value()
    case "--seed": seed = try reader.wholeNumber(from: 0)
    case "--threads": threads = try reader.wholeNumber(from: 1)
    case "--sweep": try sweep.add(reader.value())
    default: throw ArgumentError.unknownOption(word)
    }
    if !reader.isValueTaken { throw ArgumentError.unexpectedValue(word) }
  }

  private mutating func choose(_ extent: Extent) throws {
    guard self.extent == .normal || self.extent == extent else {
      throw ArgumentError.contradiction("--quick", "--full")
    }
    self.extent = extent
  }

  /// What would otherwise fail only after minutes of measuring.
  private mutating func check() throws {
    let known = allSuites.map(\.name)
    for name in suites where !known.contains(name) {
      throw ArgumentError.unknownSuite(name, known: known)
    }
    if jsonPath != nil && outputFolder != nil {
      throw ArgumentError.contradiction("--json", "--output")
    }
    if !sweep.isEmpty && suites.isEmpty { suites = [SweepSuite().name] }
    if let savedBaseline, savedBaseline.contains("/") || savedBaseline.hasPrefix(".") {
      throw ArgumentError.noName(option: "--save-baseline", found: savedBaseline)
    }
    if let jsonPath {
      let folder = (jsonPath as NSString).deletingLastPathComponent
      guard access(folder.isEmpty ? "." : folder, W_OK) == 0 else {
        throw ArgumentError.noFolder(option: "--json", path: jsonPath, folder: folder)
      }
    }
  }

  /// The suites to run. The machine comes first, because the others are compared with its ceiling.
  var chosenSuites: [any BenchmarkSuite] {
    allSuites.filter {
      suites.isEmpty ? $0.runsByDefault : suites.contains($0.name) || $0 is MachineSuite
    }
  }
}
