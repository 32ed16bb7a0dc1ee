/// Takes a command line apart, word by word; `--seed=3` is the same as `--seed 3`.
struct WordReader {
  private var rest: ArraySlice<String>
  private var attached: String?
  /// The option last read, without an attached value.
  private(set) var option = ""

  init(_ words: [String]) {
    rest = words[...]
  }

  /// The next word as it stands.
  mutating func next() -> String? {
    guard let word = rest.popFirst() else { return nil }
    let halves = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    option = String(halves[0])
    attached = halves.count == 2 ? String(halves[1]) : nil
    return word
  }

  /// Whether no `=value` of the last option is left over.
  var isValueTaken: Bool { attached == nil }

  /// The value of the last option.
  mutating func value() throws -> String {
    guard let found = attached.take() ?? rest.popFirst(), !found.isEmpty else {
      throw ArgumentError.missingValue(option: option)
    }
    return found
  }

  mutating func wholeNumber<Number: FixedWidthInteger>(from least: Number) throws -> Number {
    let text = try value()
    guard let number = Number(text), number >= least else {
      throw ArgumentError.notANumber(
        option: option, found: text, expected: "a whole number from \(least) on")
    }
    return number
  }

  /// `5` and `5%` are 0.05.
  mutating func percentage() throws -> Double {
    let text = try value()
    guard let number = Double(text.hasSuffix("%") ? String(text.dropLast()) : text), number >= 0,
      number < 1000
    else {
      throw ArgumentError.notANumber(option: option, found: text, expected: "a number of percent")
    }
    return number / 100
  }
}
