import AttentionKit
import Fuzzing
import TestSupport

extension FuzzReader {
  /// Characters that text files are sensitive to, in UTF-8 and not.
  private static let textWords = [
    "\n", "\r\n", "\r", "\t", " ", "\u{FEFF}", "\u{85}", "\u{2028}", "\u{0}", "e\u{301}", "\u{E9}",
    "😀", "\u{A0}",
    "@@", "</w>", "<pad>", "<unk>", "<s>", "</s>", "#version: 0.2",
  ]

  private static func text(
    _ seeds: [[UInt8]], isExpected: @escaping (any Error) -> Bool = { $0 is TextFileError },
    read: @escaping Read
  ) -> FuzzReader {
    FuzzReader(
      seeds: seeds, mutator: ByteMutator(words: textWords, changes: [ByteMutator.changeLines]),
      isExpected: isExpected, read: read)
  }

  /// Vocabularies, of which those that are read are written as they were.
  static func vocabularies() throws -> FuzzReader {
    let folder = try FastFolder()
    let seed = Vocabulary(["the", "a", "größe", "e\u{301}", "\u{E9}", "@@", "x@@"]).fileContents
    return text([Array(seed.utf8)]) { input in
      let vocabulary = try Vocabulary(contentsOf: folder.file("vocabulary", input.bytes))
      let copy = try Vocabulary(
        contentsOf: folder.file("copy", Array(vocabulary.fileContents.utf8)))
      try require(copy == vocabulary, "the copy")
      for (id, token) in vocabulary.tokens.enumerated() {
        try require(vocabulary.id(of: token) == id, "\(token) is \(id)")
      }
    }
  }

  /// Codes of byte-pair encodings; with any of them a text is cut and put together again.
  static func codes() throws -> FuzzReader {
    let folder = try FastFolder()
    let learned = BytePairEncoding.learn(
      from: ["lower lowest newer newest wider", "größer größte größe 😀😀"], mergeCount: 40,
      minimumFrequency: 1)
    let sample = "lowest größte wildest 😀 e\u{301} x"
    return text([Array(learned.fileContents.utf8)]) { input in
      let encoding = try BytePairEncoding(contentsOf: folder.file("codes", input.bytes))
      let copy = try BytePairEncoding(
        contentsOf: folder.file("copy", Array(encoding.fileContents.utf8)))
      try require(copy == encoding, "the copy")
      let tokenizer = BPETokenizer(encoding)
      let tokens = tokenizer.encode(sample)
      try require(
        tokenizer.decode(tokens).utf8.elementsEqual(sample.utf8), "\(tokens) for \(sample)")
    }
  }

  /// Lines of pairs, in memory and in blocks.
  static func pairs() throws -> FuzzReader {
    let folder = try FastFolder()
    let seed = "hello\tH AH L OW\n\nfoo\tF UW\r\n \t \ngröße\tG R\n"
    return text([Array(seed.utf8)]) { input in
      try readCorpus(.tsv(try folder.file("pairs", input.bytes)))
    }
  }

  /// Two files of which line n belongs to line n; each input replaces one of them.
  static func parallelText() throws -> FuzzReader {
    let folder = try FastFolder()
    let seeds = ["a house\n\nthe cat\r\nblank\n", "ein Haus\nnichts\ndie Katze\n\n"].map {
      Array($0.utf8)
    }
    return text(seeds) { input in
      let paths = try seeds.indices.map {
        try folder.file("side\($0)", $0 == input.seed ? input.bytes : seeds[$0])
      }
      try readCorpus(.parallel(source: paths[0], target: paths[1]))
    }
  }

  private static func readCorpus(_ files: CorpusFiles) throws {
    let corpus = try ParallelCorpus(files)
    let sharded = try ShardedCorpus([files], blockSize: 2)
    var pairs: [TextPair] = []
    try sharded.forEach { pairs.append($0) }
    try require(pairs == corpus.pairs, "the pairs in blocks")
    try require(sharded.blankPairs == corpus.blankPairs, "the blank pairs in blocks")
    for pair in corpus.pairs {
      try require(!pair.source.isEmpty && !pair.target.isEmpty, "a pair with an empty side")
    }
  }

  /// The same compressed. Each input starts a program.
  static func compressedPairs() throws -> FuzzReader {
    let folder = try FastFolder()
    // What `gzip -9n` makes of "hello\tH AH L OW\nfoo\tF UW\n".
    let seed: [UInt8] = [
      0x1F, 0x8B, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0x03, 0xCB, 0x48, 0xCD, 0xC9, 0xC9,
      0xE7, 0xF4, 0x50,
      0x70, 0xF4, 0x50, 0xF0, 0x51, 0xF0, 0x0F, 0xE7, 0x4A, 0xCB, 0xCF, 0xE7, 0x74, 0x53, 0x08,
      0x0D, 0xE7, 0x02,
      0x00, 0x7B, 0x48, 0xC8, 0x37, 0x19, 0x00, 0x00, 0x00,
    ]
    return text([seed]) { input in
      _ = try ParallelCorpus(tsv: folder.file("pairs.gz", input.bytes))
    }
  }

  /// Inputs with their right outputs.
  static func references() throws -> FuzzReader {
    let folder = try FastFolder()
    let seed = "hello\tH AH L OW\tH EH L OW\nfoo\tF UW\n \tX\nbar\t \n"
    return text([Array(seed.utf8)]) { input in
      let set = try ReferenceSet(tsv: folder.file("references", input.bytes))
      try require(set.inputs.count == set.references.count, "as many references as inputs")
      try require(!set.references.contains(where: \.isEmpty), "an input without a reference")
    }
  }

  /// Lines of alignments in Pharaoh's format.
  static func alignments() -> FuzzReader {
    text(["0-0 1-2 2-1 13-7", "0-0 1p2 3-3"].map { Array($0.utf8) }) { error in
      error is AttentionMapError || error is TextFileError
    } read: { input in
      for line in try TextFile.lines(in: input.bytes, file: "x") {
        let reference = try AlignmentReference(line)
        try require(
          reference.sure.isSubset(of: reference.possible), "a sure link that is not possible")
        let alignment = try TokenAlignment(pharaoh: line)
        try require(try TokenAlignment(pharaoh: alignment.pharaoh) == alignment, "the copy")
      }
    }
  }
}
