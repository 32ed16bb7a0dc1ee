extension Runner {
  /// Takes the samples of a group: `cycles` times all of its contenders, each time in another order.
  func sample(_ lanes: [Lane], of all: [Lane], _ timeline: inout RunTimeline) {
    let evictor = options.coldCache ? CacheEvictor() : nil
    if let evictor {
      evictor.evict()
      let seconds = time(evictor.evict)
      for lane in lanes { lane.evictionTime = max(seconds, 1e-9) }
    }
    let (began, spent) = (timeline.began, timeline.spent)
    func used() -> Double { clock.seconds(since: began) + spent }
    plan(lanes, budget: options.timeBudget - used())
    for cycle in 0..<options.cycles {
      let order = order(of: lanes, cycle: cycle)
      for (position, lane) in order.enumerated() where lane.workload != nil {
        if shouldStop() {
          return close(lanes, reason: "interrupted before it was measured")
        }
        // A short contender may still fit where a long one no longer does. One is measured however late it is, so that
        // there is something on any machine.
        let isFirst = lanes.allSatisfy(\.samples.isEmpty)
        if !isFirst && used() + lane.turnTime > options.timeBudget { continue }
        announce(lane, cycle: cycle, upcoming: order[position...], used: used(), lanes: lanes)
        evictor?.evict()
        let start = timeline.offset + clock.seconds(since: timeline.began)
        takeTurn(lane, cycle: cycle, turn: timeline.nextTurn, start: start)
        timeline.nextTurn += 1
        checkpoint { all.map { $0.result(options) } }
        clockMonitor?.lookNowAndThen()
      }
    }
    close(lanes, reason: "the time budget of \(Format.time(options.timeBudget)) was used up")
  }

  /// The turns of a cycle. They depend on the seed and the cycle alone, so that a run that continues another one takes
  /// those that are missing in the same order.
  private func order(of lanes: [Lane], cycle: Int) -> [Lane] {
    var order = lanes.filter { $0.hole == nil }
      .flatMap { Array(repeating: $0, count: $0.turnsPerCycle) }
    var seeds = ShuffleGenerator(seed: options.seed)
    let seed = seeds.next() &+ UInt64(cycle) &* 0xD134_2543_DE82_EF95
    var generator = ShuffleGenerator(seed: seed)
    order.shuffle(using: &generator)
    var done: [ObjectIdentifier: Int] = [:]
    for lane in lanes {
      done[ObjectIdentifier(lane)] = lane.turnsPerCycle - lane.missingTurns(inCycle: cycle)
    }
    return order.filter { lane in
      let left = done[ObjectIdentifier(lane)] ?? 0
      done[ObjectIdentifier(lane)] = left - 1
      return left <= 0
    }
  }

  /// Gives fast contenders several turns a cycle, as far as the budget allows.
  private func plan(_ lanes: [Lane], budget: Double) {
    // Those that an earlier run has planned keep its plan.
    let lanes = lanes.filter { $0.hole == nil && $0.resumption?.turnsPerCycle == nil }
    let cycles = Double(options.cycles)
    func wanted(_ lane: Lane) -> Double {
      let turns = (options.minimumTime / (cycles * lane.turnTime)).rounded(.up)
      return min(max(turns, 1), Double(options.maximumTurnsPerCycle))
    }
    // What one turn a cycle costs is not up for debate; the rest shares what remains.
    let least = lanes.reduce(0) { $0 + $1.turnTime } * cycles
    let extra = lanes.reduce(0) { $0 + (wanted($1) - 1) * $1.turnTime } * cycles
    let share = extra > 0 ? min(1, max(0, (0.95 * budget - least) / extra)) : 1
    for lane in lanes {
      lane.turnsPerCycle = 1 + Int((wanted(lane) - 1) * share)
    }
  }

  private func takeTurn(_ lane: Lane, cycle: Int, turn: Int, start: Double) {
    guard let workload = lane.workload else { return }
    let count = lane.runsPerSample
    do {
      if lane.needsRefresh { try workload.run() }
      // What another process does is not in this one's counters.
      let before = workload.timedRuns == nil ? counters?.read() : nil
      let seconds = try time(workload, runs: count)
      let counted = before.flatMap { counters?.read().since($0, runs: count) }
      lane.samples.append(
        Sample(
          seconds: seconds / Double(count), cycle: cycle, turn: turn, start: start,
          laps: workload.laps?(), counters: counted))
    } catch {
      lane.fail("failed after \(lane.samples.count) samples: \(error)")
    }
  }

  private func announce(
    _ lane: Lane, cycle: Int, upcoming: ArraySlice<Lane>, used: Double, lanes: [Lane]
  ) {
    let thisCycle = upcoming.reduce(0) { $0 + ($1.hole == nil ? $1.turnTime : 0) }
    let later = lanes.reduce(0) { sum, lane in
      guard lane.hole == nil else { return sum }
      let turns = (cycle + 1..<max(cycle + 1, options.cycles)).reduce(0) {
        $0 + lane.missingTurns(inCycle: $1)
      }
      return sum + lane.turnTime * Double(turns)
    }
    let left = min(thisCycle + later, options.timeBudget - used)
    report(
      RunProgress(
        phase: lane.phase("cycle \(cycle + 1) of \(options.cycles)"), label: lane.contender.label,
        fraction: used / max(used + left, 1e-9), secondsLeft: left))
  }

  /// Says why contenders without a sample have none, and frees all inputs.
  private func close(_ lanes: [Lane], reason: String) {
    for lane in lanes {
      if lane.hole == nil && lane.samples.isEmpty { lane.fail(reason) }
      lane.workload = nil
    }
  }
}
