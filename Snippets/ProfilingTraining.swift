// Where the time of a training step goes: layers name scopes, and a profile books every moment to one of them.
import AttentionKit

let model = try Transformer(.tiny(vocabularySize: 50), seed: 1)
let batch = TrainingBatch(
  sources: [[4, 5, 6, 7], [8, 9]], targets: [[9, 8, 7], [6, 5, 4]], start: 2, end: 3)
let adam = Adam(model.parameters)

let profile = OperationProfile()
for step in 1...3 {
  let result = try GradientStep(
    model, batch, labelSmoothing: 0.1, seed: 1, step: step, profile: profile)
  profile.measure("optimiser") { _ = adam.update(result.gradients, learningRate: 1e-3) }
}
// The tree: encoder, decoder, attention inside of them, operations inside of that.
print(profile)

// Layers of both stacks together, and one number out of it.
let components = profile.root.dissolving(["encoder", "decoder"])
for part in components.children {
  print(part.name, part.total.seconds / components.total.seconds)
}
let projections = components.part("self-attention", "projections")
print("backward through projections:", projections?.backward.seconds ?? 0, "s")

// A layer of one's own names its parts in the same way; without a profile that costs nothing.
let context = ForwardContext.differentiating(profile: profile)
let x = context.input(.ones([2, 3]))
_ = context.backward(from: context.inScope("my layer") { (x * x).sum() })
print(profile.root.part("my layer")?.total.count ?? 0, "operations")
