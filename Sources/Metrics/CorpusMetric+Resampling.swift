extension CorpusMetric {
  /// The interval in which 95 % of the scores of bootstrap resamples are: test sets of the same size, drawn
  /// from the sentences with replacement.
  ///
  /// - Parameters:
  ///   - statistics: of every sentence.
  ///   - resamples: at least 1.
  ///   - seed: the same seed gives the same interval.
  public func confidenceInterval(
    of statistics: [Statistics], resamples: Int = 1000, seed: UInt64 = 12345
  ) -> ConfidenceInterval {
    ConfidenceInterval(of: resampledScores([statistics], resamples, seed)[0])
  }

  /// Compares two systems on the same sentences, by the way that `resampling` says.
  ///
  /// - Parameters:
  ///   - system: statistics of every sentence.
  ///   - baseline: statistics of the same sentences in the same order.
  ///   - resampling: the bootstrap also gives intervals.
  public func compare(
    _ system: [Statistics], to baseline: [Statistics],
    by resampling: Resampling = .bootstrap(resamples: 1000, seed: 12345)
  ) -> PairedComparison {
    guard system.count == baseline.count else {
      fatalError(
        "\(Self.self).compare: expected sentences of the same test set, "
          + "found \(system.count) and \(baseline.count)")
    }
    let scores = (baseline: score(of: sum(baseline)).value, system: score(of: sum(system)).value)
    switch resampling {
    case .bootstrap(let resamples, let seed):
      let resampled = resampledScores([baseline, system], resamples, seed)
      return PairedComparison(
        baselineScore: scores.baseline, systemScore: scores.system,
        baselineResamples: resampled[0], systemResamples: resampled[1])
    case .approximateRandomization(let trials, let seed):
      let shuffled = shuffledScores(baseline, system, trials, seed)
      return PairedComparison(
        baselineScore: scores.baseline, systemScore: scores.system,
        firstShuffled: shuffled.map(\.0), secondShuffled: shuffled.map(\.1))
    }
  }

  /// For each system its scores on the resamples, which are the same for all.
  private func resampledScores(
    _ systems: [[Statistics]], _ resamples: Int, _ seed: UInt64
  ) -> [[Double]] {
    checkTrials(resamples)
    var scores = [[Double]](repeating: [], count: systems.count)
    for resample in 0..<resamples {
      var generator = ResamplingGenerator(seed: seed, trial: resample)
      let count = systems[0].count
      let sentences = (0..<count).map { _ in generator.next(below: count) }
      for (system, statistics) in systems.enumerated() {
        var sum = emptyStatistics
        for sentence in sentences { sum += statistics[sentence] }
        scores[system].append(score(of: sum).value)
      }
    }
    return scores
  }

  /// For each trial the scores of two systems made of both: each sentence's outputs are exchanged or not.
  private func shuffledScores(
    _ first: [Statistics], _ second: [Statistics], _ trials: Int, _ seed: UInt64
  ) -> [(Double, Double)] {
    checkTrials(trials)
    return (0..<trials).map { trial in
      var generator = ResamplingGenerator(seed: seed, trial: trial)
      var sums = (emptyStatistics, emptyStatistics)
      var bits: UInt64 = 0
      for sentence in first.indices {
        if sentence % 64 == 0 { bits = generator.next() }
        let isExchanged = bits & 1 == 1
        bits >>= 1
        sums.0 += isExchanged ? second[sentence] : first[sentence]
        sums.1 += isExchanged ? first[sentence] : second[sentence]
      }
      return (score(of: sums.0).value, score(of: sums.1).value)
    }
  }

  private func checkTrials(_ trials: Int) {
    guard trials > 0 else {
      fatalError("\(Self.self): expected at least one trial of resampling, found \(trials)")
    }
  }
}
