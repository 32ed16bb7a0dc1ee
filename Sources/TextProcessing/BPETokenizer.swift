internal import Foundation
internal import Tensors

/// Cuts words into the subwords of a byte-pair encoding; `@@` at the end of a token says that the word goes on.
///
/// Tokens and joined text are those of `subword-nmt apply-bpe` and of its `sed 's/@@ //g'`.
public struct BPETokenizer: SamplingTokenizer {
  /// What stands at the end of a token when its word goes on.
  public static let separator = "@@"

  /// The merges.
  public let encoding: BytePairEncoding
  private let ranks: [BytePairEncoding.Merge: Int]
  private let cache = SubwordCache()

  /// A tokenizer that does these merges.
  public init(_ encoding: BytePairEncoding) {
    self.encoding = encoding
    // Where a merge comes twice, the first counts.
    ranks = Dictionary(
      encoding.merges.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
  }

  /// The subwords of a text's words, which are what spaces separate.
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
    let scalars = line.unicodeScalars
    func isSpace(_ scalar: Unicode.Scalar) -> Bool { " \r\n".unicodeScalars.contains(scalar) }
    let before = scalars.prefix(while: isSpace)
    let after = scalars.reversed().prefix(while: isSpace)
    if before.count == scalars.count { return line }
    return String(before) + encode(line).joined(separator: " ")
      + String(after.reversed().map { Character($0) })
  }

  /// The words that subwords make, with one space between.
  public func decode(_ tokens: [String]) -> String {
    var text = ""
    var isOpen = false
    for (index, token) in tokens.enumerated() {
      if index > 0 && !isOpen { text.unicodeScalars.append(" ") }
      isOpen = token.utf8.count >= 2 && token.utf8.suffix(2).elementsEqual(Self.separator.utf8)
      text +=
        isOpen ? String(decoding: token.utf8.dropLast(2), as: UTF8.self) : token
    }
    return text
  }

  /// - Parameter isSkipped: asked for each possible merge.
  private func subwords(of word: String, isSkipped: () -> Bool) -> [String] {
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
    let last = symbols[symbols.count - 1]
    if last.utf8.elementsEqual(BytePairEncoding.endOfWord.utf8) {
      symbols.removeLast()
    } else {
      symbols[symbols.count - 1] = String(
        decoding: last.utf8.dropLast(BytePairEncoding.endOfWord.utf8.count), as: UTF8.self)
    }
    return symbols.dropLast().map { $0 + Self.separator } + symbols.suffix(1)
  }
}

/// Words that were cut before. Safe to use from several threads.
private final class SubwordCache: @unchecked Sendable {
  private var known: [ExactString: [String]] = [:]
  private let lock = NSLock()

  func subwords(of word: ExactString, orCut cut: () -> [String]) -> [String] {
    lock.lock()
    defer { lock.unlock() }
    if let subwords = known[word] { return subwords }
    let subwords = cut()
    // Bounded, for text without end.
    if known.count >= 1 << 18 { known.removeAll(keepingCapacity: true) }
    known[word] = subwords
    return subwords
  }
}
