import Metrics
import Testing

/// The counts behind the scores against slow, obvious computations.
struct OracleTests {
  /// Random sentences over a few letters: many n-grams occur several times.
  static func sentence(_ random: inout TestGenerator, upTo count: Int, letters: Int) -> [String] {
    (0..<random.number(below: count + 1)).map { _ in
      String(UnicodeScalar(UInt8(97 + random.number(below: letters))))
    }
  }

  static func ngrams(_ words: [String], _ order: Int) -> [[String]: Int] {
    guard words.count >= order else { return [:] }
    return (0...(words.count - order)).reduce(into: [:]) {
      $0[Array(words[$1..<($1 + order)]), default: 0] += 1
    }
  }

  @Test func bleuCountsClippedNgrams() {
    var random = TestGenerator(state: 41)
    let bleu = BLEU(tokenizer: .whitespace, maximumOrder: 5)
    for _ in 0..<300 {
      let hypothesis = Self.sentence(&random, upTo: 17, letters: 3)
      let references = (0..<(1 + random.number(below: 3))).map { _ in
        Self.sentence(&random, upTo: 17, letters: 3)
      }
      let found = bleu.statistics(
        hypothesis: hypothesis.joined(separator: " "),
        references: references.map { $0.joined(separator: " ") })
      #expect(found.hypothesisLength == hypothesis.count)
      let distance = references.map { abs($0.count - hypothesis.count) }.min() ?? 0
      let nearest = references.map(\.count).filter { abs($0 - hypothesis.count) == distance }.min()
      #expect(found.referenceLength == nearest)
      for order in 1...5 {
        let counts = Self.ngrams(hypothesis, order)
        let matches = counts.map { ngram, count in
          min(count, references.map { Self.ngrams($0, order)[ngram] ?? 0 }.max() ?? 0)
        }
        #expect(found.totals[order - 1] == counts.values.reduce(0, +))
        #expect(found.matches[order - 1] == matches.reduce(0, +))
      }
    }
  }

  @Test func chrFCountsCharactersAndWords() {
    var random = TestGenerator(state: 43)
    let metric = ChrF(characterOrder: 4, wordOrder: 3)
    for _ in 0..<200 {
      let sentences = (0..<2).map { _ in
        (0..<random.number(below: 6)).map { _ in
          Self.sentence(&random, upTo: 4, letters: 2).joined()
        }.filter { !$0.isEmpty }
      }
      let found = metric.statistics(
        hypothesis: sentences[0].joined(separator: " "),
        references: [sentences[1].joined(separator: "  ")])
      let characters = sentences.map { $0.joined().map(String.init) }
      for index in 0..<7 {
        let (texts, order) = index < 4 ? (characters, index + 1) : (sentences, index - 3)
        let (hypothesis, reference) = (Self.ngrams(texts[0], order), Self.ngrams(texts[1], order))
        let counts = found.orders[index]
        #expect(counts.reference == reference.values.reduce(0, +))
        #expect(
          counts.hypothesis == (reference.isEmpty ? 0 : hypothesis.values.reduce(0, +)))
        #expect(
          counts.matches == hypothesis.map { min($1, reference[$0] ?? 0) }.reduce(0, +))
      }
    }
  }

  @Test func shiftsOnlyEverSaveEdits() {
    var random = TestGenerator(state: 47)
    let metric = TER()
    var saved = 0
    for _ in 0..<150 {
      let reference = Self.sentence(&random, upTo: 14, letters: 5)
      var hypothesis = reference
      if hypothesis.count > 3 {
        let phrase = Array(hypothesis[1..<3])
        hypothesis.removeSubrange(1..<3)
        hypothesis.insert(contentsOf: phrase, at: random.number(below: hypothesis.count + 1))
      }
      if random.number(below: 2) == 0 { hypothesis.append("z") }
      let found = metric.statistics(
        hypothesis: hypothesis.joined(separator: " "),
        references: [reference.joined(separator: " ")])
      let plain = EditDistance(from: reference, to: hypothesis).total
      #expect(found.editCount <= plain)
      #expect(found.editCount >= abs(hypothesis.count - reference.count))
      #expect(found.referenceLength == Double(reference.count))
      saved += plain - found.editCount
    }
    #expect(saved > 50)
  }

  @Test func aPhraseThatMovesIsOneEdit() {
    let metric = TER()
    func edits(_ hypothesis: String, _ references: String...) -> [Double] {
      let found = metric.statistics(hypothesis: hypothesis, references: references)
      return [Double(found.editCount), found.referenceLength]
    }
    #expect(edits("d e f a b c", "a b c d e f") == [1, 6])
    #expect(edits("d e f A b", "a b c d e f") == [2, 6])
    #expect(edits("", "a b") == [2, 2])
    #expect(edits("a b", "") == [2, 0])
    #expect(edits("", "") == [0, 0])
    // The nearest reference's edits, over the mean length of both.
    #expect(edits("a b c", "x y z w v", "a b") == [1, 3.5])
    #expect(metric.sentenceScore(hypothesis: "a", references: [""]).value == 100)
    #expect(metric.sentenceScore(hypothesis: "", references: [""]).value == 0)
    #expect(metric.sentenceScore(hypothesis: "a b c", references: ["d"]).value == 300)
  }

  @Test func ratesOfTextAreThoseOfTokens() throws {
    let phones = TokenErrorRate(name: "PER")
    let words = SequenceErrorRate(name: "WER")
    let hypotheses = ["EY  B IY", "AE B Z ", "", "e\u{301}"]
    let references = [["AE B Z", "EY B IY"], ["AE B"], ["", "A"], ["\u{E9}"]]
    let per = try phones.score(hypotheses: hypotheses, references: references)
    #expect(abs(per.value - 100 * 2.0 / 6) < 1e-9)
    #expect(per.formatted() == "PER = 33.33 (ins = 1 del = 0 sub = 1 ref_len = 6)")
    let wer = try words.score(hypotheses: hypotheses, references: references)
    #expect(wer.formatted(decimals: 1) == "WER = 50.0 (errors = 2 outputs = 4)")
    #expect(phones.sentenceScore(hypothesis: "a", references: [""]).value == 100)
  }

  @Test func tokenizersGiveWords() {
    let text = " Don't: 3.5%, “e\u{301}” 好吧! "
    #expect(BLEUTokenizer.whitespace.words(text) == ["Don't:", "3.5%,", "“e\u{301}”", "好吧!"])
    #expect(
      BLEUTokenizer.mteval13a.words(text)
        == ["Don't", ":", "3.5", "%", ",", "“e\u{301}”", "好吧", "!"])
    #expect(
      BLEUTokenizer.chinese.words(text)
        == ["Don't", ":", "3.5", "%", ",", "“", "e\u{301}", "”", "好", "吧", "!"])
    #expect(
      BLEUTokenizer.international.words(text)
        == ["Don", "'", "t", ":", "3.5", "%", ",", "“", "e\u{301}", "”", "好吧", "!"])
    #expect(BLEUTokenizer.characters.words("e\u{301} 好") == ["e", "\u{301}", "好"])
    for tokenizer in BLEUTokenizer.allCases {
      #expect(tokenizer.words("") == [] && tokenizer.words(" \n\t") == [])
    }
  }

  @Test func smoothingsHaveNames() {
    #expect(BLEUSmoothing.names.allSatisfy { BLEUSmoothing(name: $0) != nil })
    #expect(BLEUSmoothing(name: "floor") == .floor(0.1))
    #expect(BLEUSmoothing(name: "add-k", value: 2) == .addK(2))
    #expect(BLEUSmoothing(name: "exp", value: 2) == nil)
    #expect(BLEUSmoothing(name: "none", value: 0) == nil)
    #expect(BLEUSmoothing(name: "laplace") == nil)
  }

  @Test func perplexityIsPrintedWithItsCounts() {
    var perplexity = Perplexity(negativeLogLikelihood: 6, tokenCount: 3)
    #expect(
      perplexity.formatted() == "perplexity = 7.3891 (2.0000 nats per token, 3 tokens)")
    perplexity += Perplexity(negativeLogLikelihood: 4, tokenCount: 2)
    #expect(perplexity == Perplexity(negativeLogLikelihood: 10, tokenCount: 5))
    #expect(Perplexity().formatted() == "perplexity = undefined (0 tokens)")
    #expect(Perplexity.definition.contains("exp(-1/N sum ln"))
  }
}
