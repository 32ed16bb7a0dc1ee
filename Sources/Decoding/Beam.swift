/// The hypotheses of one sentence during beam search.
struct Beam {
  private let size: Int
  private let resultCount: Int
  private let limit: Int
  private let penalty: LengthPenalty
  private let places: BeamSearch.Places
  private let stopping: BeamSearch.Stopping
  private let end: Int
  /// The hypotheses that go on, the most probable first. All have the same length.
  private(set) var live = [Hypothesis.Path()]
  /// Those that ended with the end token, in the order in which they did, and their scores.
  private var finished: [(path: Hypothesis.Path, score: Double)] = []
  /// Those that came to the limit, or that nothing was allowed to follow.
  private var unfinished: [(path: Hypothesis.Path, score: Double)] = []

  init(
    size: Int, resultCount: Int, limit: Int, penalty: LengthPenalty, places: BeamSearch.Places,
    stopping: BeamSearch.Stopping, end: Int
  ) {
    self.size = size
    self.resultCount = resultCount
    self.limit = limit
    self.penalty = penalty
    self.places = places
    self.stopping = stopping
    self.end = end
  }

  /// How many hypotheses may still be live.
  private var freePlaces: Int {
    switch places {
    case .kept: size - finished.count
    case .refilled: size
    }
  }

  /// How many continuations of one hypothesis can come into question: to refill places, one more than there are, for one
  /// of them may end.
  var candidateCount: Int { freePlaces + (places == .refilled ? 1 : 0) }

  /// Whether there is nothing more to find.
  var isDone: Bool { live.isEmpty }

  /// Goes on with the best continuations.
  ///
  /// - Parameter candidates: what may follow each live hypothesis, the most probable first; at most
  ///   ``candidateCount`` of each count.
  /// - Returns: for each hypothesis that is live now, the index of the one that it continues.
  mutating func advance(_ candidates: [[Candidate]]) -> [Int] {
    var continuations: [(parent: Int, candidate: Candidate, total: Double)] = []
    for (parent, candidates) in candidates.enumerated() {
      for candidate in candidates {
        continuations.append(
          (parent, candidate, live[parent].total + Double(candidate.logProbability)))
      }
      if candidates.isEmpty { unfinished.append(scored(live[parent])) }
    }
    // Sorting is stable, and the candidates stand in the order that ties are broken by except for rounding
    // of the totals, so the order is written out.
    continuations.sort { a, b in
      a.total != b.total
        ? a.total > b.total : (a.parent, a.candidate.token) < (b.parent, b.candidate.token)
    }

    var next: [Hypothesis.Path] = []
    var parents: [Int] = []
    let placeCount = freePlaces
    for (rank, (parent, candidate, _)) in continuations.enumerated() {
      // Those that would not have had a place do not end; they refill the places of those that have.
      let hasPlace = rank < placeCount
      if !hasPlace && (places == .kept || next.count == placeCount) { break }
      if !hasPlace && candidate.token == end { continue }
      var path = live[parent]
      if candidate.token == end {
        path.end(candidate)
        finished.append(scored(path))
      } else {
        path.append(candidate)
        next.append(path)
        parents.append(parent)
      }
    }
    if let length = next.first?.tokens.count, length >= limit {
      unfinished += next.map(scored)
      next = []
    } else if cannotImprove(next) || (stopping == .enoughEnded && finished.count >= size) {
      next = []
    }
    live = next
    return next.isEmpty ? [] : parents
  }

  /// The n best: finished ones by score, then unfinished ones by score. Never empty.
  var results: [Hypothesis] {
    let ranked =
      Self.ranked(finished).map { Hypothesis($0, isFinished: true, penalty: penalty) }
      + Self.ranked(unfinished).map { Hypothesis($0, isFinished: false, penalty: penalty) }
    return ranked.isEmpty ? [Hypothesis()] : Array(ranked.prefix(resultCount))
  }

  /// Whether none of these hypotheses, nor any that continues them, can come among the n best.
  private func cannotImprove(_ paths: [Hypothesis.Path]) -> Bool {
    guard finished.count >= resultCount, let length = paths.first?.logProbabilities.count else {
      return false
    }
    let worst = finished.map(\.score).sorted(by: >)[resultCount - 1]
    // Equal scores do not help: the one that ended first ranks first.
    return paths.allSatisfy {
      penalty.bound($0.total, lengths: length + 1...max(limit, length + 1)) <= worst
    }
  }

  private func scored(_ path: Hypothesis.Path) -> (path: Hypothesis.Path, score: Double) {
    (path, penalty.normalized(path.total, length: path.logProbabilities.count))
  }

  private static func ranked(_ paths: [(path: Hypothesis.Path, score: Double)])
    -> [Hypothesis.Path]
  {
    // Sorting is not promised to be stable, so the order of arrival is written out.
    paths.enumerated().sorted { a, b in
      a.element.score != b.element.score
        ? a.element.score > b.element.score : a.offset < b.offset
    }.map(\.element.path)
  }
}
