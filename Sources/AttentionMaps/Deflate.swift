/// Compression of pictures of flat cells (RFC 1951): one block of the fixed code, with repetitions looked for
/// at a few distances only.
enum Deflate {
  /// The compressed bytes.
  ///
  /// - Parameter distances: how far back a repetition may lie; those beyond 32768 are not used.
  static func compressed(_ bytes: [UInt8], distances: [Int]) -> [UInt8] {
    let distances = distances.filter { 1...32768 ~= $0 }
    var output = BitWriter()
    // The last block, of the fixed code.
    output.write(1, count: 1)
    output.write(1, count: 2)
    var place = 0
    while place < bytes.count {
      var best = (length: 0, distance: 0)
      for distance in distances where distance <= place {
        let length = repetition(in: bytes, at: place, distance: distance)
        if length > best.length { best = (length, distance) }
      }
      if best.length >= 3 {
        write(length: best.length, distance: best.distance, to: &output)
        place += best.length
      } else {
        write(symbol: Int(bytes[place]), to: &output)
        place += 1
      }
    }
    write(symbol: 256, to: &output)
    return output.finished()
  }

  private static func repetition(in bytes: [UInt8], at place: Int, distance: Int) -> Int {
    bytes.withUnsafeBufferPointer { bytes in
      let limit = min(258, bytes.count - place)
      var length = 0
      while length < limit && bytes[place + length] == bytes[place + length - distance] {
        length += 1
      }
      return length
    }
  }

  /// A literal, the end (256) or a length's symbol, in the fixed code of section 3.2.6.
  private static func write(symbol: Int, to output: inout BitWriter) {
    switch symbol {
    case 0...143: output.writeCode(0x30 + symbol, count: 8)
    case 144...255: output.writeCode(0x190 + symbol - 144, count: 9)
    case 256...279: output.writeCode(symbol - 256, count: 7)
    default: output.writeCode(0xC0 + symbol - 280, count: 8)
    }
  }

  private static func write(length: Int, distance: Int, to output: inout BitWriter) {
    let step = lengths.lastIndex { $0.first <= length }!
    write(symbol: 257 + step, to: &output)
    output.write(length - lengths[step].first, count: lengths[step].extraBits)
    let far = self.distances.lastIndex { $0.first <= distance }!
    output.writeCode(far, count: 5)
    output.write(distance - self.distances[far].first, count: self.distances[far].extraBits)
  }

  private typealias Step = (first: Int, extraBits: Int)

  /// The tables of section 3.2.5: each symbol's first value, and how many bits choose among those from it on.
  private static let lengths: [Step] = {
    var steps = progression(from: 3, extraBits: (0..<28).map { $0 < 8 ? 0 : $0 / 4 - 1 })
    // The longest has a symbol of its own.
    steps.append((258, 0))
    return steps
  }()

  private static let distances = progression(
    from: 1, extraBits: (0..<30).map { $0 < 4 ? 0 : $0 / 2 - 1 })

  private static func progression(from first: Int, extraBits: [Int]) -> [Step] {
    var steps: [Step] = []
    var value = first
    for bits in extraBits {
      steps.append((value, bits))
      value += 1 << bits
    }
    return steps
  }
}

/// Bits, the least significant of a byte first.
private struct BitWriter {
  private var bytes: [UInt8] = []
  private var pending: UInt64 = 0
  private var pendingCount = 0

  /// A number, its least significant bit first.
  mutating func write(_ value: Int, count: Int) {
    pending |= UInt64(value) << UInt64(pendingCount)
    pendingCount += count
    while pendingCount >= 8 {
      bytes.append(UInt8(truncatingIfNeeded: pending))
      pending >>= 8
      pendingCount -= 8
    }
  }

  /// A word of the Huffman code, its most significant bit first.
  mutating func writeCode(_ code: Int, count: Int) {
    var reversed = 0
    for bit in 0..<count where code >> bit & 1 == 1 { reversed |= 1 << (count - 1 - bit) }
    write(reversed, count: count)
  }

  /// All bytes, the last one filled up.
  mutating func finished() -> [UInt8] {
    if pendingCount > 0 { write(0, count: 8 - pendingCount) }
    return bytes
  }
}
