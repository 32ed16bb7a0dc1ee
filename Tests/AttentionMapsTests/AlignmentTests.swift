import AttentionMaps
import Testing

@Suite struct AlignmentTests {
  private func map(_ rows: [[Float]], kind: LabeledAttentionMap.Kind = .cross) throws
    -> LabeledAttentionMap
  {
    try LabeledAttentionMap(
      kind: kind, layer: 0, head: 0, queries: rows.indices.map { "t\($0)" },
      keys: (rows.first ?? []).indices.map { "s\($0)" }, rows: rows)
  }

  private let rows: [[Float]] = [[0.1, 0.7, 0.2], [0.4, 0.5, 0.1], [0.3, 0.3, 0.4], [0, 0, 0]]

  @Test func eachTargetTokenHasItsLargestWeight() throws {
    #expect(try map(rows).alignment().pharaoh == "1-0 1-1 2-2")
    // Of equal weights the first.
    #expect(try map([[0.5, 0.5]]).alignment().pharaoh == "0-0")
    // Source before target, ordered as numbers.
    let wide = try map([[Float]](repeating: [1], count: 11))
    #expect(try wide.alignment().pharaoh.hasSuffix("0-9 0-10"))
  }

  @Test func thresholdsAndRulesDecide() throws {
    let map = try map(rows)
    #expect(try map.alignment(threshold: 0.5).pharaoh == "1-0 1-1")
    #expect(try map.alignment(threshold: 0.71).pharaoh == "")
    #expect(try map.alignment(by: .mutual).pharaoh == "1-0 2-2")
    #expect(try map.alignment(by: .all, threshold: 0.3).pharaoh == "0-1 0-2 1-0 1-1 1-2 2-2")
    // A weight of nothing is no link.
    #expect(try map.alignment(by: .all).links.count == 9)
  }

  @Test func ignoredTokensGetNoLinks() throws {
    let map = try map(rows)
    #expect(try map.alignment(ignoringQueries: [0]).pharaoh == "1-1 2-2")
    // What looks most at an ignored token has no partner, rather than the second best.
    #expect(try map.alignment(ignoringQueries: [], keys: [1]).pharaoh == "2-2")
    #expect(try map.alignment(by: .mutual, ignoringQueries: [0]).pharaoh == "1-1 2-2")
    #expect(try map.alignment(by: .all, threshold: 0.4, keys: [1]).pharaoh == "0-1 2-2")
  }

  @Test func recurrentAttentionAlignsAndSelfAttentionDoesNot() throws {
    #expect(try map(rows, kind: .recurrent).alignment() == map(rows).alignment())
    #expect(throws: AttentionMapError.self) { try map(rows, kind: .decoderSelf).alignment() }
    #expect(try map([]).alignment().links.isEmpty)
  }

  @Test func pharaohLinesAreReadBack() throws {
    for text in ["", "0-0", "0-0 1-2 2-1 10-3"] {
      #expect(try TokenAlignment(pharaoh: text).pharaoh == text)
    }
    #expect(try TokenAlignment(pharaoh: " 3-1\t0-0 3-1 ").pharaoh == "0-0 3-1")
    for text in ["1", "1-", "-1", "1-x", "+1-2", "1--2", "1p2", "1 - 2", "99999999999999999999-0"] {
      #expect(throws: AttentionMapError.self, "\(text)") {
        try TokenAlignment(pharaoh: text, line: 7)
      }
    }
    #expect(throws: AttentionMapError.notAnAlignment(line: 7, found: "1x2")) {
      try TokenAlignment(pharaoh: "0-0 1x2", line: 7)
    }
  }

  @Test func piecesOfWordsAlignTheirWords() throws {
    let pieces = try TokenAlignment(pharaoh: "0-0 1-0 2-1 3-2 4-2")
    // Source words 0 0 1 2 and an end token, target words 0 0 1.
    let words = pieces.grouped(source: [0, 0, 1, 2, nil], target: [0, 0, 1])
    #expect(words.pharaoh == "0-0 1-0 2-1")
    #expect(pieces.grouped(source: [], target: []).links.isEmpty)
    #expect(
      TokenAlignment.words(ofPieces: ["ein@@", "zel@@", "n", "@", "a@@", "@@", "b"]) == [
        0, 0, 0, 1, 2, 2, 2,
      ])
    #expect(TokenAlignment.words(ofPieces: []).isEmpty)
  }

  @Test func errorRateOfOchAndNey() throws {
    let reference = try AlignmentReference("0-0 1p1 2-2 2p3")
    #expect(reference.sure.count == 2 && reference.possible.count == 4)
    let perfect = try AlignmentErrorRate(
      of: [TokenAlignment(pharaoh: "0-0 1-1 2-2")], references: [reference])
    #expect(perfect.rate == 0 && perfect.precision == 1 && perfect.recall == 1)
    // One sure link, one possible link, one wrong: 1 - (1 + 2) / (3 + 2).
    let some = try AlignmentErrorRate(
      of: [TokenAlignment(pharaoh: "0-0 2-3 3-3")], references: [reference])
    #expect(some.rate == 0.4)
    #expect(some.precision == 2.0 / 3 && some.recall == 0.5)
    // Counts add up over sentences.
    let both = try AlignmentErrorRate(
      of: [
        TokenAlignment(pharaoh: "0-0 1-1 2-2"), TokenAlignment(pharaoh: "0-0 2-3 3-3"),
      ], references: [reference, reference])
    // 10 links and sure links in all, 8 of them right.
    #expect(both.rate == 0.2)
    #expect(AlignmentErrorRate().rate == nil)
    #expect(throws: AttentionMapError.alignmentCounts(found: 0, reference: 1)) {
      try AlignmentErrorRate(of: [], references: [reference])
    }
  }
}
