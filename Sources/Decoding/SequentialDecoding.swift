internal import Autograd
internal import SequenceModels
internal import Tensors

/// How a search with one hypothesis for each sentence picks the next token.
protocol TokenChoice: Sendable {
  /// The token to go on with; `nil` when none is allowed.
  ///
  /// - Parameter draw: a random number from [0, 1), the next of the sentence.
  func choose(from next: NextTokens, draw: Double) -> Candidate?
}

/// Decoding with one hypothesis for each sentence, step by step: what greedy search, sampling and streaming
/// have in common.
struct SequentialDecoding<Model: SequenceModel, Choice: TokenChoice> {
  private let request: DecodingRequest
  private let model: Model
  private let choice: Choice
  private var generators: [SeededGenerator]
  private var state: Model.State?
  /// The sentences that are not at their ends, in the order of the state's rows.
  private(set) var active: [Int]
  private(set) var paths: [Hypothesis.Path]
  private(set) var isFinished: [Bool]

  /// - Parameter seeds: one for each sentence.
  init(_ request: DecodingRequest, model: Model, choice: Choice, seeds: [UInt64]) throws {
    self.request = request
    self.model = model
    self.choice = choice
    generators = seeds.map(SeededGenerator.init(seed:))
    active = request.sentences
    paths = Array(repeating: Hypothesis.Path(), count: request.sources.count)
    isFinished = Array(repeating: false, count: request.sources.count)
    if active.isEmpty { return }
    let memory = try model.encode(
      TokenBatch(active.map { request.sources[$0] }), in: .inference())
    state = model.startState(memory)
  }

  /// Takes one token for each active sentence; `nil` for one that nothing is allowed to follow. Sentences
  /// that reach their end leave ``active``.
  @discardableResult
  mutating func step() throws -> [Candidate?] {
    guard var state else { return [] }
    // The only reference, so that the model can write into its caches in place.
    self.state = nil
    var logits = try model.step(active.map { paths[$0].tokens.last ?? request.start }, &state)
    let draws = active.map { Double(generators[$0].next() >> 11) * 0x1p-53 }
    let choice = self.choice
    let chosen = try request.forEachRow(
      of: &logits, active.map { ($0, paths[$0]) }, initial: Candidate?.none
    ) { choice.choose(from: $1, draw: draws[$0]) }

    var kept: [Int] = []
    for (row, sentence) in active.enumerated() {
      guard let candidate = chosen[row] else { continue }
      if candidate.token == request.rules.end {
        paths[sentence].end(candidate)
        isFinished[sentence] = true
      } else {
        paths[sentence].append(candidate)
        if paths[sentence].tokens.count < request.limits[sentence] { kept.append(row) }
      }
    }
    if kept.count < active.count {
      if !kept.isEmpty { state.select(rows: kept) }
      active = kept.map { active[$0] }
    }
    self.state = active.isEmpty ? nil : state
    return chosen
  }

  /// Steps until all sentences are at their ends.
  mutating func run() throws -> [Hypothesis] {
    while !active.isEmpty { try step() }
    return zip(paths, isFinished).map { Hypothesis($0, isFinished: $1, penalty: .none) }
  }
}
