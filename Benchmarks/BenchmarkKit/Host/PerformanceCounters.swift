internal import CPerformanceCounters
import Foundation

/// Counters of the processor and the kernel for all threads of this process.
///
/// Which there are depends on the machine: virtual machines often have none of the processor's, and containers none at
/// all. What is absent stays absent without a word; ``missing`` says what it is.
public final class PerformanceCounters {
  /// The descriptors of each counter, one a thread; empty where there is none.
  private let descriptors: [[CInt]]

  /// Counters for all threads that there are and for those that they start; nil where the system has none at all.
  public init?() {
    let threads = PerformanceCounters.threads()
    descriptors = (0..<CInt(PC_EVENT_COUNT)).map { event in
      var open: [CInt] = []
      for thread in threads {
        let descriptor = pc_open(event, thread)
        if descriptor >= 0 {
          open.append(descriptor)
        } else if descriptor != -ESRCH {
          // Half of the threads would be a wrong number. One that has ended meanwhile counts nothing.
          open.forEach(pc_close)
          return []
        }
      }
      return open
    }
    if descriptors.allSatisfy(\.isEmpty) { return nil }
  }

  deinit {
    descriptors.joined().forEach(pc_close)
  }

  /// What was counted since the counters were made.
  public func read() -> CounterValues {
    var values = CounterValues()
    for (event, field) in CounterValues.fields.enumerated() where !descriptors[event].isEmpty {
      var sum = 0.0
      for descriptor in descriptors[event] {
        var value = 0.0
        if pc_read(descriptor, &value) == 0 { sum += value }
      }
      values[keyPath: field] = event == Int(PC_TASK_CLOCK) ? sum * 1e-9 : sum
    }
    return values
  }

  /// The counters that this machine does not have.
  public var missing: [String] {
    let names = [
      "instructions", "cycles", "cache misses", "processor time", "page faults", "context switches",
    ]
    return zip(names, descriptors).filter(\.1.isEmpty).map(\.0)
  }

  /// The numbers of this process's threads.
  private static func threads() -> [CInt] {
    ((try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/task")) ?? [])
      .compactMap { CInt($0) }
  }
}
