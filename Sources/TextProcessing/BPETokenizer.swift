internal import Tensors

/// Cuts words into the subwords of a byte-pair encoding; `@@` at the end of a token says that the word goes on.
///
/// Tokens and joined text are those of `subword-nmt apply-bpe` and of its `sed -r 's/(@@ )|(@@ ?$)//g'`.
/// Words that were cut before are remembered. It can be used from several threads.
public struct BPETokenizer: SamplingTokenizer {
  /// What stands at the end of a token when its word goes on.
  public static let separator = "@@"

  /// The merges.
  public let encoding: BytePairEncoding
  /// Texts that are a token wherever they come.
  public let glossary: [String]
  private let ranks: [BytePairEncoding.Merge: Int]
  private let filter: SubwordFilter?
  private let cache = SubwordCache()

  /// A tokenizer that does these merges.
  ///
  /// - Parameters:
  ///   - encoding: the merges.
  ///   - glossary: texts that are a token wherever they come, within words too (`--glossaries`, as plain text).
  public init(_ encoding: BytePairEncoding, glossary: [String] = []) {
    self.init(encoding, glossary: glossary, filter: nil)
  }

  /// A tokenizer that does these merges and takes those back that make rare tokens (`--vocabulary` with
  /// `--vocabulary-threshold`), so that a model meets no token that it has seldom seen.
  ///
  /// - Parameters:
  ///   - encoding: the merges.
  ///   - counts: the tokens of the training text, as this encoding cuts it. Without any, no merge is taken
  ///     back.
  ///   - minimumFrequency: tokens that come fewer times are cut further, as far as they can be.
  ///   - glossary: texts that are a token wherever they come.
  public init(
    _ encoding: BytePairEncoding, vocabulary counts: TokenCounts, minimumFrequency: Int = 1,
    glossary: [String] = []
  ) {
    self.init(
      encoding, glossary: glossary,
      filter: SubwordFilter(encoding, counts, minimumFrequency: minimumFrequency))
  }

  private init(_ encoding: BytePairEncoding, glossary: [String], filter: SubwordFilter?) {
    self.encoding = encoding
    self.glossary = glossary.filter { !$0.isEmpty }
    self.filter = filter
    // Where a merge comes twice, the first counts.
    ranks = Dictionary(
      encoding.merges.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
  }

  /// The subwords of a text's words.
  public func encode(_ text: String) -> [String] {
    var tokens: [String] = []
    for word in BytePairEncoding.words(text) {
      let key = ExactString(String(word))
      tokens += cache.subwords(of: key) { subwords(of: key.string, isSkipped: { false }) }
    }
    return tokens
  }

  /// The subwords of a text when each merge is left out with some probability (BPE-dropout, Provilkov et al.
  /// 2020): for training, where a word that is cut in several ways teaches more. With rate 0 these are those
  /// of ``encode(_:)``, with 1 they are characters.
  ///
  /// - Parameters:
  ///   - dropoutRate: 0 to 1; 0.1 in the paper.
  ///   - seed: the same seed and text give the same subwords.
  public func encode(_ text: String, dropoutRate: Double, seed: UInt64) -> [String] {
    if !(0...1).contains(dropoutRate) {
      fatalError("BPETokenizer.encode: expected a dropout rate from 0 to 1, found \(dropoutRate)")
    }
    var generator = SeededGenerator(seed: seed)
    return BytePairEncoding.words(text).flatMap { word in
      subwords(of: String(word)) {
        Double(generator.next() >> 11) * 0x1p-53 < dropoutRate
      }
    }
  }

  /// A line with its words cut, a space between tokens. Spaces before and after the text stay, as they do in
  /// subword-nmt's output; other spaces become one.
  public func segment(_ line: String) -> String {
    var text = ""
    for part in BytePairEncoding.pythonLines(line) {
      func isSpace(_ scalar: Unicode.Scalar) -> Bool { " \r\n".unicodeScalars.contains(scalar) }
      let before = part.prefix(while: isSpace)
      text.unicodeScalars.append(contentsOf: before)
      if before.endIndex == part.endIndex { continue }
      text += encode(String(part)).joined(separator: " ")
      text.unicodeScalars.append(contentsOf: part.reversed().prefix(while: isSpace).reversed())
    }
    return text
  }

  /// The words that subwords make, with one space between.
  public func decode(_ tokens: [String]) -> String {
    var text = ""
    var isOpen = false
    for (index, token) in tokens.enumerated() {
      if index > 0 && !isOpen { text.unicodeScalars.append(" ") }
      isOpen = token.utf8.suffix(2).elementsEqual(Self.separator.utf8)
      text += isOpen ? String(decoding: token.utf8.dropLast(2), as: UTF8.self) : token
    }
    return text
  }

  /// - Parameter isSkipped: asked for each possible merge.
  private func subwords(of word: String, isSkipped: () -> Bool) -> [String] {
    let parts = isolated(word).flatMap { part in
      glossary.contains { $0.utf8.elementsEqual(part.utf8) }
        ? [part] : merged(part, isSkipped: isSkipped)
    }
    return parts.dropLast().map { $0 + Self.separator } + parts.suffix(1)
  }

  /// The parts of a word that merges leave, without marks.
  private func merged(_ word: String, isSkipped: () -> Bool) -> [String] {
    var symbols = word.unicodeScalars.map { String($0) }
    if symbols.count == 1 { return symbols }
    symbols[symbols.count - 1] += BytePairEncoding.endOfWord
    while symbols.count > 1 {
      var best: (rank: Int, merge: BytePairEncoding.Merge)?
      var positions: [Int] = []
      for index in 0..<symbols.count - 1 {
        if isSkipped() { continue }
        let merge = BytePairEncoding.Merge(symbols[index], symbols[index + 1])
        guard let rank = ranks[merge] else { continue }
        if let best, best.rank <= rank {
          if best.rank == rank { positions.append(index) }
        } else {
          best = (rank, merge)
          positions = [index]
        }
      }
      guard let best else { break }
      var merged: [String] = []
      var next = 0
      // In x x x only the first two become one.
      for position in positions where position >= next {
        merged += symbols[next..<position]
        merged.append(best.merge.first + best.merge.second)
        next = position + 2
      }
      symbols = merged + symbols[next...]
    }
    symbols.append(BytePairEncoding.withoutMark(symbols.removeLast()))
    return filter?.frequent(symbols) ?? symbols
  }

  /// A word, cut before and after what the glossary has.
  private func isolated(_ word: String) -> [String] {
    glossary.reduce([word]) { parts, entry in
      parts.flatMap { part -> [String] in
        let (bytes, pattern) = (Array(part.utf8), Array(entry.utf8))
        var pieces: [String] = []
        var start = 0
        var index = 0
        while index + pattern.count <= bytes.count {
          if bytes[index..<index + pattern.count].elementsEqual(pattern) {
            if start < index {
              pieces.append(String(decoding: bytes[start..<index], as: UTF8.self))
            }
            pieces.append(entry)
            index += pattern.count
            start = index
          } else {
            index += 1
          }
        }
        if start < bytes.count { pieces.append(String(decoding: bytes[start...], as: UTF8.self)) }
        return pieces
      }
    }
  }
}
