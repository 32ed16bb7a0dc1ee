import AttentionKit
import TestSupport
import Testing

/// One call gives all maps of a model with their tokens.
@Suite struct AttentiveModelTests {
  private let vocabulary = Vocabulary(["a", "b", "c", "d", "e"])

  @Test func aTransformersMapsHaveTheirTokens() throws {
    let model = try randomModel(smallConfiguration())
    let set = try model.attentionMaps(
      source: [4, 5, 6], target: [8, 7], sourceVocabulary: vocabulary,
      targetVocabulary: vocabulary)
    // 2 encoder layers, then self and cross of 3 decoder layers, 2 heads each.
    #expect(set.maps.count == 4 + 6 + 6)
    let cross = try #require(set.maps(of: .cross).last)
    #expect(cross.queries == ["e", "d", "</s>"] && cross.keys == ["a", "b", "c"])
    let own = try #require(set.maps(of: .decoderSelf).first)
    #expect(own.queries == ["<s>", "e", "d"] && own.keys == own.queries)
    // The weights are the model's.
    let maps = try model.attentionWeights(source: [4, 5, 6], decoderInput: [2, 8, 7])
    let expected = try #require(maps.last { $0.kind == .cross }).weights
    for row in 0..<3 {
      for column in 0..<3 { #expect(cross[row, column] == expected[row, column]) }
    }
    // An output that was cut off has no end token, and its last token was never read.
    let cut = try model.attentionMaps(
      source: [4, 5, 6], target: [8, 7], isFinished: false, sourceVocabulary: vocabulary,
      targetVocabulary: vocabulary)
    #expect(cut.maps(of: .cross).first?.queries == ["e", "d"])
    #expect(cut.maps(of: .decoderSelf).first?.queries == ["<s>", "e"])
    let nothing = try model.attentionMaps(
      source: [4], target: [], isFinished: false, sourceVocabulary: vocabulary,
      targetVocabulary: vocabulary)
    #expect(nothing.maps(of: .cross).first?.queries == ["<s>"])
  }

  @Test(arguments: RecurrentConfiguration.Attention.allCases)
  func aRecurrentModelsMapsHaveTheirTokens(attention: RecurrentConfiguration.Attention) throws {
    var configuration = RecurrentConfiguration(
      vocabularySize: 9, modelDimension: 8, layerCount: 2)
    configuration.attention = attention
    let model = try RecurrentModel(configuration)
    let set = try model.attentionMaps(
      source: [4, 5, 6], target: [8, 7], sourceVocabulary: vocabulary,
      targetVocabulary: vocabulary)
    #expect(set.kinds == (attention == .none ? [] : [.recurrent]))
    for map in set.maps {
      #expect(map.queries == ["e", "d", "</s>"] && map.keys == ["a", "b", "c"])
      for row in 0..<3 { #expect(abs(map.row(row).reduce(0, +) - 1) < 1e-5) }
    }
  }

  /// The same numbers for each pair, whatever it is computed with.
  @Test func aBatchHasTheMapsOfItsPairs() throws {
    let models: [any AttentiveModel] = [
      try randomModel(smallConfiguration()),
      try RecurrentModel(RecurrentConfiguration(vocabularySize: 9, modelDimension: 8)),
    ]
    let (sources, targets) = ([[4, 5, 6], [7], [8, 4, 5, 6, 7]], [[8, 7], [], [4]])
    for model in models {
      let alone = try zip(sources, targets).map { source, target in
        try model.attentionMaps(
          source: source, target: target, sourceVocabulary: vocabulary,
          targetVocabulary: vocabulary)
      }
      func batch(_ kinds: Set<LabeledAttentionMap.Kind>?) throws -> [AttentionMapSet] {
        try model.attentionMaps(
          sources: sources, targets: targets, kinds: kinds, sourceVocabulary: vocabulary,
          targetVocabulary: vocabulary)
      }
      let together = try batch(nil)
      #expect(together.map { $0.maps.map(\.title) } == alone.map { $0.maps.map(\.title) })
      for (set, expected) in zip(together, alone) {
        for (map, other) in zip(set.maps, expected.maps) {
          #expect(map.queries == other.queries && map.keys == other.keys)
          #expect(zip(map.weights, other.weights).allSatisfy { abs($0 - $1) < 1e-6 })
        }
      }
      let kind = model.sourceAttentionKind
      #expect(try batch([kind]).map(\.maps) == together.map { $0.maps(of: kind) })
      #expect(try batch([]).allSatisfy(\.maps.isEmpty))
      #expect(
        try model.attentionMaps(
          sources: [], targets: [], sourceVocabulary: vocabulary, targetVocabulary: vocabulary
        ).isEmpty)
    }
  }

  @Test func tokensMustFitTheMap() throws {
    let map = AttentionMap(
      kind: .cross, layer: 0, head: 0, weights: Tensor([1, 0], shape: [1, 2]))
    #expect(
      try LabeledAttentionMap(map, kind: .cross, queries: ["a"], keys: ["b", "c"]).weights == [
        1, 0,
      ])
    #expect(throws: AttentionMapError.tensorShape(expected: "[2, 1]", found: [1, 2])) {
      try LabeledAttentionMap(map, kind: .cross, queries: ["a", "b"], keys: ["c"])
    }
  }
}
