import ModelFiles
import Tensors
import TestSupport
import Testing

struct SafetensorsWritingTests {
  @Test func valuesRoundTripBitByBit() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/model.safetensors"
    let odd: [Float] = [0, -0.0, .infinity, -.infinity, .nan, .leastNonzeroMagnitude, 1]
    let tensors: [(String, Tensor)] = [
      ("odd", Tensor(odd, shape: [7, 1])), ("none", Tensor([], shape: [3, 0, 2])),
      ("one", Tensor(scalar: 5)), ("naïve \"name\"\\\n", Tensor([1, 2])), ("", Tensor([3])),
    ]
    let integers: [Int64] = [.min, -1, 0, .max]
    let metadata = ["b": "2", "a": "ü\"\\\u{1}", "": ""]
    try SafetensorsFile.write(
      tensors.map { .init($0.0, $0.1) }
        + [.init("i", integers: integers, dimensions: [2, 2]), .init("j", integers: [])],
      metadata: metadata, to: path)
    let file = try SafetensorsFile(contentsOf: path)
    #expect(file.metadata == metadata)
    for (name, tensor) in tensors {
      let read = try file.tensor(named: name)
      #expect(read.shape == tensor.shape)
      #expect(read.scalars.map(\.bitPattern) == tensor.scalars.map(\.bitPattern))
    }
    #expect(try file.integers(named: "i") == integers)
    #expect(file.entry(named: "i")?.dimensions == [2, 2])
    #expect(try file.integers(named: "j") == [])
    #expect(file.entries.map(\.name) == ["i", "j", "odd", "none", "one", "naïve \"name\"\\\n", ""])
  }

  @Test(arguments: 0..<9)
  func dataAreAligned(_ nameLength: Int) throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/model.safetensors"
    let name = String(repeating: "x", count: nameLength)
    let tensor = Tensor([1, 2, 3])
    try SafetensorsFile.write([.init(name, tensor), .init(name + "y", integers: [7])], to: path)
    let bytes = try contents(of: path)
    #expect((bytes.count - 8 - 12) % 8 == 0)
    let file = try SafetensorsFile(contentsOf: path)
    for entry in file.entries {
      #expect(entry.byteRange.lowerBound % entry.dataType.byteCount == 0)
    }
    #expect(try file.tensor(named: name) == tensor)
  }

  @Test func equalArgumentsGiveEqualBytes() throws {
    let folder = try TemporaryFolder()
    let metadata = Dictionary(uniqueKeysWithValues: (0..<20).map { ("key\($0)", "v") })
    let shuffled = Dictionary(uniqueKeysWithValues: (0..<20).reversed().map { ("key\($0)", "v") })
    let paths = [folder.path + "/a", folder.path + "/b"]
    try SafetensorsFile.write([.init("t", Tensor([1]))], metadata: metadata, to: paths[0])
    try SafetensorsFile.write([.init("t", Tensor([1]))], metadata: shuffled, to: paths[1])
    #expect(try contents(of: paths[0]) == contents(of: paths[1]))
  }

  @Test func namesAndSizesAreChecked() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/model.safetensors"
    func problem(_ values: [SafetensorsFile.NamedValues]) throws -> SafetensorsError.Problem {
      try #require(throws: SafetensorsError.self) {
        try SafetensorsFile.write(values, to: path)
      }.problem
    }
    #expect(
      try problem([.init("t", Tensor([1])), .init("t", integers: [1])]) == .duplicateName)
    #expect(try problem([.init("__metadata__", Tensor([1]))]) == .reservedName)
    #expect(
      try problem([.init("t", integers: [1, 2], dimensions: [3])])
        == .elementCount(expected: 3, found: 2))
    #expect(try folder.names().isEmpty)
  }

  /// What is open keeps its contents when the file is replaced.
  @Test func replacingAnOpenFileLeavesItsReadersAlone() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/model.safetensors"
    try SafetensorsFile.write([.init("t", Tensor([1, 2, 3]))], to: path)
    let old = try SafetensorsFile(contentsOf: path)
    try SafetensorsFile.write([.init("t", Tensor([4]))], to: path)
    #expect(try old.tensor(named: "t").scalars == [1, 2, 3])
    #expect(try SafetensorsFile(contentsOf: path).tensor(named: "t").scalars == [4])
  }
}
