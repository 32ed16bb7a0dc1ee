internal import Autograd
public import SequenceModels
internal import Tensors

/// Keeps the most probable hypotheses of each sentence at each step, and gives the best of those that end.
///
/// A sentence has `beamSize` places. At each step the best continuations of its live hypotheses, compared
/// by log-probability (they have the same length), take the places; one that ends with the end token keeps
/// its place until the search is over, or leaves it to the next best, as ``places`` says. So a beam of size 1
/// is greedy search, and a beam as large as the number of sequences is exhaustive search. Equally probable
/// continuations are taken in the order of their hypotheses, then of their tokens.
///
/// A sentence is done when no live hypothesis is left, or when ``stopping`` says so: by default when none can
/// still come among the results, so that stopping never loses one that going on would have found.
public struct BeamSearch: Sendable {
  /// What becomes of the place of a hypothesis that ends.
  public enum Places: String, Sendable, CaseIterable {
    /// It is kept, so the search narrows: Wu et al. 2016.
    case kept
    /// It goes to the best continuation that does not end, so `beamSize` hypotheses stay live, at more cost: Tensor2Tensor
    /// and Hugging Face.
    case refilled
  }

  /// When the search of a sentence ends although hypotheses are live.
  public enum Stopping: String, Sendable, CaseIterable {
    /// When none of them can come among the `resultCount` best finished ones: when even with certain tokens from now
    /// on, up to the most favourable length, its score after the length penalty would not be better than the worst of
    /// them.
    case nothingBetter
    /// Already when `beamSize` hypotheses have ended, whatever the others would become: CTranslate2, and Hugging Face
    /// with `early_stopping`.
    case enoughEnded
  }

  /// The token every target starts with.
  public let start: Int
  /// The token that ends a target.
  public let end: Int
  /// How many hypotheses of a sentence are kept.
  public let beamSize: Int
  /// How many of them are given, at most: the n of the n-best list, at most `beamSize`.
  public let resultCount: Int
  /// How hypotheses of different lengths are compared.
  public let lengthPenalty: LengthPenalty
  /// What becomes of the place of a hypothesis that ends.
  public let places: Places
  /// When the search of a sentence ends although hypotheses are live.
  public let stopping: Stopping
  /// What outputs must keep to.
  public let constraints: DecodingConstraints

  /// The arguments are the properties. The default penalty is the paper's with alpha 0.6.
  public init(
    start: Int, end: Int, beamSize: Int = 4, resultCount: Int = 1,
    lengthPenalty: LengthPenalty = .paper(), places: Places = .kept,
    stopping: Stopping = .nothingBetter, constraints: DecodingConstraints = .init()
  ) {
    self.start = start
    self.end = end
    self.beamSize = beamSize
    self.resultCount = resultCount
    self.lengthPenalty = lengthPenalty
    self.places = places
    self.stopping = stopping
    self.constraints = constraints
  }

  /// The n best hypotheses for each of a batch of sources, in the order of the sources.
  ///
  /// The best by ``Hypothesis/normalizedScore`` come first, of equal ones those that ended first. Where
  /// fewer than n ended, the best unfinished ones follow. There is at least one; that of a source without
  /// tokens is empty.
  ///
  /// - Parameter prefixes: the tokens that each output must begin with, one sequence for each source.
  /// - Throws: ``DecodingError``, and what the model throws on input that it cannot take.
  public func decode(
    _ sources: [[Int]], prefixes: [[Int]]? = nil, with model: some SequenceModel
  ) throws -> [[Hypothesis]] {
    try validate()
    let request = try DecodingRequest(
      sources, prefixes: prefixes, start: start, end: end, constraints: constraints, model: model)
    var beams = sources.indices.map { sentence in
      Beam(
        size: beamSize, resultCount: resultCount, limit: request.limits[sentence],
        penalty: lengthPenalty, places: places, stopping: stopping, end: end)
    }
    var active = request.sentences
    if !active.isEmpty {
      let memory = try model.encode(TokenBatch(active.map { sources[$0] }), in: .inference())
      var state = model.startState(memory)
      while true {
        let kept = try step(request, model: model, active, &beams, &state)
        active.removeAll { beams[$0].isDone }
        if active.isEmpty { break }
        if kept != Array(0..<state.count) { state.select(rows: kept) }
      }
    }
    return beams.map(\.results)
  }

  /// Takes one step for each live hypothesis of the active sentences.
  ///
  /// - Returns: the rows of the state that the hypotheses which are live now go on from.
  private func step<Model: SequenceModel>(
    _ request: DecodingRequest, model: Model, _ active: [Int], _ beams: inout [Beam],
    _ state: inout Model.State
  ) throws -> [Int] {
    let rows = active.flatMap { sentence in
      beams[sentence].live.map { (sentence: sentence, path: $0) }
    }
    var logits = try model.step(rows.map { $0.path.tokens.last ?? start }, &state)
    let counts = rows.map { beams[$0.sentence].candidateCount }
    let candidates = try request.forEachRow(of: &logits, rows, initial: []) { row, next in
      next.best(counts[row])
    }
    var kept: [Int] = []
    var first = 0
    for sentence in active {
      let range = first..<first + beams[sentence].live.count
      first = range.upperBound
      let parents = beams[sentence].advance(Array(candidates[range]))
      kept += parents.map { range.lowerBound + $0 }
    }
    return kept
  }

  private func validate() throws(DecodingError) {
    if beamSize < 1 {
      throw .invalidOption(name: "beamSize", expected: "at least 1", found: "\(beamSize)")
    }
    if !(1...beamSize).contains(resultCount) {
      throw .invalidOption(
        name: "resultCount", expected: "1 to the beam size, \(beamSize)", found: "\(resultCount)")
    }
    try lengthPenalty.validate()
  }
}
