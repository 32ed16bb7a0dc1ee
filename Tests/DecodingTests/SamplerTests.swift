import AttentionKit
import Foundation
import TestSupport
import Testing

/// What is drawn has the distribution that it should have.
@Suite struct SamplerTests {
  private static let small: [Float] = [0.3, -1, 1.4, 0.1, -0.6, 2, 0.9, -3]
  private static let wide: [Float] = {
    var generator = SeededGenerator(seed: 17)
    return (0..<53).map { _ in 1.5 * generator.nextNormal() }
  }()

  /// How often each token comes in one draw for each of many sentences.
  private func frequencies(
    _ logits: [Float], _ distribution: SamplingDistribution, draws: Int = 3000,
    constraints: DecodingConstraints = .init(maximumLength: { _ in 1 })
  ) throws -> [Int] {
    let sampler = Sampler(
      start: 0, end: 1, seed: 5, distribution: distribution, constraints: constraints)
    var counts = Array(repeating: 0, count: logits.count)
    for output in try sampler.decode(
      Array(repeating: [2], count: draws), with: TableModel.constant(logits))
    {
      counts[output.tokens.first ?? 1] += 1
    }
    return counts
  }

  /// The distribution from its definition, by sorting everything.
  private func expected(_ logits: [Float], _ distribution: SamplingDistribution) -> [Double] {
    var probabilities = Oracle.softmax(
      logits.map { Double($0) / Double(distribution.temperature) }, columns: logits.count)
    let order = logits.indices.sorted { (-logits[$0], $0) < (-logits[$1], $1) }
    func normalize() {
      let sum = probabilities.reduce(0, +)
      probabilities = probabilities.map { $0 / sum }
    }
    if let topK = distribution.topK {
      for index in order.dropFirst(topK) { probabilities[index] = 0 }
      normalize()
    }
    if let topP = distribution.topP {
      var sum = 0.0
      for index in order {
        let isKept = sum < Double(topP)
        sum += probabilities[index]
        if !isKept { probabilities[index] = 0 }
      }
      normalize()
    }
    return probabilities
  }

  /// Expects every possible token, no other, and frequencies that chance explains (χ² test).
  private func expectDistribution(
    _ logits: [Float], _ distribution: SamplingDistribution,
    count: Int = 3000, sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let counts = try frequencies(logits, distribution, draws: count)
    let probabilities = expected(logits, distribution)
    let draws = Double(counts.reduce(0, +))
    var (statistic, degrees) = (0.0, -1.0)
    // Tokens of which few are expected count as one.
    var rare = (count: 0.0, expected: 0.0)
    func add(_ count: Double, _ expected: Double) {
      statistic += (count - expected) * (count - expected) / expected
      degrees += 1
    }
    for (count, probability) in zip(counts, probabilities) {
      let expected = draws * probability
      if expected == 0 { #expect(count == 0, sourceLocation: sourceLocation) }
      if expected >= 10 {
        #expect(count > 0, sourceLocation: sourceLocation)
        add(Double(count), expected)
      } else {
        rare = (rare.count + Double(count), rare.expected + expected)
      }
    }
    if rare.expected > 1 { add(rare.count, rare.expected) }
    // Mean and deviation of χ² are n and √2n; with four deviations and a bit, chance fails 1 in 1000.
    #expect(
      statistic < degrees + 4.5 * (2 * degrees).squareRoot() + 1e-9, "\(distribution)",
      sourceLocation: sourceLocation)
  }

  @Test(arguments: [
    SamplingDistribution(),
    .init(temperature: 0.5), .init(temperature: 2),
    .init(topK: 1), .init(topK: 3), .init(topK: 1000),
    .init(topP: 0.5), .init(topP: 0.9), .init(topP: 1), .init(topP: 1e-6),
    .init(temperature: 0.7, topK: 5), .init(temperature: 1.5, topP: 0.6),
    .init(topK: 4, topP: 0.8), .init(temperature: 0.8, topK: 6, topP: 0.95),
  ])
  func frequenciesAreTheDistributions(_ distribution: SamplingDistribution) throws {
    try expectDistribution(Self.small, distribution)
    try expectDistribution(Self.wide, distribution)
  }

  @Test(arguments: [SamplingDistribution(), .init(topP: 0.8), .init(topK: 300, topP: 0.99)])
  func aLargeVocabularyIsNoOtherCase(_ distribution: SamplingDistribution) throws {
    var generator = SeededGenerator(seed: 3)
    let logits = (0..<1031).map { _ in 3 * generator.nextNormal() }
    try expectDistribution(logits, distribution, count: 600)
  }

  @Test func ofEqualTokensTheFirstAreKept() throws {
    let equal = Array(repeating: Float(0.25), count: 40)
    for (distribution, kept) in [
      (SamplingDistribution(topK: 3), 3), (.init(topP: 0.5), 20), (.init(topK: 8, topP: 0.5), 4),
    ] {
      let counts = try frequencies(equal, distribution, draws: 1000)
      #expect(counts.indices.filter { counts[$0] > 0 } == Array(0..<kept))
    }
    // The border runs through equal tokens that differ from others by little.
    var almost = equal
    almost[30] = 0.2501
    let counts = try frequencies(almost, .init(topP: 0.49), draws: 1000)
    #expect(counts.indices.filter { counts[$0] > 0 } == Array(0..<19) + [30])
    // Far below the largest, the same holds: after the largest comes 30.
    almost[0] = 1.25
    let share = Float(Oracle.softmax(almost.map(Double.init), columns: 40)[0] + 1e-4)
    let two = try frequencies(almost, .init(topP: share), draws: 1000)
    #expect(two.indices.filter { two[$0] > 0 } == [0, 30])
  }

  @Test func theLargestTokenIsAlwaysLeft() throws {
    let counts = try frequencies(Self.wide, .init(topP: .leastNonzeroMagnitude), draws: 50)
    #expect(counts[Self.wide.indices.max { Self.wide[$0] < Self.wide[$1] }!] == 50)
    let cold = try frequencies(
      Self.wide, .init(temperature: .leastNonzeroMagnitude), draws: 50)
    #expect(cold == counts)
    let nucleus = try frequencies(
      Self.wide, .init(temperature: .leastNonzeroMagnitude, topP: 0.5), draws: 50)
    #expect(nucleus == counts)
  }

  @Test func cutsComeAfterConstraints() throws {
    let constraints = DecodingConstraints(
      maximumLength: { _ in 1 }, minimumLength: 1, forbiddenTokens: [5])
    for distribution in [SamplingDistribution(topK: 2), .init(topP: 0.4), .init()] {
      let counts = try frequencies(Self.small, distribution, constraints: constraints)
      var allowed = Self.small
      (allowed[5], allowed[1]) = (-.infinity, -.infinity)
      let expected = expected(allowed, distribution)
      #expect(counts.map { $0 > 0 } == expected.map { $0 > 0 })
      for (count, probability) in zip(counts, expected) {
        #expect(abs(Double(count) / 3000 - probability) < 0.05)
      }
    }
  }

  @Test func logProbabilitiesAreTheModels() throws {
    let model = TableModel.random(vocabularySize: 9, seed: 2)
    let sources = (0..<20).map { [2, $0 % 9] }
    let sampler = Sampler(
      start: 0, end: 1, seed: 3, distribution: .init(temperature: 0.5, topK: 5, topP: 0.9),
      constraints: .init(maximumLength: { _ in 8 }))
    let outputs = try sampler.decode(sources, with: model).enumerated().filter { $1.isFinished }
    #expect(!outputs.isEmpty)
    let scored = try SequenceScorer(start: 0, end: 1).score(
      outputs.map(\.element.tokens), given: outputs.map { sources[$0.offset] }, with: model)
    for (output, scored) in zip(outputs, scored) {
      #expect(abs(output.element.score - scored.score) < 1e-5)
    }
  }

  @Test func theSeedAndTheNumberOfASentenceDecide() throws {
    let model = TableModel.random(vocabularySize: 9, seed: 2)
    func sample(_ count: Int, seed: UInt64, numbers: [Int]? = nil) throws -> [Hypothesis] {
      try Sampler(
        start: 0, end: 1, seed: seed, constraints: .init(maximumLength: { _ in 12 })
      ).decode(Array(repeating: [2, 3], count: count), sentenceNumbers: numbers, with: model)
    }
    let first = try sample(30, seed: 1)
    #expect(try sample(30, seed: 1) == first)
    #expect(try sample(30, seed: 2) != first)
    #expect(Set(first.map(\.tokens)).count > 15)
    // In another order, alone, and among fewer, each gives what its number gives.
    #expect(try sample(30, seed: 1, numbers: (0..<30).reversed()) == first.reversed())
    #expect(try sample(1, seed: 1, numbers: [17]) == [first[17]])
    #expect(try sample(3, seed: 1, numbers: [4, 4, 29]) == [first[4], first[4], first[29]])
  }
}
