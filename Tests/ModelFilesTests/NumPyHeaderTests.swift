import ModelFiles
import Testing

/// Every rule of the format of one array, broken.
struct NumPyHeaderTests {
  typealias Problem = NumPyError.Problem

  static func bytes(
    _ text: String, version: [UInt8] = [1, 0], length: Int? = nil, dataCount: Int = 0
  ) -> [UInt8] {
    let length = length ?? text.utf8.count
    let lengthBytes = (0..<(version[0] == 1 ? 2 : 4)).map {
      UInt8(truncatingIfNeeded: length >> (8 * $0))
    }
    return [0x93] + Array("NUMPY".utf8) + version + lengthBytes + Array(text.utf8)
      + Array(repeating: 1, count: dataCount)
  }

  static func text(
    _ type: String = "'<f4'", _ order: String = "False", _ shape: String = "(1,)"
  ) -> String { "{'descr': \(type), 'fortran_order': \(order), 'shape': \(shape), }  \n" }

  private func problem(_ bytes: [UInt8]) throws -> Problem {
    let error = try #require(throws: NumPyError.self) { try NumPyArray(bytes: bytes, name: "x") }
    #expect(error.file == "x")
    #expect(error.array == nil)
    return error.problem
  }

  @Test(
    arguments: [
      text(), "{\"shape\":(1,),\"fortran_order\":False,\"descr\":\"<f4\"}\n",
      "  { 'shape' : ( 1 , ) ,'descr':'<f4','fortran_order' : False}  \n",
      text("'<f4'", "False", "(1L,)"), text("'<f4'", "False", "(1, 1)"),
      text("'<f4'", "False", "()"),
      text("'<i2'", "False", "(2,)"), text("'|u1'", "False", "(1,4,)"),
      text("'<u1'", "False", "(4,)"),
    ])
  func whatNumPyReadsIsRead(_ text: String) throws {
    let array = try NumPyArray(bytes: Self.bytes(text, dataCount: 4), name: "x")
    #expect(array.elementCount * array.dataType.byteCount == 4)
  }

  @Test(
    arguments: [
      (text("'>f4'"), .bigEndian(">f4")), (text("'|O'"), .pickledObjects),
      (text("'O'"), .pickledObjects), (text("'|f4'"), .unsupportedType("'|f4'")),
      (text("'f4'"), .unsupportedType("'f4'")), (text("''"), .unsupportedType("''")),
      (text("'<f3'"), .unsupportedType("'<f3'")), (text("'=f4'"), .unsupportedType("'=f4'")),
      (text("[('a', '<f4')]"), .unsupportedType("a record")),
      (text("'<f4'", "True"), .fortranOrder),
      (
        text("'<f4'", "False", "(2,)"),
        .dataSize(expected: 8, found: 4, dimensions: [2], dataType: .float32)
      ),
      (
        text("'<f4'", "False", "(7, 0)"),
        .dataSize(expected: 0, found: 4, dimensions: [7, 0], dataType: .float32)
      ),
      (
        text("'<f4'", "False", "(4611686018427387904, 1)"),
        .shapeOverflow([4_611_686_018_427_387_904, 1])
      ),
      // In another order the product would be 0 before it overflows.
      (
        text("'<f4'", "False", "(0, 4294967296, 4294967296)"),
        .shapeOverflow([0, 4_294_967_296, 4_294_967_296])
      ),
      (
        text("'<f4'", "False", "(" + String(repeating: "1,", count: 65) + ")"),
        .tooManyDimensions(65, limit: 64)
      ),
      ("{'descr': '<f4', 'fortran_order': False}\n", .missingKey("shape")),
      ("{'descr': '<f4', 'shape': (1,)}\n", .missingKey("fortran_order")),
      ("{'fortran_order': False, 'shape': (1,)}\n", .missingKey("descr")),
      ("{}\n", .missingKey("descr")),
      ("{'descr': '<f4', 'descr': '<f4'}\n", .duplicateKey("descr")),
      ("{'shape': (), 'shape': ()}\n", .duplicateKey("shape")),
      ("{'fortran_order': False, 'fortran_order': False}\n", .duplicateKey("fortran_order")),
      ("{'other': 1}\n", .unknownKey("other")),
    ] as [(String, Problem)])
  func brokenRulesAreTold(_ text: String, _ problem: Problem) throws {
    #expect(try self.problem(Self.bytes(text, dataCount: 4)) == problem)
  }

  @Test(
    arguments: [
      "", "\n", "{", "{'descr'", "{'descr':", "{'descr': '<f4", "{'descr': '<f4'", "{descr: 1}\n",
      "{'descr': '<f4' 'shape': ()}\n", text() + "x", text() + "\n", "{,}\n", "[]\n",
      String(text().dropLast()), text("'<f4'", "0"), text("'<f4'", "Falsey"),
      text("'<f4'", "False", "(1)"), text("'<f4'", "False", "(-1,)"),
      text("'<f4'", "False", "(1.0,)"), text("'<f4'", "False", "(,)"), text("'<f4'", "False", "1"),
      text("'<f4'", "False", "[1]"), text("'<f4'", "False", "(1,"),
      text("'<f4'", "False", "(9223372036854775808,)"),
      text("'<f4'", "False", "(99999999999999999999999999,)"), text("'<\\x664'"), text("'<fé'"),
      "{'descr': '<f4',\t'fortran_order': False, 'shape': (1,)}\n",
    ])
  func headersThatAreNoDictionaryAreRefused(_ text: String) throws {
    let problem = try problem(Self.bytes(text, dataCount: 4))
    guard case .header(_, let expected, let found) = problem else {
      Issue.record("\(problem)")
      return
    }
    #expect(!expected.isEmpty && !found.isEmpty)
  }

  @Test func marksVersionsAndLengthsAreChecked() throws {
    let whole = Self.bytes(Self.text(), dataCount: 4)
    #expect(try problem([]) == .magic(found: []))
    #expect(try problem([0x93, 0x4E]) == .magic(found: [0x93, 0x4E]))
    #expect(try problem([0x92] + whole.dropFirst()) == .magic(found: [0x92] + whole[1..<6]))
    for version in [[0, 0], [4, 0], [1, 1], [255, 255]] as [[UInt8]] {
      #expect(
        try problem(Self.bytes(Self.text(), version: version))
          == .unknownVersion(major: version[0], minor: version[1]))
    }
    #expect(
      try problem(Self.bytes("{}\n", length: 4)) == .headerOutsideFile(expected: 14, available: 13))
    #expect(
      try problem(Self.bytes("", version: [2, 0], length: 0xFFFF_FFFF))
        == .headerTooLong(byteCount: 0xFFFF_FFFF, limit: 0xFFFF))
    for count in whole.indices {
      #expect(throws: NumPyError.self, "\(count) bytes") {
        try NumPyArray(bytes: Array(whole[..<count]), name: "x")
      }
    }
    #expect(throws: NumPyError.self) { try NumPyArray(bytes: whole + [0], name: "x") }
  }
}
