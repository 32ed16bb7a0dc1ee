/// Learns merges: again and again the most frequent pair of neighbours becomes a symbol.
///
/// The counts are kept as subword-nmt 0.3.8 keeps them, with its rare pairs set aside (`isActive`, `setAside`)
/// and its rules for overlaps, because these decide the order of merges in corner cases.
struct BytePairLearner {
  /// A pair of symbol numbers.
  private struct Pair: Hashable {
    let first: Int32
    let second: Int32
  }

  private var symbols: [ExactString] = []
  private var numbers: [ExactString: Int32] = [:]
  private var words: [(symbols: [Int32], frequency: Int)] = []

  /// Of each word, whether there is white space in it.
  private var hasWhiteSpace: [Bool] = []

  private var pairNumbers: [Pair: Int] = [:]
  private var pairs: [Pair] = []
  /// The counts in use, of those pairs that are active.
  private var counts: [Int] = []
  private var isActive: [Bool] = []
  private var active: [Int] = []
  /// The counts of all pairs as they were when they were set aside.
  private var setAside: [Int] = []
  /// In which words a pair occurs, and how often.
  private var places: [[Int32: Int32]] = []

  init(frequencies: [ExactString: Int]) {
    // The order does not matter to the counts; this one makes runs alike.
    let sorted = frequencies.sorted { a, b in
      a.value != b.value
        ? a.value > b.value : a.key.string.utf8.lexicographicallyPrecedes(b.key.string.utf8)
    }
    for (word, frequency) in sorted where !word.string.isEmpty {
      var parts = word.string.unicodeScalars.map { String($0) }
      parts[parts.count - 1] += BytePairEncoding.endOfWord
      words.append((parts.map { number(of: $0) }, frequency))
      hasWhiteSpace.append(word.string.unicodeScalars.contains(where: isPythonSpace))
    }
    for (index, word) in words.enumerated() {
      for (first, second) in zip(word.symbols, word.symbols.dropFirst()) {
        add(word.frequency, to: Pair(first: first, second: second), in: index, occurrences: 1)
      }
    }
    setAside = counts
  }

  /// - Parameter progress: told how many merges are done.
  mutating func learn(
    mergeCount: Int, minimumFrequency: Int, progress: (Int) -> Void
  ) -> [BytePairEncoding.Merge] {
    var merges: [BytePairEncoding.Merge] = []
    // Rare pairs are set aside below this count, which is only a matter of speed.
    var threshold = Double(active.map { counts[$0] }.max() ?? 0) / 10
    for step in 0..<mergeCount {
      var best = mostFrequent()
      if best == nil || step > 0 && Double(counts[best!]) < threshold {
        setRareAside(threshold)
        active = Array(pairs.indices)
        counts = setAside
        isActive = Array(repeating: true, count: pairs.count)
        best = mostFrequent()
        guard let best else { break }
        threshold = Double(counts[best]) * Double(step) / (Double(step) + 10_000)
        setRareAside(threshold)
      }
      guard let best, counts[best] >= minimumFrequency else { break }
      let pair = pairs[best]
      merges.append(
        .init(symbols[Int(pair.first)].string, symbols[Int(pair.second)].string))
      merge(best)
      if step % 100 == 0 { setRareAside(threshold) }
      progress(step + 1)
    }
    return merges
  }

  /// The active pair with the greatest count; of equal ones the last by the code points of its symbols.
  private func mostFrequent() -> Int? {
    var best: Int?
    for pair in active {
      guard let other = best else {
        best = pair
        continue
      }
      if counts[pair] > counts[other] || counts[pair] == counts[other] && precedes(other, pair) {
        best = pair
      }
    }
    return best
  }

  private func precedes(_ a: Int, _ b: Int) -> Bool {
    let (a, b) = (pairs[a], pairs[b])
    if a.first != b.first { return precedes(a.first, b.first) }
    return a.second != b.second && precedes(a.second, b.second)
  }

  /// UTF-8 sorts as code points do.
  private func precedes(_ a: Int32, _ b: Int32) -> Bool {
    symbols[Int(a)].string.utf8.lexicographicallyPrecedes(symbols[Int(b)].string.utf8)
  }

  private mutating func setRareAside(_ threshold: Double) {
    active.removeAll { pair in
      if Double(counts[pair]) >= threshold { return false }
      // A count below zero is a change to what was set aside before.
      setAside[pair] = counts[pair] < 0 ? setAside[pair] + counts[pair] : counts[pair]
      counts[pair] = 0
      isActive[pair] = false
      return true
    }
  }

  /// Replaces a pair by its symbol in all words and updates the counts of the pairs around it.
  private mutating func merge(_ index: Int) {
    let pair = pairs[index]
    let joined = number(
      of: symbols[Int(pair.first)].string + symbols[Int(pair.second)].string)
    let found = places[index]
    counts[index] = 0
    places[index] = [:]
    for (place, occurrences) in found where occurrences > 0 {
      let word = Int(place)
      let (old, frequency) = words[word]
      let new =
        hasWhiteSpace[word] ? replaceAsText(pair, in: old) : replace(pair, by: joined, in: old)
      words[word].symbols = new
      removePairs(around: pair, in: old, word: word, frequency: frequency)
      addPairs(around: joined, in: new, word: word, frequency: frequency)
    }
    counts[index] = 0
  }

  private func replace(_ pair: Pair, by joined: Int32, in old: [Int32]) -> [Int32] {
    var new: [Int32] = []
    new.reserveCapacity(old.count)
    var i = 0
    while i < old.count {
      if i + 1 < old.count, old[i] == pair.first, old[i + 1] == pair.second {
        new.append(joined)
        i += 2
      } else {
        new.append(old[i])
        i += 1
      }
    }
    return new
  }

  /// subword-nmt looks for a pair in the text of the word's symbols with spaces between, and takes any white
  /// space for the limit of a symbol. Words can have some, such as the no-break space, so that it also finds
  /// the pair in parts of symbols.
  private mutating func replaceAsText(_ pair: Pair, in old: [Int32]) -> [Int32] {
    func scalars(_ symbol: Int32) -> [Unicode.Scalar] {
      Array(symbols[Int(symbol)].string.unicodeScalars)
    }
    let text = Array(old.map(scalars).joined(separator: [" "]))
    let joined = scalars(pair.first) + scalars(pair.second)
    let pattern = scalars(pair.first) + [" "] + scalars(pair.second)
    var new: [Unicode.Scalar] = []
    var i = 0
    while i < text.count {
      let end = i + pattern.count
      if end <= text.count, text[i..<end].elementsEqual(pattern),
        i == 0 || isPythonSpace(text[i - 1]), end == text.count || isPythonSpace(text[end])
      {
        new += joined
        i = end
      } else {
        new.append(text[i])
        i += 1
      }
    }
    return new.split(separator: " ").map { part in
      var symbol = ""
      symbol.unicodeScalars.append(contentsOf: part)
      return number(of: symbol)
    }
  }

  private mutating func removePairs(around pair: Pair, in old: [Int32], word: Int, frequency: Int) {
    var i = 0
    while i + 1 < old.count {
      guard old[i] == pair.first, old[i + 1] == pair.second else {
        i += 1
        continue
      }
      if i > 0 {
        add(-frequency, to: Pair(first: old[i - 1], second: old[i]), in: word, occurrences: -1)
      }
      // In A B C B C the pair C B between is taken off when the second B C is reached.
      if i + 2 < old.count,
        old[i + 2] != pair.first || i + 3 >= old.count || old[i + 3] != pair.second
      {
        add(
          -frequency, to: Pair(first: old[i + 1], second: old[i + 2]), in: word, occurrences: -1)
      }
      i += 2
    }
  }

  private mutating func addPairs(around joined: Int32, in new: [Int32], word: Int, frequency: Int) {
    for i in new.indices where new[i] == joined {
      if i > 0 {
        add(frequency, to: Pair(first: new[i - 1], second: joined), in: word, occurrences: 1)
      }
      // The pair of two new symbols is counted at the second.
      if i + 1 < new.count, new[i + 1] != joined {
        add(frequency, to: Pair(first: joined, second: new[i + 1]), in: word, occurrences: 1)
      }
    }
  }

  private mutating func add(
    _ frequency: Int, to pair: Pair, in word: Int, occurrences: Int32
  ) {
    let index: Int
    if let known = pairNumbers[pair] {
      index = known
    } else {
      index = pairs.count
      pairNumbers[pair] = index
      pairs.append(pair)
      counts.append(0)
      setAside.append(0)
      isActive.append(false)
      places.append([:])
    }
    if !isActive[index] {
      isActive[index] = true
      active.append(index)
    }
    counts[index] += frequency
    places[index][Int32(word), default: 0] += occurrences
  }

  private mutating func number(of symbol: String) -> Int32 {
    let key = ExactString(symbol)
    if let number = numbers[key] { return number }
    let number = Int32(symbols.count)
    symbols.append(key)
    numbers[key] = number
    return number
  }
}

/// What `\s` means in Python's regular expressions.
private func isPythonSpace(_ scalar: Unicode.Scalar) -> Bool {
  scalar.properties.isWhitespace || (0x1C...0x1F).contains(scalar.value)
}
