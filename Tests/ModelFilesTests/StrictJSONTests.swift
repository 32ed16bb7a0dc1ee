import Foundation
import ModelFiles
import Testing

struct StrictJSONTests {
  @Test(
    arguments: [
      ("null", .null), (" true ", .bool(true)), ("\tfalse\r\n", .bool(false)),
      ("0", .number("0")), ("-0.5e+10", .number("-0.5e+10")), ("12E3", .number("12E3")),
      ("\"\"", .string("")), ("[]", .array([])), ("{ }", .object([])),
      (
        "[1, [\"a\"] ,{\"b\":null}]",
        .array([
          .number("1"), .array([.string("a")]), .object([StrictJSON.Member("b", .null)]),
        ])
      ),
      (#""\"\\\/\b\f\n\r\t\u00e9\u20AC\uD83D\uDE00 é""#, .string("\"\\/\u{8}\u{C}\n\r\té€😀 é")),
      (#""\u0000""#, .string("\0")),
    ] as [(String, StrictJSON)])
  func validTextIsRead(_ text: String, _ value: StrictJSON) throws {
    #expect(try StrictJSON(parsing: text) == value)
    // What is written reads back the same.
    #expect(try StrictJSON(parsing: value.text) == value)
  }

  @Test(
    arguments: [
      "", " ", "nul", "True", "01", "-", "+1", "1.", ".5", "1e", "0x1", "NaN", "Infinity",
      "\"a", "\"\\x\"", "\"\\u12\"", "\"\\u12G4\"", "[1,]", "[1 2]", "[", "[1", "{\"a\":1,}",
      "{\"a\"}", "{a:1}", "{'a':1}", "{\"a\":}", "{\"a\":1", "{,}", "1 2", "{} x", "// c\n1",
      "\u{FEFF}1", "]", "\"\\uFF11\"x", "\"\\u٣٣٣٣\"",
    ])
  func textOutsideTheGrammarIsRefused(_ text: String) throws {
    let error = try #require(throws: StrictJSONError.self) { try StrictJSON(parsing: text) }
    guard case .unexpected = error.problem else {
      Issue.record("\(text): \(error)")
      return
    }
  }

  @Test func duplicateKeysAreByBytes() throws {
    let error = try #require(throws: StrictJSONError.self) {
      try StrictJSON(parsing: "{\"a\": 1,\n  \"b\": {\"a\": 2},\n  \"\\u0061\": 3}")
    }
    #expect(error.problem == .duplicateKey("a"))
    #expect((error.line, error.column, error.offset) == (3, 3, 28))
    // One scalar and two that look the same are two keys.
    let value = try StrictJSON(parsing: "{\"\u{E9}\": 1, \"e\u{301}\": 2}")
    #expect(value["\u{E9}"]?.integer == 1)
    #expect(value["e\u{301}"]?.integer == 2)
    #expect(value["e"] == nil)
  }

  @Test func depthIsLimited() throws {
    func nested(_ depth: Int) -> String {
      String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
    }
    #expect(try StrictJSON(parsing: nested(5), depthLimit: 5) != .null)
    let error = try #require(throws: StrictJSONError.self) {
      try StrictJSON(parsing: nested(6), depthLimit: 5)
    }
    #expect(error.problem == .tooDeep(limit: 5))
    #expect(throws: StrictJSONError.self) { try StrictJSON(parsing: nested(1_000_000)) }
    let objects = String(repeating: "{\"a\":", count: 100_000)
    #expect(throws: StrictJSONError.self) { try StrictJSON(parsing: objects) }
  }

  @Test func badBytesInStringsArePlaced() {
    func problem(_ bytes: [UInt8]) -> (StrictJSONError.Problem, Int)? {
      do {
        _ = try StrictJSON(parsing: bytes)
        return nil
      } catch {
        return (error.problem, error.offset)
      }
    }
    #expect(problem([0x22, 0x61, 0xFF, 0x22])! == (.invalidUTF8, 2))
    #expect(problem([0x22, 0xC3, 0x22])! == (.invalidUTF8, 1))
    #expect(problem([0x22, 0x0A, 0x22])! == (.controlCharacter(0x0A), 1))
    for text in [#""\uD83D""#, #""\uDE00""#, #""\uD83D\u0041""#, #""\uD83D\n""#, #""\uD83Dx""#] {
      #expect(problem(Array(text.utf8))! == (.loneSurrogate, 1), "\(text)")
    }
  }

  @Test func numbersAreTaken() throws {
    #expect(try StrictJSON(parsing: "9223372036854775807").integer == .max)
    #expect(try StrictJSON(parsing: "9223372036854775808").integer == nil)
    #expect(try StrictJSON(parsing: "1.0").integer == nil)
    #expect(try StrictJSON(parsing: "-1.5e1").double == -15)
    #expect(try StrictJSON(parsing: "\"1\"").integer == nil)
    #expect(StrictJSON.number(-7).integer == -7)
  }

  /// A third opinion on what is written: Foundation's parser.
  @Test func foundationReadsWhatIsWritten() throws {
    let text = String(String.UnicodeScalarView((0..<0x250).compactMap(Unicode.Scalar.init)))
    let value = StrictJSON.object([StrictJSON.Member(text, .array([.string(text), .null]))])
    let object = try JSONSerialization.jsonObject(with: Data(value.text.utf8))
    let read = try #require(object as? [String: [Any]])
    #expect(read[text]?.first as? String == text)
  }
}
