import Foundation
import Tensors
import TestSupport
import Testing

@testable import ModelFiles

struct NumPyWritingTests {
  /// In the fixture's order, those of the types that are written.
  private func samples() -> [(name: String, array: NumPyArray)] {
    [
      ("a", NumPyArray(Tensor([0, -0.0, 1.5, -2.25, 65504, 0x1p-24], shape: [2, 3]))),
      ("scalar", NumPyArray(Tensor(scalar: 3.25))),
      ("größe/ü", NumPyArray(integers: [.min, 0, .max])),
      ("empty", NumPyArray(.zeros([0, 5]))),
      ("whole", NumPyArray(integers: [5], dimensions: [])),
    ]
  }

  /// The header of NumPy's own file, bit by bit.
  @Test func filesAreThoseOfNumPy() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/a.npy"
    let expected = NumPyFixture.path("version1.npy")
    try NumPyArray(NumPyArray(contentsOf: expected).tensor()).write(to: path)
    #expect(try contents(of: path) == contents(of: expected))
    #expect(try folder.names() == ["a.npy"])
    for (name, array) in samples() {
      try array.write(to: path)
      let read = try NumPyArray(contentsOf: path)
      #expect(read.dimensions == array.dimensions, "\(name)")
      #expect(read.dataType == array.dataType)
      #expect(read.tensor() == array.tensor())
      // The elements begin where NumPy would have them.
      #expect((try contents(of: path).count - 4 * array.elementCount) % 4 == 0)
    }
  }

  /// Sizes and offsets in 32 bits, in 64 bits from some place on, and always in 64 bits.
  @Test(arguments: [ZipWriter.sizeLimit, 300, 150, 0])
  func whatIsWrittenIsRead(_ sizeLimit: Int) throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/a.npz"
    try NumPyArchive.write(samples(), to: path, sizeLimit: sizeLimit)
    let archive = try NumPyArchive(contentsOf: path)
    #expect(archive.names == samples().map(\.name))
    for (name, array) in samples() {
      let read = try archive.array(named: name)
      #expect(read.dimensions == array.dimensions)
      #expect(read.dataType == array.dataType)
      #expect(read.withUnsafeBytes { Array($0) } == array.withUnsafeBytes { Array($0) })
    }
    let first = try contents(of: path)
    try NumPyArchive.write(samples(), to: path, sizeLimit: sizeLimit)
    #expect(try contents(of: path) == first)
  }

  @Test func manyArraysAndNone() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/a.npz"
    try NumPyArchive.write([], to: path)
    #expect(try contents(of: path) == contents(of: NumPyFixture.path("none.npz")))
    let array = NumPyArray(Tensor([1]))
    try NumPyArchive.write((0..<300).map { ("\($0)", array) }, to: path)
    let archive = try NumPyArchive(contentsOf: path)
    #expect(archive.names == (0..<300).map(String.init))
    #expect(try archive.tensor(named: "299").scalars == [1])
  }

  @Test func arraysOfAFileAreCopiedAsTheyAre() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/copy.npz"
    let original = try NumPyFixture.archive("compressed.npz")
    try NumPyArchive.write(
      original.names.map { ($0, try original.array(named: $0)) }, to: path)
    let copy = try NumPyArchive(contentsOf: path)
    #expect(copy.names == original.names)
    for name in copy.names {
      let (a, b) = (try copy.array(named: name), try original.array(named: name))
      #expect(a.dataType == b.dataType && a.dimensions == b.dimensions)
      #expect(a.withUnsafeBytes { Array($0) } == b.withUnsafeBytes { Array($0) })
    }
  }

  @Test func namesThatCannotBeAreRefused() throws {
    let folder = try TemporaryFolder()
    let array = NumPyArray(Tensor([1]))
    for (names, problem) in [
      ([""], .name), (["a\0"], .name), ([String(repeating: "x", count: 65532)], .name),
      (["a", "b", "a"], .duplicateName),
    ] as [([String], NumPyError.Problem)] {
      let path = folder.path + "/a.npz"
      let error = try #require(throws: NumPyError.self) {
        try NumPyArchive.write(names.map { ($0, array) }, to: path)
      }
      #expect(error == NumPyError(file: path, array: names.last, problem: problem))
    }
    #expect(try folder.names().isEmpty)
    // One byte less.
    let path = folder.path + "/a.npz"
    try NumPyArchive.write([(String(repeating: "x", count: 65531), array)], to: path)
    #expect(try NumPyArchive(contentsOf: path).names[0].utf8.count == 65531)
  }
}
