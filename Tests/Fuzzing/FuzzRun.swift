import Dispatch
import Foundation

/// Gives a reader many inputs and stops at the first that breaks a promise.
///
/// It is meant for a process of its own. Before each input its number goes into the journal, which outlives the
/// process, so that a crash is known by the number of its input.
public struct FuzzRun {
  /// Where the inputs start.
  public let seed: UInt64
  /// The numbers of the inputs.
  public let numbers: Range<Int>
  /// How long one input may take, in seconds.
  public let timeLimit: Double
  /// Whether there is a bound on memory.
  public let boundsMemory: Bool
  /// How much the resident memory may grow while an input is read: this, and `memoryFactor` times its size.
  public static let memoryAllowance = 8 << 20
  /// How many times its size an input may take in memory.
  public static let memoryFactor = 64

  /// The arguments are the properties.
  public init(
    seed: UInt64, numbers: Range<Int>, timeLimit: Double = 20, boundsMemory: Bool = true
  ) {
    self.seed = seed
    self.numbers = numbers
    self.timeLimit = timeLimit
    self.boundsMemory = boundsMemory
  }

  /// Reads all inputs.
  ///
  /// - Throws: what is no error of the reader's; ``BrokenLaw`` for more memory than allowed. The process ends where an
  ///   input takes too long.
  public func run(_ reader: FuzzReader, journal: FuzzJournal) throws {
    let watch = watchdog(journal)
    defer { watch.cancel() }
    var memory = MemoryGauge()
    var kinds: Set<String> = []
    do {
      for number in numbers {
        let input = reader.input(number, seed: seed)
        journal[.number] = UInt64(number)
        let start = DispatchTime.now().uptimeNanoseconds
        journal[.start] = start
        memory.begin()
        do {
          try reader.read(input)
          journal[.accepted] += 1
        } catch  where reader.isExpected(error) {
          if "\(error)".isEmpty { throw BrokenLaw("an error without words") }
          kinds.insert(Self.kind(of: error))
          journal[.refused] += 1
        }
        journal.note(.longestTime, .slowest, DispatchTime.now().uptimeNanoseconds - start, number)
        let growth = memory.growth()
        journal.note(.largestGrowth, .greediest, UInt64(growth), number)
        try require(
          !boundsMemory || growth <= Self.memoryAllowance + Self.memoryFactor * input.bytes.count,
          "\(growth) bytes of memory for an input of \(input.bytes.count)")
      }
    } catch {
      journal.message = "\(type(of: error)): \(error)"
      throw error
    }
    journal[.start] = 0
    journal[.kinds] = UInt64(kinds.count)
    journal.message = kinds.sorted().joined(separator: " ")
    journal[.isFinished] = 1
  }

  /// Ends the process where an input takes too long.
  private func watchdog(_ journal: FuzzJournal) -> any DispatchSourceTimer {
    let timer = DispatchSource.makeTimerSource()
    let limit = UInt64(timeLimit * 1e9)
    timer.schedule(deadline: .now() + 0.1, repeating: 0.1)
    timer.setEventHandler {
      let start = journal.read(.start)
      let now = DispatchTime.now().uptimeNanoseconds
      if start > 0 && now > start && now - start > limit {
        journal.write("took longer than \(limit / 1_000_000_000) s")
        _exit(1)
      }
    }
    timer.resume()
    return timer
  }

  /// The case of an error, or of its problem.
  private static func kind(of error: Any) -> String {
    let mirror = Mirror(reflecting: error)
    if mirror.displayStyle == .enum { return mirror.children.first?.label ?? "\(error)" }
    let problem = mirror.children.first { $0.label == "problem" }?.value
    return problem.map { $0 is String ? "\(type(of: error))" : kind(of: $0) }
      ?? "\(type(of: error))"
  }
}
