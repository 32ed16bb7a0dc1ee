import Foundation

/// How busy the machine's processors have been since it started; two of them tell what else ran.
public struct ProcessorUsage: Sendable {
  private let busy: Double
  private let stolen: Double
  private let total: Double
  private let own: Double

  /// Reads /proc/stat; nil where there is none.
  public static func now() -> ProcessorUsage? {
    guard let line = ProcessFile.line("/proc/stat"), line.hasPrefix("cpu ") else { return nil }
    // user nice system idle iowait irq softirq steal, in ticks (guest time is part of user).
    let ticks = line.split(separator: " ").dropFirst().prefix(8).compactMap { Double($0) }
    guard ticks.count == 8 else { return nil }
    let perSecond = Double(sysconf(Int32(_SC_CLK_TCK)))
    let sum = ticks.reduce(0, +)
    return ProcessorUsage(
      busy: (sum - ticks[3] - ticks[4] - ticks[7]) / perSecond, stolen: ticks[7] / perSecond,
      total: sum / perSecond, own: ownTime())
  }

  /// Processor seconds of this process and of the children that it has waited for.
  private static func ownTime() -> Double {
    var own = rusage()
    var children = rusage()
    #if canImport(Glibc)
      getrusage(RUSAGE_SELF.rawValue, &own)
      getrusage(RUSAGE_CHILDREN.rawValue, &children)
    #else
      getrusage(RUSAGE_SELF, &own)
      getrusage(RUSAGE_CHILDREN, &children)
    #endif
    return [own.ru_utime, own.ru_stime, children.ru_utime, children.ru_stime].reduce(0) {
      $0 + Double($1.tv_sec) + Double($1.tv_usec) * 1e-6
    }
  }

  /// The share of all processor time since `earlier` that other processes took, from 0 to 1.
  public func othersShare(since earlier: ProcessorUsage) -> Double {
    let elapsed = total - earlier.total
    guard elapsed > 0 else { return 0 }
    // Ticks are coarse, so a fully busy process may seem to use more than the machine was busy.
    return max(0, (busy - earlier.busy) - (own - earlier.own)) / elapsed
  }

  /// The share of all processor time since `earlier` that the hypervisor gave to other guests.
  public func stolenShare(since earlier: ProcessorUsage) -> Double {
    let elapsed = total - earlier.total
    return elapsed > 0 ? max(0, stolen - earlier.stolen) / elapsed : 0
  }
}
