extension Report {
  /// One row a contender and size: every statistic, in seconds, bytes and operations, holes with their reason.
  ///
  /// The columns for sizes and for items are those of the whole report, empty where a contender has none.
  public func csv() -> String {
    let results = suites.flatMap { suite in suite.results.map { (suite.name, $0) } }
    let sizes = results.flatMap { $0.1.parameters.map(\.name) }.uniqued()
    let items = results.flatMap { $0.1.cost.items.keys.sorted() }.uniqued()
    var table = CSVTable(
      ["suite", "contender", "task"] + sizes + [
        "samples", "runs_per_sample", "warm_up_runs", "checked", "median_s", "interval_lower_s",
        "interval_upper_s", "p5_s", "p95_s", "minimum_s", "maximum_s", "mean_s", "flops",
        "flops_per_s", "bytes", "bytes_per_s",
      ] + items.flatMap { [$0, "\($0)_per_s"] } + [
        "instructions", "cycles", "cache_misses", "processor_s", "page_faults", "context_switches",
        "memory_growth_bytes", "memory_allocated_bytes", "process_peak_bytes", "hole", "warnings",
      ])
    for (suite, result) in results {
      let summary = result.summary
      var cells = [suite, result.name, result.task]
      cells += sizes.map { Self.number(result.value(of: $0)) }
      cells += [
        "\(result.samples.count)", "\(result.runsPerSample)", "\(result.warmUpRuns)",
        "\(result.wasChecked)",
      ]
      cells += [
        summary?.median, summary?.interval.lower, summary?.interval.upper, summary?.p5,
        summary?.p95, summary?.minimum, summary?.maximum, summary?.mean, result.cost.flops,
        result.flopRate, result.cost.bytes, result.byteRate,
      ].map(Self.number)
      cells += items.flatMap { [result.cost.items[$0], result.itemRate($0)].map(Self.number) }
      cells += Self.counters(result.counters)
      cells += [result.memory?.growth, result.memory?.allocated, result.memory?.processPeak]
        .map { $0.map(String.init) ?? "" }
      cells += [result.hole ?? "", result.warnings.joined(separator: "; ")]
      table.add(cells)
    }
    return table.text
  }

  /// One row a sample, in the order in which they were taken.
  public func samplesCSV() -> String {
    let results = suites.flatMap { suite in suite.results.map { (suite.name, $0) } }
    let sizes = results.flatMap { $0.1.parameters.map(\.name) }.uniqued()
    var table = CSVTable(
      ["suite", "contender", "task"] + sizes + [
        "cycle", "turn", "start_s", "seconds", "instructions", "cycles", "cache_misses",
        "processor_s", "page_faults", "context_switches",
      ])
    for suite in suites {
      let samples = suite.results.flatMap { result in result.samples.map { (result, $0) } }
      for (result, sample) in samples.sorted(by: { $0.1.turn < $1.1.turn }) {
        table.add(
          [suite.name, result.name, result.task] + sizes.map { Self.number(result.value(of: $0)) }
            + [
              "\(sample.cycle)", "\(sample.turn)", Self.number(sample.start),
              Self.number(sample.seconds),
            ] + Self.counters(sample.counters))
      }
    }
    return table.text
  }

  /// What was counted in one run.
  private static func counters(_ values: CounterValues?) -> [String] {
    [
      values?.instructions, values?.cycles, values?.cacheMisses, values?.processorSeconds,
      values?.pageFaults, values?.contextSwitches,
    ].map(number)
  }

  private static func number(_ value: Double?) -> String { value.map(Format.plain) ?? "" }
}
