import AttentionKit

let model = try Transformer(.tiny(vocabularySize: 11))
let memory = try model.encode(TokenBatch([[4, 5, 6]]), in: .inference())
guard memory.output.shape == [1, 3, 128] else { fatalError("unexpected \(memory.output.shape)") }
print("AttentionKit: a model of \(model.parameterCount) parameters")
