/// The models of the decode suite and what they write.
struct DecodeScale {
  /// One point of the suite.
  struct Load: Hashable {
    let batch: Int
    let beam: Int
    /// Tokens of each output.
    let outputLength: Int

    /// Tokens of all hypotheses.
    var work: Int { batch * beam * outputLength }
  }

  let size: ModelSize
  let sourceLength = 32
  let cached: [Load]
  let uncached: [Load]
  let recurrent: [Load]
  /// Tokens of the outputs whose steps are looked at one by one, of a greedy search for one sentence.
  let longOutput: Int

  init(_ extent: Extent) {
    func loads(_ batches: [Int], beam: Int, _ outputLength: Int) -> [Load] {
      batches.map { Load(batch: $0, beam: beam, outputLength: outputLength) }
    }
    switch extent {
    case .quick, .normal:
      let isQuick = extent == .quick
      let short = isQuick ? 8 : 16
      longOutput = isQuick ? 16 : 64
      size = .small
      let long = loads([1], beam: 1, longOutput)
      cached = loads([1, 8, 64], beam: 1, short) + loads([1, 8], beam: 4, short) + long
      uncached = loads([1, 8], beam: 1, short) + long
    case .full:
      longOutput = 256
      size = .base
      let batches = [1, 4, 16, 64]
      let long = loads([1], beam: 1, longOutput)
      cached = loads(batches, beam: 1, 32) + loads(batches, beam: 4, 32) + long
      // Of larger batches one output takes as long as all the others together.
      uncached = loads([1, 4, 16], beam: 1, 32) + loads([1, 4], beam: 4, 32) + long
    }
    recurrent = cached
  }
}
