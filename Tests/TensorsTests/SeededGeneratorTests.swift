import Tensors
import Testing

@Suite struct SeededGeneratorTests {
  @Test func theSameSeedGivesTheSameNumbers() {
    var (a, b) = (SeededGenerator(seed: 3), SeededGenerator(seed: 3))
    for _ in 0..<10 { #expect(a.next() == b.next()) }
    var c = SeededGenerator(seed: 4)
    #expect(a.next() != c.next())
  }

  /// The reference values of SplitMix64 for the seed 1234567 (Vigna's splitmix64.c).
  @Test func theNumbersAreSplitMix64s() {
    var generator = SeededGenerator(seed: 1_234_567)
    #expect(generator.next() == 6_457_827_717_110_365_317)
    #expect(generator.next() == 3_203_168_211_198_807_973)
  }

  @Test func normalAndUniformNumbersHaveTheirMoments() {
    var generator = SeededGenerator(seed: 1)
    let count = 100_000
    let normal = Tensor.normal([count], mean: 2, standardDeviation: 3, using: &generator).scalars
    let mean = normal.reduce(0.0) { $0 + Double($1) } / Double(count)
    let variance = normal.reduce(0.0) { $0 + (Double($1) - mean) * (Double($1) - mean) }
    // Five standard errors.
    #expect(abs(mean - 2) < 5 * 3 / Double(count).squareRoot())
    #expect(abs(variance / Double(count) - 9) < 5 * 9 * (2 / Double(count)).squareRoot())
    let uniform = Tensor.uniform([count], in: -1...3, using: &generator).scalars
    #expect(uniform.allSatisfy { $0 >= -1 && $0 <= 3 })
    #expect(abs(uniform.reduce(0.0) { $0 + Double($1) } / Double(count) - 1) < 0.02)
  }

  @Test func combinedSeedsDependOnEachAndTheirOrder() {
    #expect(combineSeeds(1, 2) != combineSeeds(2, 1))
    #expect(combineSeeds(1, 2) != combineSeeds(1, 3))
    #expect(combineSeeds(1) != combineSeeds(1, 0))
  }
}
