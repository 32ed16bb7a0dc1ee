import Metrics
import Testing

/// The values that sacreBLEU's own tests hold it to (test/test_bleu.py, test_chrf.py and test_ter.py of mjpost/sacrebleu), with
/// their tolerances.
@Suite struct SacreBLEUOwnTests {
  private struct Case: Sendable {
    let hypotheses: [String]
    let references: [String]
    let score: Double

    init(_ hypotheses: [String], _ references: [String], _ score: Double) {
      self.hypotheses = hypotheses
      self.references = references
      self.score = score
    }
  }

  private func expect(
    _ metric: some CorpusMetric, _ cases: [Case], scale: Double = 1, tolerance: Double,
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    for value in cases {
      let score = try metric.score(
        hypotheses: value.hypotheses, references: value.references.map { [$0] }
      ).value
      #expect(
        abs(score / scale - value.score) < tolerance, "\(value.hypotheses)",
        sourceLocation: sourceLocation)
    }
  }

  @Test func rawBLEU() throws {
    try expect(
      BLEU(tokenizer: .whitespace, smoothing: .floor(0.01), usesEffectiveOrder: true),
      [
        Case(["this is a test", "another test"], ["ref1", "ref2"], 0),
        Case(["this is a test"], ["this is a test"], 1),
        Case(["this is a fest"], ["this is a test"], 0.223606797749979),
        Case(["test"], ["a test"], 0.3678794411714425),
        Case(["a test"], ["a test"], 1),
        Case(["a little test"], ["a test"], 0.03218297948685433),
      ], scale: 100, tolerance: 1e-8)
  }

  @Test func corpusBLEU() throws {
    let references = [
      ["The dog bit the man.", "The dog had bit the man."],
      ["It was not unexpected.", "No one was surprised."],
      ["The man bit him first.", "The man had bitten the dog."],
    ]
    let hypotheses = [
      "The dog bit the man.", "It wasn't surprising.", "The man had just bitten him.",
    ]
    for (metric, expected) in [
      (BLEU(), 48.530827), (BLEU(tokenizer: .whitespace), 49.1919566),
      (BLEU(tokenizer: .international), 43.91623493), (BLEU(smoothing: .unsmoothed), 48.530827),
    ] {
      let score = try metric.score(hypotheses: hypotheses, references: references).value
      // They write six to eight decimals.
      #expect(abs(score - expected) < 1e-6, "\(metric)")
    }
    let nothing = try BLEU().score(hypotheses: ["", "", ""], references: references).value
    #expect(nothing == 0)
  }

  @Test func countsAndDegenerateOnes() throws {
    let metric = BLEU(tokenizer: .whitespace, smoothing: .floor(0.1), usesEffectiveOrder: true)
    let counted = metric.statistics(
      hypothesis: "am I am a character sequence", references: ["I am a symbol string sequence a a"])
    #expect(counted.matches == [4, 2, 1, 0] && counted.totals == [6, 5, 4, 3])
    #expect(abs(metric.score(of: counted).value / 100 - 0.1555722182) < 1e-8)

    func score(
      _ matches: [Int], _ totals: [Int], _ hypothesis: Int, _ reference: Int, _ floor: Double
    ) -> Double {
      let metric = BLEU(smoothing: .floor(floor))
      var statistics = metric.emptyStatistics
      statistics.matches = matches
      statistics.totals = totals
      statistics.hypothesisLength = hypothesis
      statistics.referenceLength = reference
      return metric.score(of: statistics).value / 100
    }
    #expect(abs(score([9, 7, 5, 3], [10, 8, 6, 4], 11, 11, 0.1) - 0.8375922397) < 1e-8)
    let zeros = [0, 0, 0, 0]
    for value in [
      score(zeros, [4, 4, 2, 1], 0, 1, 0), score(zeros, [10, 11, 12, 0], 14, 10, 0),
      score(zeros, zeros, 0, 0, 0), score([6, 5, 4, 0], [6, 5, 4, 3], 6, 6, 0),
      score(zeros, zeros, 0, 0, 0.1), score(zeros, zeros, 1, 5, 0.01),
    ] { #expect(value == 0) }
  }

  private static let risk = (
    "risk assessment must be made of those who are qualified and expertise in the sector - these are the scientists .",
    "risk assessment has to be undertaken by those who are qualified and expert in that area - that is the scientists ."
  )
  private static let friends =
    "Das Verhältnis zwischen Obama und Netanyahu ist nicht gerade freundschaftlich."

  @Test func chrF() throws {
    let wall = "Niemand hat die Absicht, eine Mauer zu errichten"
    try expect(
      ChrF(beta: 3, usesEpsilonSmoothing: true),
      [
        Case(["abcdefg"], ["hijklmnop"], 0), Case(["a"], ["b"], 0), Case([""], ["b"], 0),
        Case([""], ["ref"], 0), Case([""], ["reference"], 0), Case(["aa"], ["ab"], 8.3333),
        Case(["a", "b"], ["a", "c"], 8.3333), Case(["a"], ["a"], 16.6667),
        Case(["a b c"], ["a b c"], 50), Case(["a b c"], ["abc"], 50),
        Case([" " + Self.risk.0], [Self.risk.1], 63.361730),
        Case(
          [" Die    Beziehung zwischen  Obama und Netanjahu ist nicht gerade  freundlich. "],
          [Self.friends], 64.1302698),
        Case([wall], [wall], 100),
      ], tolerance: 1e-4)
    try expect(
      ChrF(beta: 3),
      [
        Case(["a"], ["a"], 100), Case([""], ["reference"], 0), Case(["a b c"], ["a b c"], 100),
        Case(["a b c"], ["abc"], 100), Case([""], ["c"], 0), Case(["a", "b"], ["a", "c"], 50),
        Case(["aa"], ["ab"], 25),
      ], tolerance: 1e-4)
    try expect(
      ChrF(beta: 3, countsWhitespace: true),
      [
        Case(
          ["Die Beziehung zwischen Obama und Netanjahu ist nicht gerade freundlich."],
          [Self.friends], 67.3481606),
        Case([Self.risk.0], [Self.risk.1], 65.2414427),
      ], tolerance: 1e-4)
  }

  @Test func sentenceChrF() throws {
    try expect(
      ChrF(usesEpsilonSmoothing: true),
      [
        Case(
          ["Co nás nejvíc trápí, protože lékaři si vybírají, kdo bude žít a kdo zemře."],
          ["Nejvíce smutní jsme z toho, že musíme rozhodovat o tom, kdo bude žít a kdo zemře."],
          39.14078509),
        Case(
          ["Nebo prostě nemají vybavení, které by jim pomohlo, uvedli lékaři."],
          ["A někdy nemáme ani potřebný materiál, abychom jim pomohli, popsali lékaři."],
          31.22557079),
        Case(
          ["Lapali po dechu, jejich životy skončily dřív, než skutečně začaly."],
          [
            "Lapali po dechu a pak jejich život skončil - dřív, než skutečně mohl začít, "
              + "připomněli."
          ],
          57.15704367),
      ], tolerance: 1e-4)
  }

  @Test func ter() throws {
    try expect(
      TER(),
      [
        Case(["aaaa bbbb cccc dddd"], ["aaaa bbbb cccc dddd"], 0),
        Case(["dddd eeee ffff"], ["aaaa bbbb cccc"], 1), Case([""], ["a"], 1),
        Case(["d e f g h a b c"], ["a b c d e f g h"], 1 / 8),
      ], scale: 100, tolerance: 1e-5)
  }
}
