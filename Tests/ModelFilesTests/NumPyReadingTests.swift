import ModelFiles
import Tensors
import TestSupport
import Testing

struct NumPyReadingTests {
  static let names = [
    "f8", "f4", "f2", "i8", "i4", "i2", "i1", "u8", "u8_large", "u4", "u2", "u1", "b1", "scalar",
    "empty", "one", "größe/ü",
  ]

  /// Stored, deflated, with 64-bit sizes, and with sizes after the data.
  @Test(arguments: ["stored.npz", "compressed.npz", "zip64.npz", "streamed.npz"])
  func everyTypeThatNumPyWritesIsRead(_ file: String) throws {
    let archive = try NumPyFixture.archive(file)
    #expect(archive.names.prefix(Self.names.count) == Self.names[...])
    let floats: [Float] = [0, -0.0, 1.5, -2.25, 65504, 0x1p-24]
    for (name, shape) in [("f8", [2, 3]), ("f4", [2, 3]), ("f2", [6])] {
      let tensor = try archive.tensor(named: name)
      #expect(tensor.shape.dimensions == shape)
      #expect(tensor.scalars.map(\.bitPattern) == floats.map(\.bitPattern))
    }
    for (name, first) in [
      ("i8", -1 << 62), ("i4", -1 << 31), ("i2", -1 << 15), ("i1", -1 << 7), ("u8", .max),
      ("u4", 1 << 32 - 1), ("u2", 1 << 16 - 1), ("u1", 255),
    ] as [(String, Int64)] {
      #expect(try archive.integers(named: name) == [first, 0, 7])
      #expect(try archive.tensor(named: name).scalars == [Float(first), 0, 7])
      #expect(try archive.array(named: name).dataType.rawValue == name)
    }
    #expect(try archive.tensor(named: "u8_large").scalars == [0, 0x1p63])
    #expect(try archive.tensor(named: "b1").scalars == [1, 0, 1])
    #expect(try archive.array(named: "b1").dataType == .bool)
    #expect(try archive.tensor(named: "scalar").shape == [])
    #expect(try archive.tensor(named: "scalar").scalar == 3.25)
    #expect(try archive.tensor(named: "empty").shape == [0, 5])
    #expect(try archive.array(named: "empty").elementCount == 0)
    #expect(try archive.tensor(named: "one").shape == [1, 1, 1, 1])
    #expect(try archive.tensor(named: "größe/ü").scalars == [7])
  }

  @Test func longDeflatedArraysAreRead() throws {
    let archive = try NumPyFixture.archive("compressed.npz")
    let long = try archive.integers(named: "long")
    #expect(long.count == 70_000)
    #expect(long.indices.allSatisfy { long[$0] == Int64($0 % 1000) })
    #expect(try archive.array(named: "random").dimensions == [2000])
  }

  @Test func anArchiveWithoutArraysIsRead() throws {
    #expect(try NumPyFixture.archive("none.npz").names.isEmpty)
  }

  @Test(arguments: ["version1.npy", "version2.npy", "version3.npy"])
  func everyVersionIsRead(_ file: String) throws {
    let path = NumPyFixture.path(file)
    let array = try NumPyArray(contentsOf: path)
    #expect(array.dimensions == [2, 3])
    #expect(array.dataType == .float32)
    #expect(array.file == path)
    #expect(array.tensor().scalars == [0, 0, 1.5, -2.25, 65504, 0x1p-24])
  }

  @Test(
    arguments: [
      ("fortran.npy", .fortranOrder), ("big_endian.npy", .bigEndian(">f4")),
      ("objects.npy", .pickledObjects), ("complex.npy", .unsupportedType("'<c8'")),
      ("text.npy", .unsupportedType("'<U2'")), ("record.npy", .unsupportedType("a record")),
    ] as [(String, NumPyError.Problem)])
  func whatIsNotReadIsNamed(_ file: String, _ problem: NumPyError.Problem) throws {
    let path = NumPyFixture.path(file)
    let error = try #require(throws: NumPyError.self) { try NumPyArray(contentsOf: path) }
    #expect(error == NumPyError(file: path, problem: problem))
    #expect(error.description.hasPrefix(path + ": expected "))
  }

  @Test func missingArraysAndWrongTypesAreTold() throws {
    let archive = try NumPyFixture.archive("stored.npz")
    let missing = try #require(throws: NumPyError.self) { try archive.array(named: "f16") }
    #expect(missing.array == "f16")
    #expect(missing.problem == .missing(known: Self.names))
    let floats = try #require(throws: NumPyError.self) { try archive.integers(named: "f4") }
    #expect(floats.array == "f4")
    #expect(floats.problem == .dataType(expected: "an integer type", found: .float32))
    let large = try #require(throws: NumPyError.self) { try archive.integers(named: "u8_large") }
    #expect(large.problem == .integerOverflow(1 << 63))
    #expect(throws: NumPyError.self) { try archive.integers(named: "b1") }
  }

  @Test func missingFilesAndFoldersAreNamed() throws {
    let folder = try TemporaryFolder()
    for path in [folder.path + "/nothing", folder.path] {
      for error in [
        try #require(throws: FileError.self) { try NumPyArray(contentsOf: path) },
        try #require(throws: FileError.self) { try NumPyArchive(contentsOf: path) },
      ] { #expect(error.path == path) }
    }
  }

  @Test func requiredArraysComeInOrderOrNotAtAll() throws {
    let bytes = try contents(of: NumPyFixture.path("none.npz"))
    #expect(try NumPyArchive(bytes: bytes, name: "none").tensors([]).isEmpty)
    let folder = try TemporaryFolder()
    let path = folder.path + "/two.npz"
    try NumPyArchive.write(
      [("a", NumPyArray(Tensor([1, 2]))), ("b", NumPyArray(integers: [3]))], to: path)
    let archive = try NumPyArchive(contentsOf: path)
    let both = try archive.tensors([.init("b", [1]), .init("a", [2])])
    #expect(both.map(\.scalars) == [[3], [1, 2]])
    for (requirements, problem) in [
      ([.init("a", [2])], .unexpected(expected: ["a"])),
      ([.init("a", [2]), .init("b", [1]), .init("c", [])], .missing(known: ["a", "b"])),
      ([.init("a", [2, 1]), .init("b", [1])], .shape(expected: [2, 1], found: [2])),
    ] as [([NumPyArchive.Requirement], NumPyError.Problem)] {
      let error = try #require(throws: NumPyError.self) { try archive.tensors(requirements) }
      #expect(error.problem == problem)
    }
  }
}
