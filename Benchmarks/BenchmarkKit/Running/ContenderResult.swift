/// What is known about a contender after a run: its samples, or the reason why there are none.
public struct ContenderResult: Codable, Sendable {
  /// What competes.
  public let name: String
  /// What it was asked to do.
  public let task: String
  /// The sizes.
  public let parameters: [SizeParameter]
  /// What one run does.
  public let cost: Cost
  /// Whether the output was compared with a reference before timing.
  public let wasChecked: Bool
  /// Runs averaged in one sample (more than one when a run is too short for the clock).
  public let runsPerSample: Int
  /// Untimed runs before the first sample.
  public let warmUpRuns: Int
  /// All samples, raw, in the order in which they were taken.
  public let samples: [Sample]
  /// Memory of one run, when it was asked for and the system can tell.
  public let memory: PeakMemory?
  /// Statistics of the samples; absent in a hole.
  public let summary: Summary?
  /// Why the contender was not measured, or not to the end.
  public let hole: String?
  /// What a reader of the number should know: wide spread, few samples.
  public let warnings: [String]

  /// A result, or a hole with its reason.
  public init(
    name: String, task: String = "", parameters: [SizeParameter] = [], cost: Cost = Cost(),
    wasChecked: Bool = false, runsPerSample: Int = 1, warmUpRuns: Int = 0, samples: [Sample],
    memory: PeakMemory? = nil, summary: Summary?, hole: String? = nil, warnings: [String] = []
  ) {
    self.name = name
    self.task = task
    self.parameters = parameters
    self.cost = cost
    self.wasChecked = wasChecked
    self.runsPerSample = runsPerSample
    self.warmUpRuns = warmUpRuns
    self.samples = samples
    self.memory = memory
    self.summary = summary
    self.hole = hole
    self.warnings = warnings
  }

  /// For example `tiled forward n=1024`.
  public var label: String {
    Contender.label(name: name, task: task, parameters: parameters)
  }

  /// The value of a parameter, or nil when the contender has none of that name.
  public func value(of parameter: String) -> Double? {
    parameters.first { $0.name == parameter }?.value
  }

  /// Floating-point operations a second at the median.
  public var flopRate: Double? { rate(of: cost.flops) }

  /// Bytes a second at the median.
  public var byteRate: Double? { rate(of: cost.bytes) }

  /// Items a second at the median, such as target tokens.
  public func itemRate(_ item: String) -> Double? { rate(of: cost.items[item]) }

  /// What the processor and the kernel counted in one run: the median of each count over the samples.
  public var counters: CounterValues? { CounterValues.medians(of: samples.compactMap(\.counters)) }

  private func rate(of amount: Double?) -> Double? {
    guard let amount, let median = summary?.median, median > 0 else { return nil }
    return amount / median
  }
}
