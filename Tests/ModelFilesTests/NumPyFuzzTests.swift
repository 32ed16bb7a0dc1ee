import Tensors
import TestSupport
import Testing

@testable import ModelFiles

/// Thousands of damaged files, the same ones every time: each is an error or another valid file, and none may stop
/// the program or ask for more memory than the limits say.
struct NumPyFuzzTests {
  private static let limits = ZipLimits(
    entryCount: 64, entryByteCount: 1 << 16, totalByteCount: 1 << 18)

  /// Changes of the kinds that break readers.
  private struct Mutator {
    var generator: SeededGenerator
    let samples: [[UInt8]]

    mutating func number(below limit: Int) -> Int {
      limit > 0 ? Int(generator.next() % UInt64(limit)) : 0
    }

    mutating func mutated() -> [UInt8] {
      var bytes = samples[number(below: samples.count)]
      for _ in 0...number(below: 3) { change(&bytes) }
      return bytes
    }

    private mutating func change(_ bytes: inout [UInt8]) {
      if bytes.isEmpty { return }
      let place = number(below: bytes.count)
      switch number(below: 8) {
      case 0: bytes[place] ^= 1 << UInt8(number(below: 8))
      case 1: bytes[place] = UInt8(number(below: 256))
      case 2: bytes.removeSubrange(place..<min(bytes.count, place + 1 + number(below: 40)))
      case 3: bytes.insert(contentsOf: (0...number(below: 8)).map { UInt8($0 * 31) }, at: place)
      case 4:
        // Sizes on the border, of 1, 2, 4 or 8 bytes.
        let count = 1 << number(below: 4)
        let value: UInt64 = [0, 1, .max, 1 << 31, 1 << 63, 0x7FFF, 0xFFFE, 0xFFFF_FFFE][
          number(below: 8)]
        for index in 0..<count where place + index < bytes.count {
          bytes[place + index] = UInt8(truncatingIfNeeded: value >> (8 * UInt64(index)))
        }
      case 5: bytes.removeLast(number(below: bytes.count))
      case 6:
        let from = number(below: bytes.count)
        let part = Array(bytes[from..<min(bytes.count, from + number(below: 60))])
        bytes.insert(contentsOf: part, at: place)
      default:
        // Where zip files keep what matters.
        let end = max(0, bytes.count - 1 - number(below: 80))
        bytes[end] = UInt8(number(below: 256))
      }
    }
  }

  /// Whether it was read; anything but a typed error goes through.
  private func isRead(_ body: () throws -> Void) throws -> Bool {
    do {
      try body()
      return true
    } catch is NumPyError {
      return false
    } catch is ZipError {
      return false
    }
  }

  private func smallArchives() throws -> [[UInt8]] {
    let folder = try TemporaryFolder()
    let arrays = [
      (name: "a", array: NumPyArray(Tensor([1, 2, 3], shape: [3, 1]))),
      (name: "ü", array: NumPyArray(integers: [-1])),
    ]
    var archives: [[UInt8]] = []
    for sizeLimit in [ZipWriter.sizeLimit, 0] {
      let path = folder.path + "/a.npz"
      try NumPyArchive.write(arrays, to: path, sizeLimit: sizeLimit)
      archives.append(try contents(of: path))
    }
    for name in ["zip64.npz", "streamed.npz"] {
      archives.append(try contents(of: NumPyFixture.path(name)))
    }
    return archives
  }

  @Test func damagedArchives() throws {
    var mutator = Mutator(generator: SeededGenerator(seed: 1), samples: try smallArchives())
    var read = 0
    let count = 3000
    for _ in 0..<count {
      let bytes = mutator.mutated()
      let isRead = try isRead {
        let archive = try NumPyArchive(bytes: bytes, name: "x", limits: Self.limits)
        for name in archive.names { _ = try archive.tensor(named: name) }
      }
      if isRead { read += 1 }
    }
    // Some changes are where nobody looks: dates, versions, attributes.
    #expect(read > 0 && read < count / 4)
  }

  @Test func damagedArrays() throws {
    let samples = try ["version1.npy", "version2.npy", "text.npy"].map {
      try contents(of: NumPyFixture.path($0))
    }
    var mutator = Mutator(generator: SeededGenerator(seed: 2), samples: samples)
    var read = 0
    let count = 3000
    for _ in 0..<count {
      let bytes = mutator.mutated()
      let isRead = try isRead {
        let array = try NumPyArray(bytes: bytes, name: "x")
        #expect(array.tensor().count == array.elementCount)
        #expect(array.elementCount * array.dataType.byteCount <= bytes.count)
      }
      if isRead { read += 1 }
    }
    #expect(read > 0 && read < count / 2)
  }

  @Test func damagedCompressedData() throws {
    let samples = try InflateTests.streams().filter { $0.size >= 0 && $0.bytes.count < 300 }
    var mutator = Mutator(
      generator: SeededGenerator(seed: 3), samples: samples.map(\.bytes))
    var output = [UInt8](repeating: 0, count: 1001)
    var problems: Set<String> = []
    for _ in 0..<3000 {
      let bytes = mutator.mutated()
      output[1000] = 0xAA
      output.withUnsafeMutableBytes { output in
        bytes.withUnsafeBytes { bytes in
          do throws(InflateError) {
            try Inflate.decompress(
              bytes, into: UnsafeMutableRawBufferPointer(rebasing: output[..<1000]))
          } catch {
            problems.insert(String("\(error)".prefix { !$0.isNumber }))
          }
        }
      }
      #expect(output[1000] == 0xAA)
    }
    // Damage of all kinds was met.
    #expect(problems.count >= 10)
  }
}
