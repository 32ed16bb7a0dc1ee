/// What a table of results can show beside names and parameters.
public enum ResultColumn: Hashable, Sendable {
  /// Median seconds per run.
  case median
  /// 95 % interval of the median.
  case interval
  /// 5th to 95th percentile.
  case spread
  case minimum
  case samples
  /// Floating-point operations.
  case operations
  /// Floating-point operations a second.
  case flopRate
  /// The floating-point rate as a share of a ceiling in operations a second.
  case shareOfCeiling(Double)
  /// Bytes that have to move at the least, in GB.
  case bytes
  /// Bytes a second.
  case byteRate
  /// Items a second, such as `target tokens`.
  case itemRate(String)
  /// Growth of resident memory during one run.
  case memory
  /// What the program's own allocator handed out at one time during one run.
  case allocated

  var title: String {
    switch self {
    case .median: "median"
    case .interval: "95 % interval"
    case .spread: "p5 - p95"
    case .minimum: "minimum"
    case .samples: "samples"
    case .operations: "GFLOP"
    case .flopRate: "GFLOP/s"
    case .shareOfCeiling: "of ceiling"
    case .bytes: "GB"
    case .byteRate: "GB/s"
    case .itemRate(let item): "\(item)/s"
    case .memory: "memory"
    case .allocated: "tensors"
    }
  }

  func text(_ result: ContenderResult) -> String {
    guard let summary = result.summary else { return "" }
    func number(_ value: Double?, _ scale: Double) -> String {
      value.map { Format.significant($0 / scale) } ?? "-"
    }
    switch self {
    case .median: return Format.time(summary.median)
    case .interval: return Format.timeRange(summary.interval.lower, summary.interval.upper)
    case .spread: return Format.timeRange(summary.p5, summary.p95)
    case .minimum: return Format.time(summary.minimum)
    case .samples: return "\(summary.count)"
    case .operations: return number(result.cost.flops, 1e9)
    case .flopRate: return number(result.flopRate, 1e9)
    case .shareOfCeiling(let ceiling):
      return result.flopRate.map { Format.percent($0 / ceiling) } ?? "-"
    case .bytes: return number(result.cost.bytes, 1e9)
    case .byteRate: return number(result.byteRate, 1e9)
    case .itemRate(let item): return result.itemRate(item).map(Format.scaled) ?? "-"
    case .memory: return result.memory.map { Format.bytes($0.growth) } ?? "-"
    case .allocated: return result.memory?.allocated.map(Format.bytes) ?? "-"
    }
  }
}
