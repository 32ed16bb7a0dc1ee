import AttentionKit
import Foundation

extension Command {
  static let vocabulary = Command(
    name: "vocabulary", summary: "learn subwords and count a vocabulary", words: "[FILE ...]",
    wordCount: 0...1000,
    details: """
      Reads text files, or standard input, and writes the tokens they have, the frequent ones first, after the
      special tokens. With --merges, a byte-pair encoding is learned from all of the files first and written
      to --codes, in subword-nmt's format; with --codes alone, it is read from there.
      """,
    options: [
      .init("--output", "FILE", "where the vocabulary goes (default: standard output)"),
      .init("--merges", "N", "learn so many merges"),
      .init("--codes", "FILE", "the merges: written with --merges, else read"),
      .init("--kind", "KIND", "words, characters or bpe (default: bpe with --codes, else words)"),
      .init("--normalization", "FORM", "none, nfc or nfkc (default none)"),
      .init("--limit", "N", "so many tokens at most, special ones not counted"),
      .init("--minimum-frequency", "N", "only tokens that come so often (default 1)"),
      .init("--counts", nil, "write TOKEN<TAB>COUNT, special tokens left out"),
    ],
    run: { arguments in
      let codes = arguments["--codes"]
      let mergeCount = try arguments.positiveInteger("--merges")
      let kind = try arguments.choice(
        "--kind", DataConfiguration.TokenizerKind.self, default: codes == nil ? .words : .bpe)
      if (kind == .bpe) != (codes != nil) {
        throw UsageError("--kind bpe and --codes belong together")
      }
      if kind == .sentencePiece {
        throw UsageError("--kind: expected words, characters or bpe, found \"sentencePiece\"")
      }
      if mergeCount != nil && codes == nil {
        throw UsageError("--merges needs --codes, where the merges are written")
      }
      let form = try arguments.choice(
        "--normalization", UnicodeNormalization.self, default: .none)
      let files = arguments.words.isEmpty ? ["-"] : arguments.words
      let lines = try files.flatMap { try TextFile.lines(of: $0) }.map(form.applied(to:))
      var encoding: BytePairEncoding?
      if let mergeCount, let codes {
        var progress = CountProgress("merges", total: mergeCount)
        let learned = BytePairEncoding.learn(from: lines, mergeCount: mergeCount) {
          progress.show($0)
        }
        progress.end()
        try learned.write(to: codes)
        Command.say("\(learned.merges.count) merges in \(codes)")
        encoding = learned
      } else if let codes {
        encoding = try BytePairEncoding(contentsOf: codes)
      }
      let tokenizer = try kind.tokenizer(
        subwords: encoding.map(Subwords.merges), normalization: .none)
      let counts = TokenCounts(lines.lazy.map(tokenizer.encode))
      let vocabulary = Vocabulary(
        counts, limit: try arguments.positiveInteger("--limit"),
        minimumFrequency: try arguments.positiveInteger("--minimum-frequency") ?? 1)
      let text =
        arguments.has("--counts")
        ? vocabulary.tokens.dropFirst(Vocabulary.specialTokens.count)
          .map { "\($0)\t\(counts[$0])\n" }.joined()
        : vocabulary.fileContents
      if let output = arguments["--output"] {
        try AtomicFile.write(text, to: output)
        Command.say("\(vocabulary.count) tokens in \(output)")
      } else {
        try StandardStreams.write(text)
      }
    })
}
