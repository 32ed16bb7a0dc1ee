// Scores the outputs of two systems and asks whether the difference may be chance.
import AttentionKit

let references = [
  ["the cat sat on the mat"], ["there is a dog in the garden"], ["it rains all day"],
]
let before = ["the cat is on a mat", "there is dog in garden", "it rains"]
let after = ["the cat sat on a mat", "there is a dog in the garden", "it rained all day"]

let bleu = BLEU()  // tokenizer 13a, smoothing exp, mixed case: sacreBLEU's defaults
let score = try bleu.score(hypotheses: after, references: references)
print(score.formatted(signature: bleu.signature(references: references)))

let baseline = try bleu.statistics(hypotheses: before, references: references)
let system = try bleu.statistics(hypotheses: after, references: references)
let trials = Resampling.approximateRandomization(trials: 1000, seed: 1)
print(bleu.compare(system, to: baseline, by: trials).formatted())
let interval = bleu.confidenceInterval(of: system)
print("\(interval.lower) to \(interval.upper)")
print(try ChrF.plusPlus.score(hypotheses: after, references: references).value)
print(try TER().score(hypotheses: after, references: references).value)
