#if SentencePiece
  import Foundation
  import TestSupport
  import Testing
  import TextProcessing

  /// Against SentencePiece's Python package; Fixtures/generate_sentence_pieces.py asked it.
  struct SentencePieceTests {
    struct Cases: Decodable {
      struct Group: Decodable {
        let model: String
        let pieces: [[String]]
        let decoded: [String]
      }
      let texts: [String]
      let groups: [Group]
    }

    private static func path(_ name: String) -> String {
      URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("Fixtures/sentence_pieces/\(name)").path
    }

    private func expectSameBytes(_ found: String, _ expected: String, _ text: String) {
      #expect(Array(found.utf8) == Array(expected.utf8), "\(text)")
    }

    @Test func piecesAreTheLibrarys() throws {
      let cases = try JSONDecoder().decode(
        Cases.self, from: Data(contentsOf: URL(fileURLWithPath: Self.path("cases.json"))))
      #expect(cases.texts.count > 20 && cases.groups.count == 3)
      for group in cases.groups {
        let tokenizer = try SentencePieceTokenizer(contentsOf: Self.path(group.model))
        for (row, text) in cases.texts.enumerated() {
          let pieces = tokenizer.encode(text)
          #expect(pieces.count == group.pieces[row].count, "\(group.model): \(text)")
          for (found, expected) in zip(pieces, group.pieces[row]) {
            expectSameBytes(found, expected, text)
          }
          expectSameBytes(tokenizer.decode(pieces), group.decoded[row], text)
        }
      }
    }

    @Test func threadsShareAModel() async throws {
      let tokenizer = try SentencePieceTokenizer(contentsOf: Self.path("unigram.spm"))
      let expected = tokenizer.encode("Hello world.")
      await withTaskGroup(of: [String].self) { group in
        for _ in 0..<50 { group.addTask { tokenizer.encode("Hello world.") } }
        for await pieces in group { #expect(pieces == expected) }
      }
    }

    @Test func whatIsNoModelIsAnError() throws {
      let contents = try SentencePieceTokenizer(contentsOf: Self.path("unigram.spm")).contents
      for damaged in [[], Array("no model".utf8), Array(contents.dropLast(100))] {
        let error = #expect(throws: TextFileError.self) {
          try SentencePieceTokenizer(damaged, file: "x.spm")
        }
        #expect(error?.description.hasPrefix("x.spm: expected a model of SentencePiece:") == true)
      }
      #expect(throws: TextFileError.self) { try SentencePieceTokenizer(contentsOf: "/nowhere.spm") }
    }
  }
#endif
