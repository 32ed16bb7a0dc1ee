/// A code of words of at most 15 bits none of which begins another (a canonical Huffman code, section 3.2.2 of
/// RFC 1951), for decoding.
struct PrefixCode {
  /// What lengths of words amount to.
  enum Completeness {
    /// Every sequence of bits begins with a word.
    case complete
    /// One word of one bit.
    case single
    /// No words.
    case empty
    /// Two words would have to be one, or words are missing.
    case invalid
  }

  private static let longest = 15
  /// Words up to this length are found in one look.
  private static let shortcutBits = 9

  /// The number of words of each length.
  private var counts = [UInt16](repeating: 0, count: longest + 1)
  /// The symbols in the order of their words: by length, then by symbol.
  private var symbols: [UInt16] = []
  /// For each beginning, its symbol · 16 + the length of its word; 0: its word is longer, or there is none.
  private var shortcuts = [UInt16](repeating: 0, count: 1 << shortcutBits)

  /// Makes the code whose words have the given lengths, by symbol; 0: the symbol has none.
  mutating func build(_ lengths: ArraySlice<UInt8>) -> Completeness {
    for length in counts.indices { counts[length] = 0 }
    for length in lengths { counts[Int(length)] += 1 }
    counts[0] = 0

    var free = 1
    for length in 1...Self.longest {
      free = free * 2 - Int(counts[length])
      if free < 0 { return .invalid }
    }
    var starts = [Int](repeating: 0, count: Self.longest + 2)
    // The words in order are numbers that count up, with a 0 appended where the length grows.
    var words = [Int](repeating: 0, count: Self.longest + 2)
    for length in 1...Self.longest {
      starts[length + 1] = starts[length] + Int(counts[length])
      words[length + 1] = (words[length] + Int(counts[length])) << 1
    }
    let count = starts[Self.longest + 1]
    symbols = [UInt16](repeating: 0, count: count)
    for index in shortcuts.indices { shortcuts[index] = 0 }
    for (symbol, length) in lengths.enumerated() where length > 0 {
      let length = Int(length)
      symbols[starts[length]] = UInt16(symbol)
      starts[length] += 1
      let word = words[length]
      words[length] += 1
      if length <= Self.shortcutBits {
        // Words come with their first bit lowest.
        var reversed = 0
        for bit in 0..<length where word >> bit & 1 == 1 { reversed |= 1 << (length - 1 - bit) }
        for rest in stride(from: reversed, to: shortcuts.count, by: 1 << length) {
          shortcuts[rest] = UInt16(symbol << 4 | length)
        }
      }
    }
    if free == 0 { return .complete }
    if count == 0 { return .empty }
    return count == 1 && counts[1] == 1 ? .single : .invalid
  }

  /// Takes the next word and gives its symbol.
  func decode(_ bits: inout BitReader) throws(InflateError) -> Int {
    let ahead = bits.peek(Self.longest)
    let shortcut = shortcuts[Int(ahead) & (1 << Self.shortcutBits - 1)]
    if shortcut != 0 {
      try bits.skip(Int(shortcut & 15))
      return Int(shortcut >> 4)
    }
    var word = 0
    // The first word of the length, and where its symbol stands.
    var (first, start) = (0, 0)
    for length in 1...Self.longest {
      word = word << 1 | Int(ahead >> (length - 1)) & 1
      let count = Int(counts[length])
      if word - first < count {
        try bits.skip(length)
        return Int(symbols[start + word - first])
      }
      first = (first + count) << 1
      start += count
    }
    throw .word
  }
}
