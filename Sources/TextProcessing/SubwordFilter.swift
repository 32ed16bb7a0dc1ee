/// Takes merges back that make tokens too rare for a vocabulary.
struct SubwordFilter: Sendable {
  private let parts: [ExactString: BytePairEncoding.Merge]
  private let frequent: Set<ExactString>

  /// Nil where there is nothing in the vocabulary: then everything stays as it is, as with subword-nmt.
  init?(_ encoding: BytePairEncoding, _ counts: TokenCounts, minimumFrequency: Int) {
    frequent = Set(counts.frequencies.lazy.filter { $0.value >= minimumFrequency }.map(\.key))
    if frequent.isEmpty { return nil }
    var parts: [ExactString: BytePairEncoding.Merge] = [:]
    var seen: Set<BytePairEncoding.Merge> = []
    // Where two merges make the same symbol, the one whose last place is first counts.
    for merge in encoding.merges.reversed() where seen.insert(merge).inserted {
      parts[ExactString(merge.first + merge.second)] = merge
    }
    self.parts = parts
  }

  /// The subwords of a word, none with a mark; rare ones are replaced by their parts.
  func frequent(_ subwords: [String]) -> [String] {
    subwords.enumerated().flatMap { index, subword in
      let isLast = index == subwords.count - 1
      return isFrequent(subword, isLast) ? [subword] : split(subword, isLast)
    }
  }

  private func isFrequent(_ subword: String, _ isLast: Bool) -> Bool {
    frequent.contains(ExactString(isLast ? subword : subword + BPETokenizer.separator))
  }

  private func split(_ subword: String, _ isLast: Bool) -> [String] {
    let symbol = isLast ? subword + BytePairEncoding.endOfWord : subword
    guard let merge = parts[ExactString(symbol)] else { return [subword] }
    let right = isLast ? BytePairEncoding.withoutMark(merge.second) : merge.second
    return (isFrequent(merge.first, false) ? [merge.first] : split(merge.first, false))
      + (isFrequent(right, isLast) ? [right] : split(right, isLast))
  }
}
