import AttentionKit
import Foundation

extension Command {
  static let translate = Command(
    name: "translate", summary: "translate standard input, line by line", words: "",
    wordCount: 0...0,
    details: """
      Reads one source a line from standard input and writes one output a line to standard output, in the
      same order. An empty line gives an empty line. The search is greedy.
      """,
    options: [
      .init("--model", "PATH", "a checkpoint or a run's folder (required)"),
      .init("--batch-size", "N", "sources that are decoded together (default 64)"),
    ],
    run: { arguments in
      let trained = try TrainedModel(try arguments.required("--model"))
      let batchSize = try arguments.positiveInteger("--batch-size") ?? 64
      let lines = try TextFile.lines(of: "-")
      // Some batches at a time: long input begins to come out before all of it is done.
      let window = batchSize * 16
      for start in stride(from: 0, to: lines.count, by: window) {
        let part = Array(lines[start..<min(lines.count, start + window)])
        let outputs = try trained.translate(part, batchSize: batchSize)
        let text = outputs.map { trained.codec.decodeTarget($0.tokens) + "\n" }.joined()
        FileHandle.standardOutput.write(Data(text.utf8))
      }
    })
}
