import Metrics
import TestSupport
import Testing

/// What holds for every metric, on random sentences.
struct MetricLawTests {
  struct Corpus {
    var hypotheses: [String] = []
    var references: [[String]] = []

    /// Sentences of 0 to 12 words, with 1 to 3 references that share most words with them.
    init(count: Int, seed: UInt64) {
      var random = TestGenerator(state: seed)
      func sentence(_ words: [String]) -> String { words.joined(separator: " ") }
      for _ in 0..<count {
        let words = (0..<random.number(below: 13)).map { _ in random.word() }
        hypotheses.append(sentence(words))
        references.append(
          (0..<(1 + random.number(below: 3))).map { _ in
            var reference = words.map { random.number(below: 4) == 0 ? random.word() : $0 }
            if reference.count > 4 {
              reference.insert(reference.removeLast(), at: random.number(below: 4))
            }
            return sentence(reference)
          })
      }
    }

    init(hypotheses: [String], references: [[String]]) {
      self.hypotheses = hypotheses
      self.references = references
    }

    subscript(order: [Int]) -> Corpus {
      Corpus(hypotheses: order.map { hypotheses[$0] }, references: order.map { references[$0] })
    }
  }

  static let metrics: [any CorpusMetric] = [
    BLEU(), BLEU(tokenizer: .whitespace, smoothing: .floor(0.1), ignoresCase: true),
    BLEU(tokenizer: .characters, smoothing: .addK(1), maximumOrder: 6), ChrF(), ChrF.plusPlus,
    ChrF(characterOrder: 0, wordOrder: 3, countsWhitespace: true, usesEpsilonSmoothing: true),
    TER(), TER(normalizes: true, removesPunctuation: true, ignoresCase: false), TokenErrorRate(),
    SequenceErrorRate(ignoresCase: true),
  ]

  @Test(arguments: metrics.indices)
  func theOrderOfSentencesAndReferencesDoesNotMatter(index: Int) throws {
    func check(_ metric: some CorpusMetric) throws {
      let corpus = Corpus(count: 53, seed: 3)
      var random = TestGenerator(state: 5)
      var shuffled = corpus[random.permutation(of: 53)]
      let score = try metric.score(corpus)
      #expect(abs(try metric.score(shuffled) - score) < 1e-9)
      shuffled.references = shuffled.references.map { $0.reversed() }
      // Of equally near references these two take the first.
      if !(metric is TokenErrorRate) && !(metric is ChrF) {
        #expect(abs(try metric.score(shuffled) - score) < 1e-9)
      }
    }
    try check(Self.metrics[index])
  }

  @Test(arguments: metrics.indices)
  func statisticsAddUp(index: Int) throws {
    func check(_ metric: some CorpusMetric) throws {
      let corpus = Corpus(count: 47, seed: 11)
      let statistics = try metric.statistics(
        hypotheses: corpus.hypotheses, references: corpus.references)
      #expect(statistics.count == 47)
      for cut in [0, 1, 13, 46, 47] {
        var sum = metric.sum(statistics[..<cut])
        sum += metric.sum(statistics[cut...])
        #expect(abs(metric.score(of: sum).value - (try metric.score(corpus))) < 1e-9)
      }
      // A test set that is doubled has the same score, additive smoothing apart.
      let doubled = try metric.score(corpus[Array(0..<47) + Array(0..<47)])
      if (metric as? BLEU)?.smoothing != .addK(1) {
        #expect(abs(doubled - (try metric.score(corpus))) < 1e-9)
      }
      // One sentence is a corpus.
      let sentence = metric.sentenceScore(
        hypothesis: corpus.hypotheses[7], references: corpus.references[7])
      #expect(sentence.value == (try metric.score(corpus[[7]])))
      // Zero, or what epsilon smoothing makes of it.
      #expect(metric.score(of: metric.emptyStatistics).value < 1e-13)
      #expect(try metric.score(Corpus(hypotheses: [], references: [])) < 1e-13)
    }
    try check(Self.metrics[index])
  }

  @Test(arguments: metrics.indices)
  func whatIsIdenticalIsPerfectAndWhatIsBetterIsTold(index: Int) throws {
    func check(_ metric: some CorpusMetric) throws {
      let corpus = Corpus(count: 31, seed: 17)
      let perfect = Corpus(
        hypotheses: corpus.references.map { $0[$0.count - 1] }, references: corpus.references)
      let best = try metric.score(perfect)
      #expect(abs(best - (metric.higherIsBetter ? 100 : 0)) < 1e-6)
      // A worse sentence makes a worse score.
      var worse = perfect
      let longest = worse.hypotheses.indices.max {
        worse.hypotheses[$0].count < worse.hypotheses[$1].count
      }
      worse.hypotheses[longest ?? 0] = "nothing of this"
      #expect(
        metric.higherIsBetter
          ? try metric.score(worse) < best - 0.1 : try metric.score(worse) > best + 0.1)
    }
    try check(Self.metrics[index])
  }

  @Test(arguments: metrics.indices)
  func caseMattersUnlessItIsIgnored(index: Int) throws {
    func check(_ metric: some CorpusMetric, ignoresCase: Bool) throws {
      let corpus = Corpus(count: 19, seed: 23)
      var loud = corpus
      loud.hypotheses = loud.hypotheses.map { $0.uppercased() }
      let scores = (try metric.score(corpus), try metric.score(loud))
      #expect((scores.0 == scores.1) == ignoresCase)
      #expect(metric.settings.hasPrefix(ignoresCase ? "case:lc" : "case:mixed"))
    }
    let ignoring = [false, true, false, false, false, false, true, false, false, true]
    try check(Self.metrics[index], ignoresCase: ignoring[index])
  }

  @Test func countsThatDifferAndMissingReferencesAreErrors() throws {
    let bleu = BLEU()
    #expect(throws: MetricError.differentCounts(hypotheses: 2, references: 1)) {
      try bleu.score(hypotheses: ["a", "b"], references: [["a"]])
    }
    #expect(throws: MetricError.noReference(segment: 1)) {
      try bleu.score(hypotheses: ["a", "b"], references: [["a"], []])
    }
    #expect(throws: MetricError.differentLengths(first: 2, stream: 1, count: 1)) {
      try referencesBySegment([["a", "b"], ["c"]])
    }
    #expect(
      try referencesBySegment([["a", "b"], ["c", "d"], ["", "e"]])
        == [["a", "c", ""], ["b", "d", "e"]])
    #expect(try referencesBySegment([]) == [])
    #expect(try referencesBySegment([[], []]) == [])
    #expect(
      MetricError.differentCounts(hypotheses: 2, references: 1).description
        == "expected references for 2 hypotheses, found them for 1")
    #expect(
      MetricError.noReference(segment: 1).description
        == "expected at least one reference of sentence 2, found none")
    #expect(
      MetricError.differentLengths(first: 2, stream: 1, count: 1).description
        == "expected 2 sentences in reference set 2, as in the first, found 1")
  }

  @Test func mistakesStopWithBothValues() async {
    let orders = await #expect(
      processExitsWith: .failure, observing: [\.standardErrorContent]
    ) {
      var sum = BLEU().emptyStatistics
      sum += BLEU(maximumOrder: 7).emptyStatistics
    }
    expectMessage(orders, naming: ["BLEU.Statistics", "4", "7"])
    let sentences = await #expect(
      processExitsWith: .failure, observing: [\.standardErrorContent]
    ) {
      _ = TokenErrorRate().compare([ErrorRate()], to: [])
    }
    expectMessage(sentences, naming: ["TokenErrorRate.compare", "1", "0"])
    let references = await #expect(
      processExitsWith: .failure, observing: [\.standardErrorContent]
    ) {
      _ = TER().sentenceScore(hypothesis: "a", references: [])
    }
    expectMessage(references, naming: ["TER.statistics", "no reference"])
  }

  @Test func signatures() {
    let bleu = BLEU(smoothing: .addK(0.5))
    let settings = "case:mixed|eff:no|tok:13a|smooth:add-k[0.50]|version:\(metricsVersion)"
    #expect(bleu.signature() == "nrefs:1|\(settings)")
    #expect(bleu.signature(referenceCount: 3) == "nrefs:3|\(settings)")
    #expect(bleu.signature(references: [["a"], ["a", "b"]]) == "nrefs:var|\(settings)")
    #expect(
      bleu.signature(resampling: .bootstrap(resamples: 1000, seed: 7))
        == "nrefs:1|bs:1000|seed:7|\(settings)")
    #expect(
      bleu.signature(resampling: .approximateRandomization(trials: 99, seed: 7))
        == "nrefs:1|ar:99|seed:7|\(settings)")
    #expect(TokenErrorRate(name: "PER").signature().hasPrefix("nrefs:1|case:mixed|tok:none|"))
  }
}

extension CorpusMetric {
  func score(_ corpus: MetricLawTests.Corpus) throws -> Double {
    try score(hypotheses: corpus.hypotheses, references: corpus.references).value
  }
}

/// Random numbers of the tests (xorshift).
struct TestGenerator {
  var state: UInt64

  mutating func number(below bound: Int) -> Int {
    state ^= state << 13
    state ^= state >> 7
    state ^= state << 17
    return Int(state % UInt64(bound))
  }

  /// A short word, some of them with punctuation.
  mutating func word() -> String {
    let words = ["ein", "Hund", "läuft", "sehr", "3,5", "schnell.", "a-b", "(so)", "x", "中文"]
    return words[number(below: words.count)]
  }

  mutating func permutation(of count: Int) -> [Int] {
    var order = Array(0..<count)
    for index in order.indices.dropFirst() { order.swapAt(index, number(below: index + 1)) }
    return order
  }
}
