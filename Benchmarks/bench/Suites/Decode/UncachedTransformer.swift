import AttentionKit

/// A Transformer whose decoder remembers tokens instead of keys and values: every step reads the whole prefix again.
///
/// The source is encoded once, but its keys and values are computed anew in each step. Only the last position is
/// projected to the vocabulary. This is what the key-value cache saves.
struct UncachedTransformer: WrappedModel {
  let base: Transformer

  /// The tokens so far, and the encoder's output.
  struct State: DecoderState {
    var memory: TransformerMemory
    /// What the decoder has read, one sequence for each hypothesis, all of one length.
    var prefixes: [[Int]]

    var count: Int { prefixes.count }

    mutating func select(rows: [Int]) {
      memory = memory.selecting(rows: rows)
      prefixes = rows.map { prefixes[$0] }
    }
  }

  func startState(_ memory: TransformerMemory) -> State {
    State(memory: memory, prefixes: Array(repeating: [], count: memory.lengths.count))
  }

  func step(_ tokens: [Int], _ state: inout State) throws -> Tensor {
    for row in tokens.indices { state.prefixes[row].append(tokens[row]) }
    let context = ForwardContext.inference()
    let hidden = try base.decode(TokenBatch(state.prefixes), memory: state.memory, in: context)
    let last = hidden.shape[1] - 1
    return base.outputProjection.logits(hidden.slice(axis: 1, last..<last + 1), in: context).value
      .reshaped([tokens.count, targetVocabularySize])
  }
}
