import AttentionKit
import TestSupport
import Testing

/// Weights of every layer and head on request.
@Suite struct AttentionWeightsTests {
  let model: Transformer
  let sources = randomSentences([7, 3], seed: 1)
  let targets = randomSentences([5, 11], seed: 2)

  init() throws { model = try randomModel(smallConfiguration()) }

  @Test func everyLayerAndHeadHasAMap() throws {
    let maps = try model.attentionWeights(
      source: TokenBatch(sources), decoderInput: TokenBatch(targets))
    #expect(maps.count == 2)
    for (sequence, maps) in maps.enumerated() {
      // 2 encoder layers, then self and cross of 3 decoder layers, 2 heads each.
      #expect(
        maps.map(\.kind) == [.encoderSelf, .encoderSelf, .encoderSelf, .encoderSelf]
          + (0..<3).flatMap { _ in [.decoderSelf, .decoderSelf, .cross, .cross] })
      #expect(maps.map(\.layer) == [0, 0, 1, 1, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2])
      #expect(maps.map(\.head) == (0..<16).map { $0 % 2 })
      let (source, target) = (sources[sequence].count, targets[sequence].count)
      for map in maps {
        let rows = map.kind == .encoderSelf ? source : target
        let columns = map.kind == .decoderSelf ? target : source
        #expect(map.weights.shape == [rows, columns])
        for row in 0..<rows {
          let sum = (0..<columns).reduce(0) { $0 + map.weights[row, $1] }
          #expect(abs(sum - 1) < 1e-5)
          if map.kind == .decoderSelf {
            for column in row + 1..<max(row + 1, columns) { #expect(map.weights[row, column] == 0) }
          }
        }
      }
    }
    // Alone and in a batch they are the same but for rounding.
    let alone = try model.attentionWeights(source: sources[0], decoderInput: targets[0])
    for (one, other) in zip(alone, maps[0]) {
      expectClose(one.weights, other.weights, absolute: 1e-6)
    }
  }

  /// What a layer records is what mixes its values on the fast path.
  @Test func recordedWeightsGiveTheOutput() throws {
    let memory = try model.encode(TokenBatch(sources), in: .inference())
    let layer = model.decoder.layers[1].crossAttention
    var generator = SeededGenerator(seed: 3)
    let query = Variable(.normal([2, 4, 10], using: &generator))
    let mask = AttentionMask.padding(keyLengths: memory.lengths)
    let record = AttentionRecord()
    let output = layer(
      query: query, key: memory.output, value: memory.output, mask: mask,
      in: .inference(recording: record))
    #expect(record.weights.map(\.shape) == [[2, 2, 4, 7]])
    let mixed = mixedValues(
      weights: Variable(record.weights[0]),
      value: layer.valueProjection(memory.output, in: .inference()), mask: mask)
    expectClose(
      output.value, layer.outputProjection(mixed, in: .inference()).value, relative: 1e-5)
  }

  /// The first layers attend within the embedded tokens.
  @Test func mapsBelongToTheirTokens() throws {
    let maps = try model.attentionWeights(source: sources[0], decoderInput: targets[0])
    for (tokens, layer, kind, mask) in [
      (
        sources[0], model.encoder.layers[0].selfAttention, AttentionMap.Kind.encoderSelf,
        AttentionMask.none
      ),
      (targets[0], model.decoder.layers[0].selfAttention, .decoderSelf, .causal),
    ] {
      let x = model.sourceEmbedding.embed(
        tokens.map { Int32($0) }, shape: [1, tokens.count],
        positions: try model.positions.encoding(of: 0..<tokens.count, in: .inference()),
        in: .inference())
      let weights = layer.weights(query: x, key: x, mask: mask, in: .inference())
      for head in 0..<2 {
        let map = try #require(
          maps.first { $0.kind == kind && $0.layer == 0 && $0.head == head })
        let expected = Variable(weights).slice(axis: 1, head..<head + 1).value
          .reshaped([tokens.count, tokens.count])
        expectClose(map.weights, expected, absolute: 1e-6)
      }
    }
  }

  @Test func whatIsRecordedDoesNotChangeThePass() throws {
    let context = ForwardContext.inference(recording: AttentionRecord())
    expectSameBits(
      try model.logits(TokenBatch(sources), TokenBatch(targets), in: context).value,
      try model.logits(TokenBatch(sources), TokenBatch(targets), in: .inference()).value)
  }

  @Test func unknownTokensAreRefused() {
    #expect(throws: SequenceModelError.self) {
      try model.attentionWeights(source: [3, 99], decoderInput: [1])
    }
  }
}
