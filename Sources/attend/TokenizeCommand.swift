import AttentionKit
import Foundation

extension Command {
  static let tokenize = Command(
    name: "tokenize", summary: "cut text into tokens, or put it together again", words: "",
    wordCount: 0...0,
    details: """
      Reads lines from standard input and writes their tokens with a space between; with --decode, the other
      way round. With --model, the tokens are those that the model reads or, with --target, writes.
      """,
    options: [
      .init(
        "--kind", "KIND",
        "words, characters, bpe or sentencePiece (default: by --codes or --pieces, else words)"),
      .init("--codes", "FILE", "merges of subword-nmt's format, for bpe"),
      .init("--pieces", "FILE", "a model of SentencePiece, such as source.spm"),
      .init("--model", "PATH", "a checkpoint or a run's folder: its tokenizer"),
      .init("--target", nil, "with --model: that of the target side"),
      .init("--normalization", "FORM", "none, nfc or nfkc (default none)"),
      .init("--dropout", "X", "leave each merge out with this probability (default 0)"),
      .init("--seed", "N", "of --dropout (default 1)"),
      .init("--decode", nil, "put tokens together"),
    ],
    run: { arguments in
      let tokenizer = try tokenizer(arguments)
      let rate = try arguments.number("--dropout") ?? 0
      if !(0...1).contains(rate) {
        throw UsageError("--dropout: expected a probability from 0 to 1, found \(rate)")
      }
      if rate > 0 && !(tokenizer is any SamplingTokenizer) {
        throw UsageError("--dropout is of byte-pair encoding: it needs --codes or such a model")
      }
      let seed = UInt64(try arguments.nonNegativeInteger("--seed") ?? 1)
      var input = InputLines()
      var number: UInt64 = 0
      while true {
        let lines = try input.next(atMost: 4096)
        if lines.isEmpty { break }
        var text = ""
        for line in lines {
          number += 1
          if arguments.has("--decode") {
            text += tokenizer.decode(WordTokenizer().encode(line))
          } else if rate > 0, let sampling = tokenizer as? any SamplingTokenizer {
            text += sampling.encode(line, dropoutRate: rate, seed: combineSeeds(seed, number))
              .joined(separator: " ")
          } else if let subwords = tokenizer as? BPETokenizer {
            text += subwords.segment(line)
          } else {
            text += tokenizer.encode(line).joined(separator: " ")
          }
          text += "\n"
        }
        try StandardStreams.write(text)
      }
    })

  private static func tokenizer(_ arguments: Arguments) throws -> any Tokenizer {
    if let path = arguments["--model"] {
      for option in ["--kind", "--codes", "--pieces", "--normalization"] where arguments.has(option)
      {
        throw UsageError("\(option) is the model's own: expected one of it and --model")
      }
      let codec = try TrainedModel.codec(path)
      return arguments.has("--target") ? codec.target : codec.source
    }
    let (codes, pieces) = (arguments["--codes"], arguments["--pieces"])
    let kind = try arguments.choice(
      "--kind", DataConfiguration.TokenizerKind.self,
      default: codes != nil ? .bpe : pieces != nil ? .sentencePiece : .words)
    let form = try arguments.choice(
      "--normalization", UnicodeNormalization.self, default: .none)
    if (kind == .bpe) != (codes != nil) {
      throw UsageError("--kind bpe and --codes belong together")
    }
    if (kind == .sentencePiece) != (pieces != nil) {
      throw UsageError("--kind sentencePiece and --pieces belong together")
    }
    let subwords = try (codes ?? pieces).flatMap { try Subwords(kind, contentsOf: $0) }
    return try kind.tokenizer(subwords: subwords, normalization: form)
  }
}
