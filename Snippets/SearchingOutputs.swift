// Ways of getting outputs from a model: the best, several, drawn at random, token by token, and scores of given ones.
import AttentionKit

let (start, end) = (2, 3)  // tokens 4 to 13 stand for the digits
// Not trained, so what comes out means nothing.
let model = try Transformer(.tiny(vocabularySize: 14), seed: 1)
let sources = [[4, 5, 6, 7], [8, 9]]

// At most 8 tokens, no two tokens in a row twice, neither padding, unknown nor start.
let constraints = DecodingConstraints(
  maximumLength: { _ in 8 }, blockedNGramLength: 2, forbiddenTokens: [0, 1, start])

// Beam search with the paper's length penalty (alpha 0.6): the two best of each source.
let beam = BeamSearch(
  start: start, end: end, beamSize: 4, resultCount: 2, constraints: constraints)
for hypotheses in try beam.decode(sources, with: model) {
  for hypothesis in hypotheses { print(hypothesis.tokens, hypothesis.normalizedScore) }
}

// The most probable token at each step, the outputs beginning with 7 and 9.
let greedy = GreedyDecoder(start: start, end: end, constraints: constraints)
for hypothesis in try greedy.decode(sources, prefixes: [[7], [9]], with: model) {
  print(hypothesis.tokens, hypothesis.logProbabilities)
}

// Drawn at random, the same for the same seed.
let sampler = Sampler(
  start: start, end: end, seed: 7, distribution: .init(temperature: 0.8, topP: 0.9),
  constraints: constraints)
print(try sampler.decode(sources, with: model).map(\.tokens))

// Each token as soon as it is there.
for try await token in try greedy.stream(sources[0], with: model) where !token.isEnd {
  print(token.token, token.logProbability)
}

// log p of given targets.
let scorer = SequenceScorer(start: start, end: end)
print(try scorer.score([[7, 6, 5, 4], [9, 8]], given: sources, with: model).map(\.score))
