import AttentionMaps
import Foundation
import Tensors

/// Tokens that break what does not expect them.
let hostileTokens = [
  "<s>", "</script>", "]]>", "&amp;", "\"", "'", "a\tb", "\n", "\u{0}", "\u{1B}[31m", "", " ", "\\",
  ",",
  "-->", "<!--", "\u{202E}abc", "\u{FFFE}", "\u{301}", "e\u{301}", "猫", "👩‍👩‍👧", "🇩🇪", "\r\n",
  "\u{2028}",
]

/// Weights whose rows add up to 1, and in the decoder's self-attention look at nothing that comes later.
func sampleMap(
  _ kind: LabeledAttentionMap.Kind = .cross, layer: Int? = 0, head: Int? = 0, queries: [String],
  keys: [String], seed: UInt64 = 1, sharpness: Float = 3
) throws -> LabeledAttentionMap {
  var generator = SeededGenerator(seed: seed)
  let rows = queries.indices.map { query -> [Float] in
    let scores = keys.indices.map { key -> Float in
      let isHidden = kind == .decoderSelf && key > query
      let near = abs(Float(query) - Float(key))
      let random = Float.random(in: 0..<1, using: &generator)
      return isHidden ? 0 : Foundation.exp(sharpness * random - near / 2)
    }
    let sum = scores.reduce(0, +)
    return scores.map { sum > 0 ? $0 / sum : 0 }
  }
  return try LabeledAttentionMap(
    kind: kind, layer: layer, head: head, queries: queries, keys: keys, rows: rows)
}

/// Two layers of three heads of each kind of a Transformer.
func sampleSet(source: [String], target: [String]) throws -> AttentionMapSet {
  var maps: [LabeledAttentionMap] = []
  for (kind, queries, keys) in [
    (LabeledAttentionMap.Kind.encoderSelf, source, source), (.decoderSelf, target, target),
    (.cross, target, source),
  ] {
    for layer in 0..<2 {
      for head in 0..<3 {
        maps.append(
          try sampleMap(
            kind, layer: layer, head: head, queries: queries, keys: keys,
            seed: UInt64(10 * layer + head), sharpness: Float(1 + 3 * head)))
      }
    }
  }
  return try AttentionMapSet(maps)
}

let english = Array(
  "the quick brown fox jumps over the lazy dog".split(separator: " ").map(String.init))
let japanese = ["素早い", "茶色", "の", "狐", "は", "のろま", "な", "犬", "を", "飛び越える", "。"]
