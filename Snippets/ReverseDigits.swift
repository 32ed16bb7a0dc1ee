// Trains a small Transformer to reverse sequences and lets it reverse one that it has not seen.
import AttentionKit

let (start, end, vocabularySize) = (2, 3, 14)  // tokens 4 to 13 stand for the digits
let model = try Transformer(.tiny(vocabularySize: vocabularySize), seed: 1)
let adam = Adam(model.parameters)
let schedule = LearningRateSchedule(.cosine, rate: 0.001, warmupSteps: 50)
var random = SeededGenerator(seed: 1)

for step in 1...300 {
  let sources = (0..<64).map { _ in
    (0..<8).map { _ in Int.random(in: 4..<vocabularySize, using: &random) }
  }
  let batch = TrainingBatch(
    sources: sources, targets: sources.map { $0.reversed() }, start: start, end: end)
  let result = try GradientStep(model, batch, labelSmoothing: 0.1, seed: 1, step: step)
  let rate = schedule.rate(at: step, modelDimension: 128, totalSteps: 300)
  _ = adam.update(result.gradients, learningRate: rate, maximumNorm: 1)
  if step % 50 == 0 { print("step \(step): loss \(result.loss)") }
}

let decoder = GreedyDecoder(start: start, end: end)
print(try decoder.decode([[4, 5, 6, 7, 8, 9, 10, 11]], with: model)[0].tokens)
