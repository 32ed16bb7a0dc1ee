// What a model looks at: one call gives the maps of every layer and head of any model with attention.
import AttentionKit

let vocabulary = Vocabulary(["the", "cat", "sat", "on", "mat", "die", "katze", "saß", "auf", "der"])
// Not trained, so what they look at means nothing.
let transformer = try Transformer(.tiny(vocabularySize: vocabulary.count), seed: 1)
let recurrent = try RecurrentModel(
  RecurrentConfiguration(vocabularySize: vocabulary.count, modelDimension: 32), seed: 1)
let source = vocabulary.encode(["the", "cat", "sat", "on", "the", "mat"])
let target = vocabulary.encode(["die", "katze", "saß", "auf", "der"])

for model in [transformer, recurrent] as [any AttentiveModel] {
  let maps = try model.attentionMaps(
    source: source, target: target, sourceVocabulary: vocabulary, targetVocabulary: vocabulary)
  // Entropy, distance, confidence and diagonality of each head.
  print(maps.statisticsTable)
  // The attention to the source, mean over all heads, for a terminal.
  let mean = try maps.mean(of: model.sourceAttentionKind)
  print(mean.terminalText(.plain))
  // The source word that each target word looks at most; the end token has none.
  print(try mean.alignment(by: .largest, ignoringQueries: [target.count]).pharaoh)
}

// One head's weights, and all of them as a page to click through.
let maps = try transformer.attentionMaps(
  source: source, target: target, sourceVocabulary: vocabulary, targetVocabulary: vocabulary)
let head = try maps.selecting(kind: .encoderSelf, layer: 1, head: 2).maps[0]
print(head.queries[1], "looks at", head.keys[3], "with", head[1, 3])
if CommandLine.arguments.count > 1 { try maps.write(to: CommandLine.arguments[1], as: .html) }
