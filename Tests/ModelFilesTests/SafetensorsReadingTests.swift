import Foundation
import ModelFiles
import Tensors
import TestSupport
import Testing

struct SafetensorsReadingTests {
  static let oddName = "name \"é\"\n\u{1F600}"

  /// Written by the reference implementation; Tests/Fixtures/make_safetensors.py has the values.
  func fixture() throws -> SafetensorsFile {
    let tests = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent()
    return try SafetensorsFile(
      contentsOf: tests.appendingPathComponent("Fixtures/python.safetensors").path)
  }

  @Test func everyDataTypeOfTheReferenceImplementationIsRead() throws {
    let file = try fixture()
    #expect(file.metadata == ["format": "pt", "für": "x\ty"])
    #expect(file.entries.count == 13)
    let floats: [Float] = [0, -0.0, 1.5, -2.25, 65504, 0x1p-24]
    for (name, shape) in [("f64", [2, 3]), ("f32", [2, 3]), ("f16", [6])] {
      let tensor = try file.tensor(named: name)
      #expect(tensor.shape.dimensions == shape)
      #expect(tensor.scalars.map(\.bitPattern) == floats.map(\.bitPattern))
    }
    let brain = try file.tensor(named: "bf16")
    #expect(brain.shape == [3, 1, 2])
    #expect(brain.scalars == [0, -0.0, 1.5, -2.25, 0x1p100, 0x1p-130])
    for (name, lowest) in [
      ("i64", -1 << 62), ("i32", -1 << 31), ("i16", -1 << 15), ("i8", -1 << 7),
    ]
      as [(String, Int64)]
    {
      #expect(try file.integers(named: name) == [lowest, 0, 7])
      #expect(try file.tensor(named: name).scalars == [Float(lowest), 0, 7])
    }
    #expect(try file.integers(named: "u8") == [255, 0, 7])
    #expect(try file.tensor(named: "bool").scalars == [1, 0, 1])
    #expect(try file.tensor(named: "scalar").shape == [])
    #expect(try file.tensor(named: "scalar").scalar == 3.25)
    #expect(try file.tensor(named: "empty").shape == [0, 5])
    #expect(try file.tensor(named: Self.oddName).scalars == [7])
    #expect(file.entry(named: "f16")?.dataType == .float16)
    #expect(file.entry(named: "nothing") == nil)
  }

  #if !(os(macOS) && arch(x86_64))
    @Test func everyHalfPrecisionNumberIsWidenedExactly() throws {
      let folder = try TemporaryFolder()
      let header =
        #"{"h":{"dtype":"F16","shape":[65536],"data_offsets":[0,131072]}}"#
      let data = (0...UInt16.max).flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] }
      let file = try folder.open(safetensorsBytes(header, dataCount: 0) + data)
      let values = try file.tensor(named: "h").scalars
      for bits in 0...UInt16.max {
        let expected = Float(Float16(bitPattern: bits))
        let found = values[Int(bits)]
        let isRight =
          expected.isNaN ? found.isNaN : found.bitPattern == expected.bitPattern
        if !isRight { Issue.record("\(bits): \(found), expected \(expected)") }
      }
    }
  #endif

  @Test func unsignedIntegersAreReadExactlyOrRefused() throws {
    let folder = try TemporaryFolder()
    func file(_ dtype: String, _ data: [UInt8]) throws -> SafetensorsFile {
      let header = #"{"u":{"dtype":"\#(dtype)","shape":[1],"data_offsets":[0,\#(data.count)]}}"#
      return try folder.open(safetensorsBytes(header, dataCount: 0) + data)
    }
    #expect(try file("U16", [0xFF, 0xFF]).integers(named: "u") == [65535])
    #expect(try file("U32", [0xFF, 0xFF, 0xFF, 0xFF]).integers(named: "u") == [4_294_967_295])
    let largest = Array(repeating: UInt8(0xFF), count: 7)
    #expect(try file("U64", largest + [0x7F]).integers(named: "u") == [.max])
    #expect(try file("U64", largest + [0xFF]).tensor(named: "u").scalars == [0x1p64])
    let error = try #require(throws: SafetensorsError.self) {
      try file("U64", largest + [0x80]).integers(named: "u")
    }
    #expect(error.problem == .integerOverflow(0x80FF_FFFF_FFFF_FFFF))
  }

  @Test func missingTensorsAndWrongTypesAreTold() throws {
    let file = try fixture()
    let missing = try #require(throws: SafetensorsError.self) { try file.tensor(named: "F32") }
    #expect(missing.tensor == "F32")
    #expect(missing.description.contains("not in the file, which has 13 tensors"))
    let error = try #require(throws: SafetensorsError.self) { try file.integers(named: "f32") }
    #expect(error.problem == .dataType(expected: "an integer type", found: .float32))
  }

  @Test func missingFilesAndFoldersAreNamed() throws {
    let folder = try TemporaryFolder()
    for path in [folder.path + "/nothing", folder.path] {
      let error = try #require(throws: FileError.self) { try SafetensorsFile(contentsOf: path) }
      #expect(error.path == path)
    }
  }
}
