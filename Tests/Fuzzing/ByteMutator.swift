public import Tensors

/// Changes to bytes, of the kinds that break readers. The same generator gives the same changes.
///
/// Some know nothing of the format: bits, runs, truncations, repetitions, numbers at their limits in binary and in
/// decimal digits, pieces of another input, words of the format. Others are given, and know it.
public struct ByteMutator: Sendable {
  /// A change that knows the format.
  public typealias Change = @Sendable (inout [UInt8], inout SeededGenerator) -> Void

  /// Words of the format, to be put anywhere.
  public let words: [[UInt8]]
  /// Changes that know the format; half of all.
  public let changes: [Change]

  /// Inputs are cut to this.
  private static let largestCount = 1 << 16

  /// A mutator for a format with these words and changes of its own.
  public init(words: [String] = [], changes: [Change] = []) {
    self.words = words.map { Array($0.utf8) }
    self.changes = changes
  }

  /// Makes one to four changes.
  ///
  /// - Parameter others: valid inputs, of which pieces may come in.
  public func mutate(
    _ bytes: inout [UInt8], others: [[UInt8]], using generator: inout SeededGenerator
  ) {
    for _ in 0...generator.next(below: 4) {
      if let change = generator.element(of: changes), generator.next(below: 2) == 0 {
        change(&bytes, &generator)
      } else {
        changeAnywhere(&bytes, others: others, using: &generator)
      }
    }
    if bytes.count > Self.largestCount { bytes.removeLast(bytes.count - Self.largestCount) }
  }

  /// One change that does not know the format.
  public func changeAnywhere(
    _ bytes: inout [UInt8], others: [[UInt8]] = [], using generator: inout SeededGenerator
  ) {
    let place = generator.next(below: bytes.count + 1)
    let piece = place..<min(bytes.count, place + 1 + generator.length())
    switch generator.next(below: 12) {
    case 0 where place < bytes.count: bytes[place] ^= 1 << UInt8(generator.next(below: 8))
    case 1 where place < bytes.count: bytes[place] = UInt8(generator.next(below: 256))
    case 2 where place < bytes.count: bytes[place] &+= generator.next(below: 2) == 0 ? 1 : 255
    case 3: bytes.removeSubrange(piece)
    case 4: bytes.insert(contentsOf: generator.bytes(), at: place)
    case 5: bytes.removeSubrange(place...)
    case 6: bytes.writeNumber(at: place, using: &generator)
    case 7: bytes.replaceDigits(from: place, using: &generator)
    case 8:
      let repetitions = 1 + generator.length()
      for _ in 0..<repetitions where bytes.count < Self.largestCount {
        bytes.insert(contentsOf: bytes[piece], at: place)
      }
    case 9:
      guard let other = generator.element(of: others) else { return }
      let start = generator.next(below: other.count + 1)
      let part = other[start..<min(other.count, start + 1 + generator.length())]
      bytes.replaceSubrange(generator.next(below: 2) == 0 ? place..<place : piece, with: part)
    case 10:
      guard let word = generator.element(of: words) else { return }
      bytes.replaceSubrange(generator.next(below: 2) == 0 ? place..<place : piece, with: word)
    default:
      let value = UInt8(generator.next(below: 256))
      for index in piece { bytes[index] = value }
    }
  }
}

extension [UInt8] {
  /// Overwrites bytes with a number on the border of what 1, 2, 4 or 8 bytes hold.
  fileprivate mutating func writeNumber(at place: Int, using generator: inout SeededGenerator) {
    let byteCount = 1 << generator.next(below: 4)
    let limit: UInt64 = 1 << UInt64(generator.next(below: 64))
    let value = limit &+ UInt64(generator.next(below: 3)) &- 1
    for index in 0..<byteCount where place + index < count {
      self[place + index] = UInt8(truncatingIfNeeded: value >> (8 * UInt64(index)))
    }
  }

  /// Numbers on the borders of integers and floats.
  private static let borders = [
    "0", "-1", "-0", "1", "7", "127", "255", "256", "32767", "65535", "65536", "16777216",
    "2147483647", "2147483648",
    "4294967295", "4294967296", "4611686018427387904", "9223372036854775807", "9223372036854775808",
    "18446744073709551615", "18446744073709551616", "340282366920938463463374607431768211456",
    "0.5", "-0.5", "1e-9", "1e9", "1e38", "1e39", "1e308", "1e309", "-1e400", "1e-400",
    "1e99999999999999999999", "0.1e1", "00", "1.0", "1e0",
  ].map { Array($0.utf8) }

  /// Replaces the first decimal number from a place on.
  fileprivate mutating func replaceDigits(from place: Int, using generator: inout SeededGenerator) {
    func isDigit(_ byte: UInt8) -> Bool { 0x30...0x39 ~= byte }
    guard let start = self[Swift.min(place, count)...].firstIndex(where: isDigit),
      let number = generator.element(of: Self.borders)
    else { return }
    let end = self[start...].firstIndex { !isDigit($0) } ?? count
    replaceSubrange(start..<end, with: number)
  }
}

extension SeededGenerator {
  /// One of some values; nil if there are none.
  public mutating func element<Element>(of elements: [Element]) -> Element? {
    elements.isEmpty ? nil : elements[next(below: elements.count)]
  }

  /// Mostly small, seldom up to 255.
  fileprivate mutating func length() -> Int { next(below: 1 << (1 + next(below: 8))) }

  /// A few random bytes.
  fileprivate mutating func bytes() -> [UInt8] {
    (0...length()).map { _ in UInt8(next(below: 256)) }
  }
}
