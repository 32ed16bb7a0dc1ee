import ModelFiles
import TestSupport
import Testing

/// The malformed files of the format's own tests, in `safetensors/src/tensor.rs` of huggingface/safetensors: each is
/// refused here too, and what they accept is read. Rules that `SafetensorsFormatTests` breaks already are not repeated.
struct SafetensorsReferenceTests {
  private static let int32Zeros =
    #"{"test":{"dtype":"I32","shape":[2,2],"data_offsets":[0,16]}}"#

  private func problem(_ bytes: [UInt8]) throws -> SafetensorsError.Problem {
    try #require(throws: SafetensorsError.self) {
      try SafetensorsFile(bytes: bytes, name: "x")
    }.problem
  }

  /// test_json_attack: ten tensors of the same bytes.
  @Test func tensorsThatShareTheirBytesAreRefused() throws {
    let entry = #"{"dtype":"F32","shape":[2,2],"data_offsets":[0,16]}"#
    let members = (0..<10).map { "\"weight_\($0)\":\(entry)" }.joined(separator: ",")
    #expect(
      try problem(safetensorsBytes("{\(members)}", dataCount: 16))
        == .offset(expected: 16, found: 0))
  }

  /// test_metadata_incomplete_buffer: another file behind the data, and two bytes too few.
  @Test(arguments: [(16 + 34, 50), (14, 14)])
  func dataOfAnotherSizeAreRefused(_ dataCount: Int, _ found: Int) throws {
    #expect(
      try problem(safetensorsBytes(Self.int32Zeros, dataCount: dataCount))
        == .dataSize(expected: 16, found: found))
  }

  /// test_header_too_large
  @Test func aLengthOfThreeHighBytesIsRefused() throws {
    #expect(
      try problem(
        safetensorsBytes(Self.int32Zeros, dataCount: 16, headerLength: 0xFFFF_FF00_0000_003C))
        == .headerTooLong(byteCount: 0xFFFF_FF00_0000_003C, limit: 100_000_000))
  }

  /// test_header_too_small, test_invalid_header_length, test_invalid_header_non_utf8, test_invalid_header_not_json
  @Test func headersThatAreNoneAreRefused() throws {
    #expect(try problem([]) == .fileTooShort(byteCount: 0))
    #expect(
      try problem([0x3C, 0, 0, 0, 0, 0, 0, 0]) == .headerOutsideFile(byteCount: 60, available: 0))
    #expect(try problem([1, 0, 0, 0, 0, 0, 0, 0, 0xFF]) == .headerStart(found: 0xFF))
    guard case .json = try problem([1, 0, 0, 0, 0, 0, 0, 0, UInt8(ascii: "{")]) else {
      Issue.record("another problem")
      return
    }
  }

  /// test_validation_overflow: of the number of elements, and of the number of bytes; test_invalid_info.
  @Test func shapesThatOverflowAreRefused() throws {
    func header(_ shape: String) -> String {
      #"{"test":{"dtype":"I32","shape":\#(shape),"data_offsets":[0,16]}}"#
    }
    #expect(
      try problem(safetensorsBytes(header("[2,18446744073709551614]"), dataCount: 16))
        == .field("shape", expected: "an array of whole numbers from 0", found: "an array"))
    #expect(
      try problem(safetensorsBytes(header("[2,9223372036854775807]"), dataCount: 16))
        == .shapeOverflow([2, .max]))
    #expect(
      try problem(safetensorsBytes(header("[2,3]"), dataCount: 16))
        == .byteCount(expected: 24, found: 16, dimensions: [2, 3], dataType: .int32))
  }

  /// test_empty_shapes_allowed, test_deserialization, test_zero_sized_tensor, test_whitespace_padded_header
  @Test func whatTheReferenceAcceptsIsRead() throws {
    func tensor(_ header: String, _ dataCount: Int) throws -> [Int64] {
      let bytes =
        Array(safetensorsBytes(header, dataCount: 0)) + [UInt8](repeating: 0, count: dataCount)
      return try SafetensorsFile(bytes: bytes, name: "x").integers(named: "test")
    }
    #expect(try tensor(#"{"test":{"dtype":"I32","shape":[],"data_offsets":[0,4]}}"#, 4) == [0])
    #expect(try tensor(Self.int32Zeros, 16) == [0, 0, 0, 0])
    #expect(try tensor(#"{"test":{"dtype":"I32","shape":[2,0],"data_offsets":[0, 0]}}"#, 0) == [])
    let padded = try SafetensorsFile(
      bytes: safetensorsBytes("{}\r \t\n", dataCount: 0), name: "x")
    #expect(padded.entries.isEmpty)
  }

  /// Text in a dictionary has one spelling, and one text would be lost.
  @Test func metadataInTwoSpellingsAreRefused() throws {
    let header = "{\"__metadata__\":{\"e\u{301}\":\"1\",\"\u{E9}\":\"2\"}}"
    guard case .metadata(let key?, _) = try problem(safetensorsBytes(header, dataCount: 0)) else {
      Issue.record("another problem")
      return
    }
    #expect(key == "\u{E9}")
  }
}
