import Fuzzing
import Tensors
import Testing

@testable import ModelFiles

/// Against zlib: Tests/Fixtures/make_numpy.py made the data, damaged many, and wrote down what zlib makes of them.
struct InflateTests {
  struct Stream {
    let bytes: [UInt8]
    /// Of what comes out; -1: zlib refuses it.
    let size: Int
    let checksum: Int64
  }

  static func streams() throws -> [Stream] {
    let file = try NumPyFixture.archive("deflate.npz")
    let bytes = try file.array(named: "bytes").withUnsafeBytes { Array($0) }
    let sizes = try file.integers(named: "sizes")
    let checksums = try file.integers(named: "checksums")
    var start = 0
    return try file.integers(named: "ends").enumerated().map { index, end in
      defer { start = Int(end) }
      return Stream(
        bytes: Array(bytes[start..<Int(end)]), size: Int(sizes[index]), checksum: checksums[index])
    }
  }

  private func inflate(_ bytes: [UInt8], size: Int) -> Result<[UInt8], InflateError> {
    // One more, to see that nothing is written beyond the end.
    var output = [UInt8](repeating: 0xAA, count: size + 1)
    let result = output.withUnsafeMutableBytes { output in
      bytes.withUnsafeBytes { bytes -> Result<Void, InflateError> in
        do throws(InflateError) {
          return .success(
            try Inflate.decompress(
              bytes, into: UnsafeMutableRawBufferPointer(rebasing: output[..<size])))
        } catch {
          return .failure(error)
        }
      }
    }
    #expect(output[size] == 0xAA)
    return result.map { Array(output.dropLast()) }
  }

  @Test func whatZlibReadsIsReadAndNothingElse() throws {
    let streams = try Self.streams()
    #expect(streams.count > 600)
    var (read, refused) = (0, 0)
    for (index, stream) in streams.enumerated() {
      if stream.size < 0 {
        // Whatever size is said.
        for size in [0, 1, 300, 40_000] {
          if case .success = inflate(stream.bytes, size: size) {
            Issue.record("stream \(index) of \(size) bytes")
          }
        }
        refused += 1
        continue
      }
      let output = try inflate(stream.bytes, size: stream.size).get()
      let checksum = output.withUnsafeBytes { CRC32.of($0) }
      #expect(Int64(checksum) == stream.checksum, "stream \(index)")
      read += 1
      #expect(
        inflate(stream.bytes, size: stream.size + 1)
          == .failure(.tooShort(expected: stream.size + 1, found: stream.size)))
      if stream.size > 0 {
        #expect(
          inflate(stream.bytes, size: stream.size - 1)
            == .failure(.tooLong(expected: stream.size - 1)))
      }
      #expect(
        inflate(stream.bytes + [0], size: stream.size) == .failure(.unusedInput(byteCount: 1)))
      if stream.bytes.count < 100 {
        for count in stream.bytes.indices {
          #expect(
            inflate(Array(stream.bytes[..<count]), size: stream.size) == .failure(.endOfInput))
        }
      }
    }
    #expect(read > 200 && refused > 300)
  }

  @Test(
    arguments: [
      ([], .endOfInput), ([0x07], .blockType),
      ([0x01, 0, 0, 0, 0], .storedLength(count: 0, complement: 0)),
      // 287 symbols; 31 distances.
      ([0x05 | 30 << 3, 0, 0], .codeCounts(symbols: 287, distances: 1)),
      ([0x05, 30, 0], .codeCounts(symbols: 257, distances: 31)),
      // Fixed codes: symbol 286 (11000110), and a repetition of length 3 at distance 1 with nothing before.
      ([0x1B, 0x03], .symbol(286)), ([0x03, 0x02], .distance(1, available: 0)),
    ] as [([UInt8], InflateError)])
  func damageIsNamed(_ bytes: [UInt8], _ error: InflateError) {
    #expect(inflate(bytes, size: 10) == .failure(error))
    #expect(!error.description.isEmpty)
  }

  /// What zlib calls incomplete and over-subscribed; a word that stands alone has one bit.
  @Test(
    arguments: [
      ([], .empty), ([0, 0], .empty), ([0, 1], .single), ([0, 2], .invalid), ([15], .invalid),
      ([1, 1], .complete), ([2, 1, 2], .complete), ([1, 1, 1], .invalid), ([1, 2], .invalid),
      ((1...15) + [15], .complete), ((1...15) + [15, 15], .invalid),
    ] as [([UInt8], PrefixCode.Completeness)])
  func lengthsMakeACodeOrNone(_ lengths: [UInt8], _ expected: PrefixCode.Completeness) {
    var code = PrefixCode()
    #expect(code.build(lengths[...]) == expected)
  }

  /// The checksum that every description of CRC-32 gives, in pieces of every length.
  @Test func checksumsDoNotDependOnPieces() {
    let text = Array("123456789".utf8)
    #expect(text.withUnsafeBytes { CRC32.of($0) } == 0xCBF4_3926)
    #expect([UInt8]().withUnsafeBytes { CRC32.of($0) } == 0)
    let bytes = (0..<40).map { UInt8($0 * 5) }
    let whole = bytes.withUnsafeBytes { CRC32.of($0) }
    for cut in 0...bytes.count {
      var checksum = CRC32()
      bytes[..<cut].withUnsafeBytes { checksum.update($0) }
      bytes[cut...].withUnsafeBytes { checksum.update($0) }
      #expect(checksum.value == whole)
    }
  }

  /// Damage of all kinds is met, and nothing is written beyond the end.
  @Test func damagedDataAreAnErrorOrOtherData() throws {
    let samples = try Self.streams().filter { $0.size >= 0 && $0.bytes.count < 300 }.map(\.bytes)
    let mutator = ByteMutator()
    var generator = SeededGenerator(seed: 3)
    var problems: Set<String> = []
    for number in 0..<3000 {
      var bytes = samples[number % samples.count]
      mutator.mutate(&bytes, others: samples, using: &generator)
      if case .failure(let error) = inflate(bytes, size: 1000) {
        problems.insert(String("\(error)".prefix { !$0.isNumber }))
      }
    }
    #expect(problems.count >= 10)
  }
}
