import Metrics
import Testing

/// Every score, printed line and signature against sacreBLEU's.
struct SacreBLEUTests {
  /// How far a score may be from sacreBLEU's, which has six decimals in the fixture.
  static let tolerance = 2e-6

  @Test func bleu() throws {
    try compare("BLEU", atLeast: 230) { settings in
      BLEU(
        tokenizer: try #require(BLEUTokenizer(rawValue: settings.tokenize ?? "13a")),
        smoothing: try #require(
          BLEUSmoothing(name: settings.smooth_method ?? "exp", value: settings.smooth_value)),
        ignoresCase: settings.lowercase ?? false,
        usesEffectiveOrder: settings.effective_order ?? false,
        maximumOrder: settings.max_ngram_order ?? 4)
    }
  }

  @Test func chrF() throws {
    try compare("CHRF", atLeast: 100) { settings in
      ChrF(
        characterOrder: settings.char_order ?? 6, wordOrder: settings.word_order ?? 0,
        beta: settings.beta ?? 2, ignoresCase: settings.lowercase ?? false,
        countsWhitespace: settings.whitespace ?? false,
        usesEpsilonSmoothing: settings.eps_smoothing ?? false)
    }
  }

  @Test func ter() throws {
    try compare("TER", atLeast: 230) { settings in
      TER(
        normalizes: settings.normalized ?? false, removesPunctuation: settings.no_punct ?? false,
        supportsAsian: settings.asian_support ?? false,
        ignoresCase: !(settings.case_sensitive ?? false))
    }
  }

  /// - Parameter count: of computations in the fixture, so that an empty one is noticed.
  func compare<Metric: CorpusMetric>(
    _ name: String, atLeast count: Int, _ metric: (MetricFixture.Settings) throws -> Metric
  ) throws {
    let sets = try MetricFixture.sets()
    let computations = try MetricFixture.computations(of: name)
    #expect(computations.count >= count)
    for expected in computations {
      let set = try #require(sets[expected.set])
      let metric = try metric(expected.settings)
      let score = try metric.score(hypotheses: set.hypotheses, references: set.references)
      let signature = metric.signature(references: set.references)
      let comment: Comment = "\(expected.set): \(expected.line)"
      #expect(abs(score.value - expected.score) < Self.tolerance, comment)
      #expect(
        score.formatted(decimals: 4, signature: signature)
          == expected.line.replacing("version:2.6.0", with: "version:\(metricsVersion)"),
        comment)
      try #require(expected.sentences.count == set.hypotheses.count)
      for (index, expectedSentence) in expected.sentences.enumerated() {
        let sentence = metric.sentenceScore(
          hypothesis: set.hypotheses[index], references: set.references[index])
        #expect(
          abs(sentence.value - expectedSentence) < Self.tolerance, "sentence \(index) of \(comment)"
        )
      }
    }
  }
}
