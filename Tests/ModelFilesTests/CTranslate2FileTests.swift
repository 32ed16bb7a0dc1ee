import Foundation
import ModelFiles
import Tensors
import TestSupport
import Testing

@Suite struct CTranslate2FileTests {
  /// A file of one variable of four bytes and one alias, put together by hand.
  private func bytes(
    version: UInt8 = 6, name: String = "w", rank: UInt8 = 1, dimension: UInt8 = 1, type: UInt8 = 0,
    size: UInt8 = 4, alias: String = "v", aliasOf: String = "w", more: [UInt8] = []
  ) -> [UInt8] {
    func string(_ text: String) -> [UInt8] { [UInt8(text.utf8.count + 1), 0] + text.utf8 + [0] }
    var bytes: [UInt8] = [version, 0, 0, 0] + string("Spec") + [2, 0, 0, 0] + [1, 0, 0, 0]
    bytes += string(name) + [rank] + (0..<rank).flatMap { _ in [dimension, 0, 0, 0] as [UInt8] }
    bytes += [type, size, 0, 0, 0] + [0, 0, 0x80, 0x3F]
    if version >= 3 { bytes += [1, 0, 0, 0] + string(alias) + string(aliasOf) }
    return bytes + more
  }

  @Test func aFileByHand() throws {
    let file = try CTranslate2File(bytes: bytes(), path: "x")
    #expect(file.version == 6 && file.specification == "Spec" && file.revision == 2)
    #expect(file.tensorNames == ["w", "v"])
    #expect(try file.tensor(named: "v").scalars == [1])
    // Before version 4 the type is the size of an element, and the size their number.
    let old = try CTranslate2File(bytes: bytes(version: 2, type: 4, size: 1), path: "x")
    #expect(try old.tensor(named: "w").scalars == [1])
    #expect(try CTranslate2File(bytes: bytes(rank: 0), path: "x").number(named: "w") == 1)
  }

  @Test func whatBreaksTheFormatIsNamed() {
    let cases: [([UInt8], CTranslate2Error.Problem)] = [
      (bytes(version: 7), .version(7)),
      (bytes(version: 1), .version(1)),
      (bytes(type: 9), .dataType("w", 9)),
      (bytes(dimension: 2), .size("w", [2], found: 4)),
      (bytes(size: 5), .size("w", [1], found: 5)),
      (bytes(alias: "w"), .duplicate("w")),
      (bytes(aliasOf: "u"), .missing("u")),
      (bytes(more: [0]), .trailing(1)),
      (bytes(name: "a\u{0}b"), .text("the name of a variable")),
    ]
    for (bytes, problem) in cases {
      let error = #expect(throws: CTranslate2Error.self) {
        try CTranslate2File(bytes: bytes, path: "x")
      }
      #expect(error?.problem == problem)
    }
  }

  @Test func everyTruncationIsAnError() {
    let whole = bytes()
    for count in 0..<whole.count {
      #expect(throws: CTranslate2Error.self, "\(count) bytes") {
        try CTranslate2File(bytes: Array(whole[..<count]), path: "x")
      }
    }
  }

  @Test func writingIsReadingTheOtherWay() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/model.bin"
    let tensor = Tensor([1, -2, 3.5, 4, 5, 6], shape: [2, 3])
    try CTranslate2File.write(
      ["b/weight": .tensor(tensor), "a": .number(-300), "c": .small(-7)],
      aliases: ["d/weight": "b/weight"], to: path)
    let file = try CTranslate2File(contentsOf: path)
    #expect(file.variables.map(\.name) == ["a", "b/weight", "c"])
    #expect(file.number(named: "a") == -300 && file.number(named: "c") == -7)
    expectSameBits(try file.tensor(named: "d/weight"), tensor)
  }

  @Test func scalesThatDoNotFitAreRefused() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/model.bin"
    let matrix = Tensor([2, 4, 6, 9], shape: [2, 2])
    for (scales, expected) in [([2], [1, 2, 3, 4.5]), ([2, 3], [1, 2, 2, 3])]
      as [([Float], [Float])]
    {
      try CTranslate2File.write(
        ["w": .tensor(matrix), "w_scale": .tensor(Tensor(scales, shape: [scales.count]))], to: path)
      let file = try CTranslate2File(contentsOf: path)
      #expect(file.tensorNames == ["w"])
      #expect(try file.tensor(named: "w").scalars == expected)
    }
    try CTranslate2File.write(
      ["w": .tensor(matrix), "w_scale": .tensor(.zeros([3]))], to: path)
    let error = #expect(throws: CTranslate2Error.self) {
      try CTranslate2File(contentsOf: path).tensor(named: "w")
    }
    #expect(error?.problem == .scale("w", expected: 2, found: 3))
  }
}
