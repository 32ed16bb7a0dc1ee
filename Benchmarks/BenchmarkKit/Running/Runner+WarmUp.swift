extension Runner {
  /// Prepares, checks and warms up every contender and measures its memory.
  func warmUp(_ lanes: [Lane], began: UInt64) {
    for (index, lane) in lanes.enumerated() where !lane.isComplete(cycles: options.cycles) {
      if shouldStop() {
        if lane.samples.isEmpty { lane.fail("interrupted before it was measured") }
        continue
      }
      if clock.seconds(since: began) >= options.warmUpShare * options.timeBudget {
        lane.fail(
          "\(Format.percent(options.warmUpShare)) of the time budget of "
            + "\(Format.time(options.timeBudget)) were used up before it was ready")
        continue
      }
      report(
        RunProgress(
          phase: lane.phase("warm-up \(index + 1) of \(lanes.count)"), label: lane.contender.label,
          fraction: 0, secondsLeft: nil))
      do {
        try warmUp(lane)
      } catch {
        lane.fail("\(error)")
      }
      clockMonitor?.lookNowAndThen()
    }
  }

  private func warmUp(_ lane: Lane) throws {
    let workload = try lane.contender.prepare()
    lane.cost = workload.cost ?? lane.contender.cost
    if let check = workload.check {
      try check()
      lane.wasChecked = true
    }
    guard try runUntilStable(workload, lane) else { return }
    if options.measuresMemory && lane.memory == nil {
      // The run after the pools were emptied fills them again, so it is a warm-up run as well.
      lane.memory =
        if let ownPeakMemory = workload.ownPeakMemory {
          try ownPeakMemory()
        } else {
          try PeakMemoryMeter.measure(
            release: releaseMemory, allocator: allocator, workload.run)
        }
      lane.runTime = try time(workload)
      lane.warmUpRuns += 2
    }
    lane.runTime = max(lane.runTime, 1e-9)
    if lane.resumption == nil {
      lane.runsPerSample =
        options.coldCache || workload.laps != nil
        ? 1 : max(1, Int((options.minimumSampleTime / lane.runTime).rounded(.up)))
    }
    lane.workload = workload
  }

  /// False when it takes too long and the lane has become a hole.
  private func runUntilStable(_ workload: Workload, _ lane: Lane) throws -> Bool {
    var recent: [Double] = []
    var total = 0.0
    repeat {
      let seconds = try time(workload)
      lane.warmUpRuns += 1
      total += seconds
      recent = recent.suffix(options.warmUpWindow - 1) + [seconds]
      lane.runTime = seconds
      if seconds > options.longestRun {
        lane.fail(
          "one run takes \(Format.time(seconds)), limit \(Format.time(options.longestRun))")
        return false
      }
    } while total < options.warmUpTime && !isStable(recent)
    if recent.count >= options.warmUpWindow, !isStable(recent), let least = recent.min(),
      let most = recent.max()
    {
      lane.unrest =
        "restless warm-up: the last \(recent.count) of \(lane.warmUpRuns) runs before the first "
        + "sample differ by \(Format.percent(most / least - 1))"
    }
    return true
  }

  private func isStable(_ recent: [Double]) -> Bool {
    guard recent.count >= options.warmUpWindow, let least = recent.min(), let most = recent.max()
    else { return false }
    return most - least <= options.warmUpTolerance * least
  }
}
