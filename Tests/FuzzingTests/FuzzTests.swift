import Foundation
import Fuzzing
import TestSupport
import Testing

/// Whatever is in a file, each reader gives a value or one of its errors: it does not stop the program, does not take
/// long, and takes no more memory than `FuzzRun` allows.
///
/// Each reader runs in a process of its own. `FUZZ_INPUTS` is the number of inputs for each, `FUZZ_SEED` where they
/// start; the same numbers give the same inputs. `FUZZ_READER` names the only reader that runs. An input that broke a
/// promise is run again, alone, by `FUZZ_READER=name FUZZ_INPUT=number`.
@Suite(.serialized) struct FuzzTests {
  @Test(arguments: FuzzPlan.readers)
  func inputsAreReadOrRefused(_ name: String) async throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/journal"
    let plan = FuzzPlan(name)
    await #expect(processExitsWith: .success) {
      [name = name as String, path = path as String] in
      let plan = FuzzPlan(name)
      let run = FuzzRun(
        seed: plan.seed, numbers: plan.numbers, boundsMemory: !hasSanitizer)
      try run.run(FuzzReaders.reader(name), journal: FuzzJournal(path))
    }
    let journal = try FuzzJournal(path)
    if journal[.isFinished] == 1 {
      plan.report(journal)
      // Some inputs must get through, and others be refused, or the reader was not tried at all.
      if plan.numbers.count > 500 {
        #expect(journal[.accepted] > 0)
        #expect(journal[.refused] > 0 || name == "histories")
      }
    } else {
      let number = Int(journal[.number])
      let input = try FuzzReaders.reader(name).input(number, seed: plan.seed)
      Issue.record(
        """
        FUZZ_READER=\(name) FUZZ_SEED=\(plan.seed) FUZZ_INPUT=\(number), \(input.bytes.count) bytes made of seed \(input.seed): \
        \(journal.message.isEmpty ? "the process died" : journal.message)
        \(String(reflecting: String(decoding: input.bytes.prefix(2000), as: UTF8.self)))
        \(input.bytes.prefix(1000).map { String($0, radix: 16) }.joined(separator: " "))
        """)
    }
  }

  /// A run that goes wrong is noticed, and leaves behind which input it was.
  @Test(arguments: ["crash", "hang", "error"] + (hasSanitizer ? [] : ["memory"]))
  func whatGoesWrongIsKnownByItsNumber(_ kind: String) async throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/journal"
    await #expect(processExitsWith: .failure) {
      [kind = kind as String, path = path as String] in
      var taken: [[UInt8]] = []
      let reader = FuzzReader(
        seeds: [[1], [2], [3]], mutator: ByteMutator(), isExpected: { $0 is CancellationError }
      ) { input in
        guard input.bytes == [3] else { throw CancellationError() }
        switch kind {
        case "crash": abort()
        case "hang": while true { usleep(1000) }
        case "memory": taken.append([UInt8](repeating: 1, count: 100 << 20))
        default: throw BrokenLaw("a law")
        }
      }
      let run = FuzzRun(seed: 1, numbers: 0..<5, timeLimit: 0.5)
      try run.run(reader, journal: FuzzJournal(path))
    }
    let journal = try FuzzJournal(path)
    #expect(journal[.isFinished] == 0 && journal[.number] == 2 && journal[.refused] == 2)
    let words = ["crash": "", "hang": "took longer", "error": "a law", "memory": "bytes of memory"]
    #expect(try journal.message.contains(#require(words[kind])) || kind == "crash")
  }

  @Test func inputsFollowFromSeedAndNumber() throws {
    let reader = try FuzzReaders.reader("safetensors")
    for number in 0..<50 {
      #expect(reader.input(number, seed: 1).bytes == reader.input(number, seed: 1).bytes)
    }
    let inputs = Set((0..<1000).map { reader.input($0, seed: 1).bytes })
    #expect(inputs.count > 900)
    #expect(reader.input(10, seed: 1).bytes != reader.input(10, seed: 2).bytes)
  }
}

/// What the environment asks for.
struct FuzzPlan {
  /// The names of the readers that run.
  static let readers =
    ProcessInfo.processInfo.environment["FUZZ_READER"].map { [$0] }
    ?? FuzzReaders.all.keys.sorted()

  let name: String
  let seed: UInt64
  let numbers: Range<Int>

  init(_ name: String) {
    func number(_ key: String) -> Int? {
      ProcessInfo.processInfo.environment[key].flatMap { Int($0) }
    }
    self.name = name
    seed = UInt64(number("FUZZ_SEED") ?? 1)
    if let input = number("FUZZ_INPUT") {
      numbers = input..<input + 1
    } else {
      let count = number("FUZZ_INPUTS") ?? 1500
      let isShortened = Self.readers.count > 1 && FuzzReaders.slow.contains(name)
      numbers = 0..<(isShortened ? max(200, count / 20) : count)
    }
  }

  /// Says what was done, where somebody asked for it.
  func report(_ journal: FuzzJournal) {
    guard ProcessInfo.processInfo.environment["FUZZ_INPUTS"] != nil else { return }
    print(
      "fuzz \(name): seed \(seed), \(numbers.count) inputs, \(journal[.accepted]) read, \(journal[.refused]) refused for "
        + "\(journal[.kinds]) kinds of reasons, longest \(Double(journal[.longestTime] / 1000) / 1000) ms (input "
        + "\(journal[.slowest])), most memory \(journal[.largestGrowth] >> 10) KiB (input \(journal[.greediest]))"
    )
  }
}
