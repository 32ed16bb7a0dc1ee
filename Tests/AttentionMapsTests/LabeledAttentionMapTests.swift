import AttentionMaps
import Tensors
import Testing

@Suite struct LabeledAttentionMapTests {
  @Test func weightsMustFitTheTokens() throws {
    func make(_ rows: [[Float]]) throws {
      _ = try LabeledAttentionMap(
        kind: .cross, layer: 0, head: 0, queries: ["a", "b"], keys: ["x", "y", "z"], rows: rows)
    }
    try make([[0, 0, 1], [1, 0, 0]])
    #expect(throws: AttentionMapError.weightCount(expected: "2 rows", found: 1)) {
      try make([[0, 0, 1]])
    }
    #expect(throws: AttentionMapError.weightCount(expected: "3 weights in row 1", found: 2)) {
      try make([[0, 0, 1], [1, 0]])
    }
    #expect(throws: AttentionMapError.invalidWeight(row: 1, column: 2, found: -0.5)) {
      try make([[0, 0, 1], [1, 0, -0.5]])
    }
    #expect(throws: AttentionMapError.invalidWeight(row: 0, column: 1, found: .infinity)) {
      try make([[0, .infinity, 1], [1, 0, 0]])
    }
    #expect(throws: AttentionMapError.self) { try make([[0, .nan, 1], [1, 0, 0]]) }
    #expect(throws: AttentionMapError.self) {
      try LabeledAttentionMap(
        kind: .cross, layer: 0, head: 0, queries: ["a"], keys: ["x"], weights: [0, 1])
    }
    #expect(throws: AttentionMapError.negativeNumber(name: "head", found: -1)) {
      try LabeledAttentionMap(kind: .cross, layer: 0, head: -1, queries: [], keys: [], weights: [])
    }
  }

  @Test func headsOfATensorLeavePaddingOut() throws {
    // [B 2, H 3, T 4, S 5], each element its own place.
    let scalars = (0..<2 * 3 * 4 * 5).map(Float.init)
    let tensor = Tensor(scalars, shape: [2, 3, 4, 5])
    let maps = try LabeledAttentionMap.maps(
      of: tensor, row: 1, kind: .cross, layer: 7, queries: ["a", "b"], keys: ["x", "y", "z"])
    #expect(maps.map(\.head) == [0, 1, 2])
    #expect(maps.allSatisfy { $0.layer == 7 && $0.weights.count == 6 })
    for (head, map) in maps.enumerated() {
      for query in 0..<2 {
        for key in 0..<3 {
          #expect(map[query, key] == Float(((3 + head) * 4 + query) * 5 + key))
        }
      }
    }
    let single = try LabeledAttentionMap.maps(
      of: Tensor(Array(scalars.prefix(60)), shape: [3, 4, 5]), kind: .cross, layer: 0,
      queries: ["a"], keys: ["x"])
    #expect(single.map(\.weights) == [[0], [20], [40]])
    for (row, queries) in [(2, ["a"]), (-1, ["a"]), (0, ["a", "b", "c", "d", "e"])] {
      #expect(throws: AttentionMapError.self) {
        try LabeledAttentionMap.maps(
          of: tensor, row: row, kind: .cross, layer: 0, queries: queries, keys: ["x"])
      }
    }
    #expect(throws: AttentionMapError.self) {
      try LabeledAttentionMap.maps(
        of: Tensor(scalars), kind: .cross, layer: 0, queries: ["a"], keys: ["x"])
    }
  }

  @Test func setsAreOrderedAndHaveEachMapOnce() throws {
    let set = try sampleSet(source: english, target: japanese)
    #expect(try AttentionMapSet(set.maps.shuffled()) == set)
    #expect(set.kinds == [.encoderSelf, .decoderSelf, .cross])
    #expect(set.layers(of: .cross) == [0, 1])
    #expect(set.layers(of: .recurrent).isEmpty)
    #expect(throws: AttentionMapError.self) { try AttentionMapSet(set.maps + [set.maps[3]]) }
    let other = try sampleMap(.cross, layer: 9, queries: japanese, keys: japanese)
    #expect(throws: AttentionMapError.self) { try AttentionMapSet(set.maps + [other]) }
    // Equal to Swift, and different tokens.
    let composed = try sampleMap(layer: 0, queries: ["\u{E9}"], keys: ["x"])
    let apart = try sampleMap(layer: 1, queries: ["e\u{301}"], keys: ["x"])
    #expect(throws: AttentionMapError.self) { try AttentionMapSet([composed, apart]) }
  }

  @Test func selectingTakesWhatIsWantedOrSaysWhatThereIs() throws {
    let set = try sampleSet(source: english, target: japanese)
    #expect(try set.selecting() == set)
    #expect(try set.selecting(kind: .cross).maps.count == 6)
    #expect(try set.selecting(layer: 1).maps.count == 9)
    let one = try set.selecting(kind: .cross, layer: 1, head: 2).maps
    #expect(one.count == 1 && one[0].layer == 1 && one[0].head == 2 && one[0].kind == .cross)
    func problem(_ kind: LabeledAttentionMap.Kind?, _ layer: Int?, _ head: Int?) -> String {
      do {
        _ = try set.selecting(kind: kind, layer: layer, head: head)
        return ""
      } catch { return "\(error)" }
    }
    #expect(
      problem(.recurrent, nil, nil)
        == "no maps of kind recurrent: found encoder-self, decoder-self, cross")
    #expect(problem(.cross, 2, nil) == "no layer 2: found layers 0, 1")
    #expect(problem(nil, 0, 3) == "no head 3: found heads 0, 1, 2")
  }

  @Test func meansAreOverHeads() throws {
    let (queries, keys) = (["a", "b"], ["x", "y"])
    func map(_ layer: Int, _ head: Int, _ weights: [Float]) throws -> LabeledAttentionMap {
      try LabeledAttentionMap(
        kind: .cross, layer: layer, head: head, queries: queries, keys: keys, weights: weights)
    }
    let set = try AttentionMapSet([
      map(0, 0, [1, 0, 0.5, 0.5]), map(0, 1, [0, 1, 0, 1]), map(1, 0, [0.25, 0.75, 1, 0]),
      map(1, 1, [0.25, 0.75, 1, 0]),
    ])
    let first = try set.mean(of: .cross, layer: 0)
    #expect(first.weights == [0.5, 0.5, 0.25, 0.75])
    #expect(first.layer == 0 && first.head == nil)
    #expect(first.title == "cross-attention, layer 0, mean of all heads")
    let all = try set.mean(of: .cross)
    #expect(all.weights == [0.375, 0.625, 0.625, 0.375])
    #expect(all.layer == nil && all.head == nil)
    #expect(try set.meansOfLayers().maps.map(\.layer) == [0, 1])
    #expect(throws: AttentionMapError.noMaps) { try LabeledAttentionMap.mean(of: []) }
    #expect(throws: AttentionMapError.self) {
      try LabeledAttentionMap.mean(of: [set.maps[0], sampleMap(queries: ["a"], keys: ["x"])])
    }
    // Means stand in a set beside what they are means of.
    #expect(try AttentionMapSet([all, first] + set.maps).maps.suffix(1) == [all])
  }
}
