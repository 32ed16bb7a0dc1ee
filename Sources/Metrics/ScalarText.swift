/// Text as the metrics see it: a row of Unicode scalars.
///
/// Not of `Character`s, and not compared as `String`s are: "é" as one scalar and as two are different here, as
/// they are for sacreBLEU.
typealias ScalarText = [Unicode.Scalar]

extension Unicode.Scalar {
  /// What Python's `str.split` splits at: Unicode's white space and the four ASCII separators.
  var isSeparator: Bool {
    value < 0x80
      ? value == 0x20 || (0x09...0x0D).contains(value) || (0x1C...0x1F).contains(value)
      : properties.isWhitespace
  }

  /// 0 to 9, and no digits of other scripts.
  var isDigit: Bool { (0x30...0x39).contains(value) }
}

extension ScalarText {
  /// The words between white space, of which there may be any amount.
  var words: [ArraySlice<Unicode.Scalar>] { split(whereSeparator: \.isSeparator) }

  /// Without the white space at the end.
  var trimmedAtEnd: ArraySlice<Unicode.Scalar> {
    self[..<((lastIndex { !$0.isSeparator }).map { $0 + 1 } ?? 0)]
  }

  /// Without the white space at both ends.
  var trimmed: ArraySlice<Unicode.Scalar> { trimmedAtEnd.drop(while: \.isSeparator) }

  /// Lower case by Unicode's full mapping, with the final form of sigma at the end of a word.
  var lowercased: ScalarText {
    var result = ScalarText()
    result.reserveCapacity(count)
    for (index, scalar) in enumerated() {
      switch scalar.value {
      case 0x41...0x5A: result.append(Unicode.Scalar(UInt8(scalar.value + 0x20)))
      case 0..<0x80: result.append(scalar)
      case 0x3A3: result.append(isFinalSigma(at: index) ? "\u{3C2}" : "\u{3C3}")
      default: result.append(contentsOf: scalar.properties.lowercaseMapping.unicodeScalars)
      }
    }
    return result
  }

  /// Unicode's condition Final_Sigma: after a cased letter and not before one, case-ignorable scalars apart.
  private func isFinalSigma(at index: Int) -> Bool {
    let before = self[..<index].last { !$0.properties.isCaseIgnorable }
    let after = self[(index + 1)...].first { !$0.properties.isCaseIgnorable }
    return before?.properties.isCased == true && after?.properties.isCased != true
  }

  /// With every occurrence of a pattern replaced, from left to right.
  func replacing(_ pattern: String, with replacement: String) -> ScalarText {
    let pattern = ScalarText(pattern.unicodeScalars)
    let replacement = ScalarText(replacement.unicodeScalars)
    var result = ScalarText()
    result.reserveCapacity(count)
    var index = 0
    while index < count {
      if self[index] == pattern[0], self[index...].starts(with: pattern) {
        result += replacement
        index += pattern.count
      } else {
        result.append(self[index])
        index += 1
      }
    }
    return result
  }

  /// With a space on both sides of every such scalar.
  func isolating(_ isIsolated: (Unicode.Scalar) -> Bool) -> ScalarText {
    var result = ScalarText()
    result.reserveCapacity(2 * count)
    for scalar in self {
      if isIsolated(scalar) {
        result += [" ", scalar, " "]
      } else {
        result.append(scalar)
      }
    }
    return result
  }

  /// Which scalar of a pair gets spaces on both sides.
  enum PairMember {
    case first, second
  }

  /// Finds pairs of neighbours from left to right, and puts spaces around one scalar of each. A scalar that
  /// was in a pair cannot be in another one: this is what makes the tokenizers treat ".." as they do.
  func isolating(
    _ member: PairMember, ofPairs isFirst: (Unicode.Scalar) -> Bool,
    _ isSecond: (Unicode.Scalar) -> Bool
  ) -> ScalarText {
    var result = ScalarText()
    result.reserveCapacity(2 * count)
    var index = 0
    while index < count {
      let scalar = self[index]
      if index + 1 < count, isSecond(self[index + 1]), isFirst(scalar) {
        switch member {
        case .first: result += [" ", scalar, " ", self[index + 1]]
        case .second: result += [scalar, " ", self[index + 1], " "]
        }
        index += 2
      } else {
        result.append(scalar)
        index += 1
      }
    }
    return result
  }
}
