import AttentionKit
import Foundation

extension Command {
  static let embed = Command(
    name: "embed", summary: "turn standard input into vectors, line by line", words: "MODEL",
    wordCount: 1...1,
    details: """
      MODEL is a folder with a BERT as the transformers library or sentence-transformers keeps it: config.json,
      model.safetensors, vocab.txt; or a checkpoint that attend convert made of one. Reads one text a line from standard input and writes its vector, in the same
      order: numbers with a space between, a line for each text, as soon as they are there. What pools the vectors of
      pieces, and how many pieces of a text are read, is the model's word; without one it is their mean, with length 1.
      With --format npy the vectors become one array of NumPy's, float32 [lines, width].
      """,
    options: [
      .init("--format", "FORMAT", "text or npy (default text)"),
      .init("--output", "FILE", "write there and not to standard output; npy needs it"),
      .init("--batch", "N", "texts that are computed together at most (default 32)"),
    ],
    run: { arguments in
      let format = try arguments.choice("--format", EmbeddingFormat.self, default: .text)
      let batch = try arguments.positiveInteger("--batch") ?? 32
      if format == .npy && arguments["--output"] == nil {
        throw UsageError("--format npy needs a file: --output FILE")
      }
      let encoder = try SentenceEncoder(arguments.words[0])
      try Embedding(encoder: encoder, batchSize: batch).run(format, to: arguments["--output"])
    })
}

private enum EmbeddingFormat: String, CaseIterable { case text, npy }

/// One call of `attend embed`.
private struct Embedding {
  let encoder: SentenceEncoder
  let batchSize: Int

  func run(_ format: EmbeddingFormat, to path: String?) throws {
    switch (format, path) {
    case (.text, nil):
      try forEachPart { FileHandle.standardOutput.write(Data(text(of: $0).utf8)) }
    case (.text, let path?):
      var lines: [String] = []
      try forEachPart { lines.append(text(of: $0)) }
      try AtomicFile.write(lines.joined(), to: path)
    case (.npy, let path?):
      var scalars: [Float] = []
      try forEachPart { scalars += $0.scalars }
      let width = encoder.model.configuration.modelDimension
      let array = Tensor(scalars, shape: [scalars.count / width, width])
      try NumPyArray(array).write(to: path)
    case (.npy, nil): fatalError("attend embed: npy without a file")
    }
  }

  /// The vectors of some lines at a time: enough to find texts of similar length, and long input still begins to come
  /// out before all of it is read.
  private func forEachPart(_ body: (Tensor) throws -> Void) throws {
    var input = InputLines()
    var progress = CountProgress("lines")
    defer { progress.end() }
    var count = 0
    while true {
      let lines = try input.next(atMost: batchSize * 16)
      if lines.isEmpty { return }
      try body(encoder.embeddings(of: lines, batchSize: batchSize))
      count += lines.count
      progress.show(count)
    }
  }

  private func text(of vectors: Tensor) -> String {
    let width = vectors.shape[1]
    return (0..<vectors.shape[0]).map { row in
      let numbers = (0..<width).map { "\(vectors.pointer[row * width + $0])" }
      return numbers.joined(separator: " ") + "\n"
    }.joined()
  }
}
