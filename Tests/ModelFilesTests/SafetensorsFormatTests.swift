import ModelFiles
import Tensors
import TestSupport
import Testing

/// Every rule of the format, broken.
struct SafetensorsFormatTests {
  typealias Problem = SafetensorsError.Problem

  static func entry(_ dtype: String, _ shape: String, _ begin: Int, _ end: Int) -> String {
    #"{"dtype":"\#(dtype)","shape":\#(shape),"data_offsets":[\#(begin),\#(end)]}"#
  }

  func error(_ header: String, _ dataCount: Int, length: UInt64? = nil) throws -> SafetensorsError {
    let folder = try TemporaryFolder()
    let bytes = safetensorsBytes(header, dataCount: dataCount, headerLength: length)
    let error = try #require(throws: SafetensorsError.self) { try folder.open(bytes) }
    #expect(error.file == folder.path + "/file.safetensors")
    #expect(error.description.hasPrefix(error.file + ": "))
    return error
  }

  @Test(
    arguments: [
      // Headers.
      ("", 0, nil, nil, .headerStart(found: nil)),
      (" {}", 0, nil, nil, .headerStart(found: 0x20)),
      ("[]", 0, nil, nil, .headerStart(found: 0x5B)),
      ("{}", 0, 3, nil, .headerOutsideFile(byteCount: 3, available: 2)),
      ("{}", 0, 100_000_000, nil, .headerOutsideFile(byteCount: 100_000_000, available: 2)),
      (
        "{}", 0, 100_000_001, nil,
        .headerTooLong(byteCount: 100_000_001, limit: 100_000_000)
      ),
      ("{}", 0, .max, nil, .headerTooLong(byteCount: .max, limit: 100_000_000)),
      (#"{"__metadata__":[]}"#, 0, nil, nil, .metadata(key: nil, found: "an array")),
      (#"{"__metadata__":{"a":1}}"#, 0, nil, nil, .metadata(key: "a", found: "a number")),
      // Descriptions of tensors.
      (#"{"t":1}"#, 0, nil, "t", .field("t", expected: "an object", found: "a number")),
      (
        #"{"t":{"shape":[],"data_offsets":[0,0]}}"#, 0, nil, "t",
        .field("dtype", expected: "a string", found: "nothing")
      ),
      (
        #"{"t":{"dtype":"F32","data_offsets":[0,0]}}"#, 0, nil, "t",
        .field("shape", expected: "an array of whole numbers from 0", found: "nothing")
      ),
      (
        #"{"t":{"dtype":"F32","shape":[0]}}"#, 0, nil, "t",
        .field("data_offsets", expected: "an array of two whole numbers from 0", found: "nothing")
      ),
      (
        #"{"t":{"dtype":"F32","shape":[0],"data_offsets":[0]}}"#, 0, nil, "t",
        .field("data_offsets", expected: "an array of two whole numbers from 0", found: "an array")
      ),
      (
        #"{"t":{"dtype":"F32","shape":[0],"data_offsets":[0,0],"x":1}}"#, 0, nil, "t",
        .unknownField("x")
      ),
      ("{\"t\":\(entry("F33", "[1]", 0, 4))}", 4, nil, "t", .unknownDataType("F33")),
      // Shapes and spans.
      (
        "{\"t\":\(entry("F32", "[2]", 4, 0))}", 4, nil, "t",
        .field("data_offsets", expected: "the end after the beginning", found: "[4, 0]")
      ),
      (
        "{\"t\":\(entry("F32", "[2]", 0, 4))}", 4, nil, "t",
        .byteCount(expected: 8, found: 4, dimensions: [2], dataType: .float32)
      ),
      (
        "{\"t\":\(entry("F32", "[]", 0, 8))}", 8, nil, "t",
        .byteCount(expected: 4, found: 8, dimensions: [], dataType: .float32)
      ),
      (
        "{\"t\":\(entry("F32", "[4294967296,4294967296]", 0, 0))}", 0, nil, "t",
        .shapeOverflow([4_294_967_296, 4_294_967_296])
      ),
      (
        "{\"t\":\(entry("F64", "[1152921504606846976]", 0, 0))}", 0, nil, "t",
        .shapeOverflow([1_152_921_504_606_846_976])
      ),
      ("{\"t\":\(entry("U8", "[1]", 1, 2))}", 2, nil, "t", .offset(expected: 0, found: 1)),
      (
        "{\"b\":\(entry("U8", "[1]", 3, 4)),\"a\":\(entry("U8", "[2]", 0, 2))}", 4, nil, "b",
        .offset(expected: 2, found: 3)
      ),
      (
        "{\"a\":\(entry("U8", "[2]", 0, 2)),\"b\":\(entry("U8", "[2]", 1, 3))}", 3, nil, "b",
        .offset(expected: 2, found: 1)
      ),
      ("{\"t\":\(entry("U8", "[2]", 0, 2))}", 3, nil, nil, .dataSize(expected: 2, found: 3)),
      ("{\"t\":\(entry("U8", "[2]", 0, 2))}", 1, nil, nil, .dataSize(expected: 2, found: 1)),
      ("{}", 1, nil, nil, .dataSize(expected: 0, found: 1)),
      (
        "{\"t\":\(entry("U8", "[9223372036854775807]", 0, .max))}", 1, nil, nil,
        .dataSize(expected: .max, found: 1)
      ),
    ] as [(String, Int, UInt64?, String?, Problem)])
  func brokenRulesAreTold(
    _ header: String, _ dataCount: Int, _ length: UInt64?, _ tensor: String?, _ problem: Problem
  ) throws {
    let error = try error(header, dataCount, length: length)
    #expect(error.problem == problem)
    #expect(error.tensor == tensor)
  }

  @Test(arguments: ["[-1]", "[1.0]", "[1e0]", "[\"1\"]", "[9223372036854775808]", "1", "[-0]"])
  func sizesAreWholeNumbers(_ shape: String) throws {
    let found = shape.hasPrefix("[") ? "an array" : "a number"
    #expect(
      try error("{\"t\":\(Self.entry("U8", shape, 0, 1))}", 1).problem
        == .field("shape", expected: "an array of whole numbers from 0", found: found))
  }

  @Test(
    arguments: [
      (#"{"t":{"dtype":"U8","shape":[0],"data_offsets":[0,0],"shape":[0]}}"#, "shape"),
      (
        #"{"t":{"dtype":"U8","shape":[0],"data_offsets":[0,0]},"t":{}}"#, "t"
      ),
      (#"{"__metadata__":{},"__metadata__":{}}"#, "__metadata__"),
    ])
  func duplicateKeysAreRefused(_ header: String, _ key: String) throws {
    guard case .json(let json) = try error(header, 0).problem else {
      Issue.record("another error")
      return
    }
    #expect(json.problem == .duplicateKey(key))
  }

  @Test(arguments: [
    "{} x", "{", "{}{}", "{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{",
  ])
  func headersThatAreNotJSONAreRefused(_ header: String) throws {
    guard case .json = try error(header, 0).problem else {
      Issue.record("another error")
      return
    }
  }

  @Test func headersThatAreNotUTF8AreRefused() throws {
    let folder = try TemporaryFolder()
    var bytes = safetensorsBytes(
      #"{"é":{"dtype":"U8","shape":[0],"data_offsets":[0,0]}}"#, dataCount: 0)
    #expect(try folder.open(bytes).entries.count == 1)
    bytes[10] = 0xFF
    let error = try #require(throws: SafetensorsError.self) { try folder.open(bytes) }
    guard case .json(let json) = error.problem else {
      Issue.record("\(error)")
      return
    }
    #expect(json.problem == .invalidUTF8)
  }

  @Test func spacesAfterTheHeaderAndEmptyTensorsAnywhereAreFine() throws {
    let folder = try TemporaryFolder()
    let header =
      "{\"z\":\(Self.entry("F32", "[0,7]", 2, 2)),\"b\":\(Self.entry("U8", "[1]", 2, 3)),"
      + "\"a\":\(Self.entry("U8", "[2]", 0, 2)),\"y\":\(Self.entry("F32", "[0]", 0, 0))}    "
    let file = try folder.open(safetensorsBytes(header, dataCount: 3))
    #expect(file.entries.map(\.name) == ["y", "a", "z", "b"])
    #expect(try file.integers(named: "b") == [2])
    #expect(try file.tensor(named: "z").shape == [0, 7])
    #expect(try folder.open(safetensorsBytes("{}", dataCount: 0)).entries.isEmpty)
  }

  @Test func everyTruncationIsAnError() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/whole.safetensors"
    try SafetensorsFile.write(
      [.init("weight", Tensor([1, 2, 3], shape: [3, 1])), .init("step", integers: [5])],
      metadata: ["a": "b"], to: path)
    let bytes = try contents(of: path)
    #expect(try folder.open(bytes).entries.count == 2)
    for count in 0..<bytes.count {
      #expect(throws: SafetensorsError.self, "\(count) bytes") {
        try folder.open(Array(bytes[..<count]))
      }
    }
    #expect(throws: SafetensorsError.self) { try folder.open(bytes + [0]) }
  }

  /// No damage of one byte may stop the program; it is an error or another valid file.
  @Test func damagedBytesNeverTrap() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/whole.safetensors"
    try SafetensorsFile.write([.init("w", Tensor([1, 2], shape: [2]))], to: path)
    let bytes = try contents(of: path)
    var refused = 0
    for index in bytes.indices {
      for value in [0x00, 0x22, 0x2D, 0x39, 0x5B, 0x7B, 0x7D, 0xFF] as [UInt8] {
        var damaged = bytes
        damaged[index] = value
        do {
          let file = try folder.open(damaged)
          for entry in file.entries { _ = try file.tensor(named: entry.name) }
        } catch is SafetensorsError {
          refused += 1
        }
      }
    }
    #expect(refused > bytes.count)
  }
}
