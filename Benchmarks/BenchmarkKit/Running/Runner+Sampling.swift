extension Runner {
  /// Takes the samples: `cycles` times all contenders, each time in another order.
  func sample(_ lanes: [Lane], began: UInt64) {
    plan(lanes, budget: options.timeBudget - elapsed(since: began))
    var generator = ShuffleGenerator(seed: options.seed)
    var turn = 0
    for cycle in 0..<options.cycles {
      var order = lanes.filter { $0.hole == nil }
        .flatMap { Array(repeating: $0, count: $0.turnsPerCycle) }
      order.shuffle(using: &generator)
      for (position, lane) in order.enumerated() where lane.hole == nil {
        if shouldStop() {
          return close(lanes, reason: "interrupted before it was measured")
        }
        let start = elapsed(since: began)
        // A short contender may still fit where a long one no longer does.
        if start + lane.turnTime > options.timeBudget { continue }
        announce(lane, cycle: cycle, upcoming: order[position...], start: start, lanes: lanes)
        takeTurn(lane, cycle: cycle, turn: turn, start: start)
        turn += 1
      }
    }
    close(lanes, reason: "the time budget of \(Format.time(options.timeBudget)) was used up")
  }

  /// Gives fast contenders several turns a cycle, as far as the budget allows.
  private func plan(_ lanes: [Lane], budget: Double) {
    let lanes = lanes.filter { $0.hole == nil }
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
      let seconds = try time {
        for _ in 0..<count { try workload.run() }
      }
      lane.samples.append(
        Sample(seconds: seconds / Double(count), cycle: cycle, turn: turn, start: start))
    } catch {
      lane.fail("failed after \(lane.samples.count) samples: \(error)")
    }
  }

  private func announce(
    _ lane: Lane, cycle: Int, upcoming: ArraySlice<Lane>, start: Double, lanes: [Lane]
  ) {
    let thisCycle = upcoming.reduce(0) { $0 + ($1.hole == nil ? $1.turnTime : 0) }
    let perCycle = lanes.reduce(0) {
      $0 + ($1.hole == nil ? $1.turnTime * Double($1.turnsPerCycle) : 0)
    }
    let left = min(
      thisCycle + perCycle * Double(options.cycles - 1 - cycle), options.timeBudget - start)
    report(
      RunProgress(
        phase: "cycle \(cycle + 1) of \(options.cycles)", label: lane.contender.label,
        fraction: start / max(start + left, 1e-9), secondsLeft: left))
  }

  /// Says why contenders without a sample have none, and frees all inputs.
  private func close(_ lanes: [Lane], reason: String) {
    for lane in lanes {
      if lane.hole == nil && lane.samples.isEmpty { lane.fail(reason) }
      lane.workload = nil
    }
  }
}
