extension Lane {
  /// What an earlier run did of a contender.
  struct Resumption {
    /// Samples by cycle.
    let taken: [Int: Int]
    /// The last cycle with a sample: the only one that may lack some.
    let lastCycle: Int
    /// Turns a cycle, as complete cycles have them; nil after less than one.
    let turnsPerCycle: Int?

    /// Nil without samples.
    init?(_ samples: [Sample]) {
      guard let lastCycle = samples.map(\.cycle).max() else { return nil }
      taken = Dictionary(grouping: samples, by: \.cycle).mapValues(\.count)
      self.lastCycle = lastCycle
      turnsPerCycle = taken.filter { $0.key < lastCycle }.map(\.value).max()
    }

    /// Whether so many cycles have all their samples.
    func isComplete(cycles: Int) -> Bool {
      guard (0..<cycles).allSatisfy({ taken[$0] != nil }) else { return false }
      // The sizes of later cycles follow from those before; of a single cycle nobody knows.
      guard let turnsPerCycle else { return cycles == 0 }
      return lastCycle >= cycles || (taken[lastCycle] ?? 0) >= turnsPerCycle
    }
  }

  /// Takes over what an earlier run measured of the same contender.
  func resume(_ earlier: ContenderResult, cycles: Int) {
    resumption = Resumption(earlier.samples)
    guard let resumption else { return }
    samples = earlier.samples
    cost = earlier.cost
    wasChecked = earlier.wasChecked
    runsPerSample = earlier.runsPerSample
    warmUpRuns = earlier.warmUpRuns
    memory = earlier.memory
    if let turns = resumption.turnsPerCycle { turnsPerCycle = turns }
  }

  /// Whether an earlier run left nothing to do.
  func isComplete(cycles: Int) -> Bool { resumption?.isComplete(cycles: cycles) ?? false }

  /// Seconds of all turns that came from an earlier run.
  var earlierTime: Double {
    resumption == nil
      ? 0 : samples.reduce(0) { $0 + $1.seconds * Double(runsPerSample) }
  }
}
