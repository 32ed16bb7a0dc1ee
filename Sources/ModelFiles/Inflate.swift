/// Decompression of DEFLATE data (RFC 1951) into memory of a known size.
///
/// The output is given beforehand and never grows, so damaged or hostile data cannot ask for memory. What is accepted
/// is what zlib accepts.
struct Inflate {
  /// Decompresses `input` into `output`, which it must fill exactly, using up all of the input.
  static func decompress(
    _ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer
  ) throws(InflateError) {
    var inflate = Inflate(input, output)
    try inflate.run()
  }

  private var bits: BitReader
  private let output: UnsafeMutableRawBufferPointer
  private var place = 0
  private var symbols = PrefixCode()
  private var distances = PrefixCode()

  private init(_ input: UnsafeRawBufferPointer, _ output: UnsafeMutableRawBufferPointer) {
    bits = BitReader(input)
    self.output = output
  }

  private mutating func run() throws(InflateError) {
    var isLast = false
    while !isLast {
      isLast = try bits.take(1) == 1
      switch try bits.take(2) {
      case 0: try copyStored()
      case 1:
        (symbols, distances) = Self.fixedCodes
        try decodeBlock()
      case 2:
        try readCodes()
        try decodeBlock()
      default: throw .blockType
      }
    }
    if place != output.count { throw .tooShort(expected: output.count, found: place) }
    let unused = bits.unusedBytes
    if unused > 0 { throw .unusedInput(byteCount: unused) }
  }

  /// A block without compression (section 3.2.4).
  private mutating func copyStored() throws(InflateError) {
    bits.skipToByte()
    let count = try bits.take(16)
    let complement = try bits.take(16)
    if count != complement ^ 0xFFFF {
      throw .storedLength(count: Int(count), complement: Int(complement))
    }
    let bytes = try bits.takeBytes(Int(count))
    if bytes.count > output.count - place { throw .tooLong(expected: output.count) }
    UnsafeMutableRawBufferPointer(rebasing: output[place...]).copyMemory(from: bytes)
    place += bytes.count
  }

  /// The codes of section 3.2.6. Both are complete.
  private static let fixedCodes: (symbols: PrefixCode, distances: PrefixCode) = {
    let lengths = (0..<288).map { symbol -> UInt8 in
      symbol < 144 ? 8 : symbol < 256 ? 9 : symbol < 280 ? 7 : 8
    }
    var codes = (symbols: PrefixCode(), distances: PrefixCode())
    _ = codes.symbols.build(lengths[...])
    _ = codes.distances.build([UInt8](repeating: 5, count: 32)[...])
    return codes
  }()

  /// The order in which a block gives the lengths of the code that its codes' lengths are written in.
  private static let lengthOrder = [
    16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15,
  ]

  /// The codes of a block that brings its own (section 3.2.7).
  private mutating func readCodes() throws(InflateError) {
    let symbolCount = Int(try bits.take(5)) + 257
    let distanceCount = Int(try bits.take(5)) + 1
    let lengthCount = Int(try bits.take(4)) + 4
    if symbolCount > 286 || distanceCount > 30 {
      throw .codeCounts(symbols: symbolCount, distances: distanceCount)
    }
    var lengths = [UInt8](repeating: 0, count: 19)
    for index in 0..<lengthCount { lengths[Self.lengthOrder[index]] = UInt8(try bits.take(3)) }
    // Borrowed until the codes of distances are known.
    guard distances.build(lengths[...]) == .complete else { throw .codeLengths("code lengths") }

    lengths = []
    let count = symbolCount + distanceCount
    while lengths.count < count {
      let symbol = try distances.decode(&bits)
      if symbol < 16 {
        lengths.append(UInt8(symbol))
        continue
      }
      let repeated: (value: UInt8, count: Int)
      switch symbol {
      case 16:
        guard let last = lengths.last else { throw .repetition }
        repeated = (last, 3 + Int(try bits.take(2)))
      case 17: repeated = (0, 3 + Int(try bits.take(3)))
      default: repeated = (0, 11 + Int(try bits.take(7)))
      }
      if repeated.count > count - lengths.count { throw .repetition }
      lengths += Array(repeating: repeated.value, count: repeated.count)
    }
    if lengths[256] == 0 { throw .noEndOfBlock }
    // A code may have one word alone, of one bit; that of distances, which a block may not need, may have none.
    switch symbols.build(lengths[..<symbolCount]) {
    case .complete, .single: break
    case .empty, .invalid: throw .codeLengths("symbols")
    }
    if distances.build(lengths[symbolCount...]) == .invalid { throw .codeLengths("distances") }
  }

  /// Literals and repetitions up to the end of a block (section 3.2.3).
  private mutating func decodeBlock() throws(InflateError) {
    while true {
      let symbol = try symbols.decode(&bits)
      if symbol < 256 {
        if place == output.count { throw .tooLong(expected: output.count) }
        output[place] = UInt8(symbol)
        place += 1
        continue
      }
      if symbol == 256 { return }
      let length = try length(symbol)
      let distance = try distance(try distances.decode(&bits))
      if distance > place { throw .distance(distance, available: place) }
      if length > output.count - place { throw .tooLong(expected: output.count) }
      // One by one, since a repetition may overlap with itself.
      for index in place..<place + length { output[index] = output[index - distance] }
      place += length
    }
  }

  /// Section 3.2.5: eight lengths of their own, then four for each number of extra bits, then the longest.
  private mutating func length(_ symbol: Int) throws(InflateError) -> Int {
    let step = symbol - 257
    if step < 8 { return 3 + step }
    if step == 28 { return 258 }
    if step > 28 { throw .symbol(symbol) }
    let extraBits = step / 4 - 1
    return 3 + (4 + step % 4) << extraBits + Int(try bits.take(extraBits))
  }

  /// Section 3.2.5: four distances of their own, then two for each number of extra bits.
  private mutating func distance(_ symbol: Int) throws(InflateError) -> Int {
    if symbol < 4 { return 1 + symbol }
    if symbol > 29 { throw .distanceSymbol(symbol) }
    let extraBits = symbol / 2 - 1
    return 1 + (2 + symbol % 2) << extraBits + Int(try bits.take(extraBits))
  }
}

/// Compressed data that are damaged or hold something else than was said.
enum InflateError: Error, Equatable {
  /// The data end inside a block.
  case endOfInput
  /// A block of the reserved type.
  case blockType
  case storedLength(count: Int, complement: Int)
  case codeCounts(symbols: Int, distances: Int)
  /// Lengths of a code's words that make no code.
  case codeLengths(String)
  /// A repetition of nothing, or beyond the end, in the lengths of codes.
  case repetition
  case noEndOfBlock
  /// Bits that are no word of the code.
  case word
  case symbol(Int)
  case distanceSymbol(Int)
  /// A repetition of what is before the beginning.
  case distance(Int, available: Int)
  case tooLong(expected: Int)
  case tooShort(expected: Int, found: Int)
  /// Bytes after the last block.
  case unusedInput(byteCount: Int)
}

extension InflateError: CustomStringConvertible {
  var description: String {
    switch self {
    case .endOfInput: "they end inside a block"
    case .blockType: "expected a block of type 0, 1 or 2, found 3"
    case .storedLength(let count, let complement):
      "expected the complement of the length \(count), found \(complement)"
    case .codeCounts(let symbols, let distances):
      "expected at most 286 symbols and 30 distances, found \(symbols) and \(distances)"
    case .codeLengths(let code): "the lengths of the words for \(code) make no code"
    case .repetition: "a repetition among the lengths of words has nothing to repeat or no room"
    case .noEndOfBlock: "a code has no word for the end of the block"
    case .word: "found bits that are no word of the code"
    case .symbol(let symbol): "expected a symbol up to 285, found \(symbol)"
    case .distanceSymbol(let symbol): "expected a distance's symbol up to 29, found \(symbol)"
    case .distance(let distance, let available):
      "expected a distance of at most the \(available) bytes so far, found \(distance)"
    case .tooLong(let expected): "expected \(expected) bytes, found more"
    case .tooShort(let expected, let found): "expected \(expected) bytes, found \(found)"
    case .unusedInput(let byteCount):
      "expected nothing after the last block, found \(byteCount) bytes"
    }
  }
}
