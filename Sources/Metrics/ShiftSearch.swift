/// The fewest edits found by tercom's search when a phrase may also be shifted at the cost of one edit.
///
/// Shifts are made one at a time, each the one that shortens the edit distance most, until none does.
func shiftedEditCount(from hypothesis: [Int32], to reference: [Int32]) -> Int {
  if reference.isEmpty { return hypothesis.count }
  var search = ShiftSearch(from: hypothesis, to: reference)
  while search.shift() {}
  return search.editCount
}

/// A hypothesis whose phrases are shifted.
private struct ShiftSearch {
  /// The longest phrase that is shifted, in words.
  static let maximumLength = 10
  /// How far apart a phrase's positions in hypothesis and reference may be.
  static let maximumDistance = 50
  /// How many shifts are tried for a sentence; when so many have been, the last round's best is not made.
  static let maximumCandidates = 1000

  /// A phrase of the hypothesis and the word it moves in front of.
  private struct Shift {
    var gain: Int
    var length: Int
    var start: Int
    var target: Int

    /// tercom's ranking: gain, then the longest phrase, the first one, the first target.
    func isBetter(than other: Shift) -> Bool {
      (gain, length, -start, -target) > (other.gain, other.length, -other.start, -other.target)
    }
  }

  /// Where words of the reference are in the hypothesis and which words are in error.
  private struct Alignment {
    /// For each word of the reference the last word of the hypothesis that its part of the path has reached,
    /// -1 if none.
    var positions: [Int] = []
    /// The number of errors before each word of the reference.
    var referenceErrors = [0]
    /// The number of errors before each word of the hypothesis.
    var hypothesisErrors = [0]

    init(_ path: [BandedEditDistance.Edit]) {
      var position = -1
      for edit in path {
        let error = edit == .match ? 0 : 1
        if edit != .insertion {
          position += 1
          hypothesisErrors.append(hypothesisErrors[hypothesisErrors.count - 1] + error)
        }
        if edit != .deletion {
          positions.append(position)
          referenceErrors.append(referenceErrors[referenceErrors.count - 1] + error)
        }
      }
    }
  }

  private let reference: [Int32]
  private var hypothesis: [Int32]
  private var matrix: BandedEditDistance
  private var scratch: BandedEditDistance
  private var shiftCount = 0
  private var candidateCount = 0

  init(from hypothesis: [Int32], to reference: [Int32]) {
    self.hypothesis = hypothesis
    self.reference = reference
    matrix = BandedEditDistance(reference: reference, hypothesisCount: hypothesis.count)
    matrix.update(hypothesis, known: 0)
    scratch = matrix
  }

  /// The shifts so far and the edits that remain.
  var editCount: Int { shiftCount + matrix.distance }

  /// Makes the best shift, and tells whether there was one.
  mutating func shift() -> Bool {
    guard let best = bestShift(), candidateCount < Self.maximumCandidates, best.gain > 0 else {
      return false
    }
    hypothesis = shifted(best)
    matrix.update(hypothesis, known: min(best.start, best.target))
    shiftCount += 1
    return true
  }

  private mutating func bestShift() -> Shift? {
    let alignment = Alignment(matrix.path)
    var best: Shift?
    for start in hypothesis.indices {
      let first = max(0, start - Self.maximumDistance)
      let near = first..<max(first, min(reference.count, start + Self.maximumDistance + 1))
      for position in near {
        let limit = min(
          Self.maximumLength, hypothesis.count - start, reference.count - position)
        var length = 0
        while length < limit, hypothesis[start + length] == reference[position + length] {
          length += 1
          if isWorthTrying(start, position, length, alignment) {
            tryTargets(start, position, length, alignment, &best)
          }
          if candidateCount >= Self.maximumCandidates { return best }
        }
      }
    }
    return best
  }

  /// Whether both the phrase and its place in the reference have errors, and it is not there already.
  private func isWorthTrying(
    _ start: Int, _ position: Int, _ length: Int, _ alignment: Alignment
  ) -> Bool {
    alignment.hypothesisErrors[start + length] > alignment.hypothesisErrors[start]
      && alignment.referenceErrors[position + length] > alignment.referenceErrors[position]
      && !(start..<(start + length)).contains(alignment.positions[position])
  }

  /// Tries a phrase after the word that is aligned to the word before its place in the reference, and after
  /// those aligned to the words of its place.
  private mutating func tryTargets(
    _ start: Int, _ position: Int, _ length: Int, _ alignment: Alignment, _ best: inout Shift?
  ) {
    var last = -1
    for offset in -1..<length {
      let target = position + offset < 0 ? 0 : alignment.positions[position + offset] + 1
      if target == last { continue }
      last = target
      var candidate = Shift(gain: 0, length: length, start: start, target: target)
      scratch.update(shifted(candidate), known: min(start, target), from: matrix)
      candidate.gain = matrix.distance - scratch.distance
      candidateCount += 1
      if best.map({ candidate.isBetter(than: $0) }) ?? true { best = candidate }
    }
  }

  /// The hypothesis after a shift. A target inside the phrase moves it by so many words to the right, as in
  /// tercom.
  private func shifted(_ shift: Shift) -> [Int32] {
    var rest = hypothesis
    let phrase = hypothesis[shift.start..<(shift.start + shift.length)]
    rest.removeSubrange(shift.start..<(shift.start + shift.length))
    let isBehind = shift.target > shift.start + shift.length
    let target = isBehind ? shift.target - shift.length : min(shift.target, rest.count)
    rest.insert(contentsOf: phrase, at: target)
    return rest
  }
}
