// How alike two sentences are: the cosine of their embeddings by the model in the folder that is named, else in
// Data/minilm, where Scripts/get-minilm.sh puts it.
import AttentionKit

let encoder = try SentenceEncoder(
  huggingFaceFolder: CommandLine.arguments.dropFirst().first ?? "Data/minilm")
let vectors = try encoder.embeddings(of: ["A cat sleeps on the sofa.", "The kitten is napping."])

// The vectors have the length 1, so their dot product is the cosine.
let (a, b) = (vectors.scalars.prefix(vectors.shape[1]), vectors.scalars.suffix(vectors.shape[1]))
print("cosine", zip(a, b).map { $0 * $1 }.reduce(0, +))
