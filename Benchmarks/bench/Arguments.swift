import Foundation

/// The command line of `bench`.
struct Arguments: Equatable {
  enum Action {
    case help
    case list
    case run
  }

  var action = Action.run
  /// Names of the suites to run, in the order of `allSuites`; empty for all.
  var suites: [String] = []
  /// Where the report goes; nil for a dated file under Runs/bench.
  var jsonPath: String?
  var seed: UInt64 = 1
  /// Threads of the pool; nil for what the library chooses.
  var threads: Int?
  var extent = Extent.normal
  /// The words as given, for the report.
  var words: [String] = []

  init(_ words: [String]) throws {
    self.words = words
    var rest = words[...]
    while let word = rest.popFirst() {
      guard word.hasPrefix("-") else {
        suites.append(word)
        continue
      }
      // `--seed=3` is the same as `--seed 3`.
      let halves = word.split(separator: "=", maxSplits: 1).map(String.init)
      let option = halves[0]
      func value() throws -> String {
        if halves.count == 2 { return halves[1] }
        guard let next = rest.popFirst(), !next.isEmpty else {
          throw ArgumentError.missingValue(option: option)
        }
        return next
      }
      switch option {
      case "--help", "-h": action = .help
      case "--list": action = .list
      case "--quick": try choose(.quick)
      case "--full": try choose(.full)
      case "--json": jsonPath = try value()
      case "--seed": seed = try Arguments.number(value(), option, "a whole number from 0 on")
      case "--threads":
        let count: Int = try Arguments.number(value(), option, "a whole number from 1 on")
        guard count >= 1 else {
          throw ArgumentError.notANumber(
            option: option, found: "\(count)", expected: "a whole number from 1 on")
        }
        threads = count
      default: throw ArgumentError.unknownOption(word)
      }
    }
    if action == .run { try check() }
  }

  private mutating func choose(_ extent: Extent) throws {
    guard self.extent == .normal || self.extent == extent else {
      throw ArgumentError.contradiction("--quick", "--full")
    }
    self.extent = extent
  }

  private static func number<Number: FixedWidthInteger>(
    _ text: String, _ option: String, _ expected: String
  ) throws -> Number {
    guard let number = Number(text) else {
      throw ArgumentError.notANumber(option: option, found: text, expected: expected)
    }
    return number
  }

  /// What would otherwise fail only after minutes of measuring.
  private func check() throws {
    let known = allSuites.map(\.name)
    for name in suites where !known.contains(name) {
      throw ArgumentError.unknownSuite(name, known: known)
    }
    if let jsonPath {
      let folder = (jsonPath as NSString).deletingLastPathComponent
      guard access(folder.isEmpty ? "." : folder, W_OK) == 0 else {
        throw ArgumentError.noFolder(option: "--json", path: jsonPath, folder: folder)
      }
    }
  }
}
