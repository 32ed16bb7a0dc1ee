import Foundation
import Metrics
import Testing

struct ErrorRateTests {
  func phones(_ text: String) -> [Substring] { text.split(separator: " ") }

  @Test func theNearestReferenceCounts() {
    var rate = ErrorRate()
    rate.add(
      hypothesis: phones("EY B IY"), references: [phones("AE B Z"), phones("EY B IY EH S")])
    // Both are two edits away; the first one is taken.
    #expect((rate.editCount, rate.referenceTokenCount) == (2, 3))
    #expect((rate.deletions, rate.insertions, rate.substitutions) == (0, 0, 2))
    rate.add(hypothesis: phones("AE B Z"), references: [phones("AE"), phones("AE B Z")])
    #expect((rate.editCount, rate.referenceTokenCount) == (2, 6))
    #expect(rate.rate == 2.0 / 6)
  }

  @Test func ratesCanExceedOneAndEmptySetsHaveNone() {
    var rate = ErrorRate()
    #expect(rate.rate == nil)
    rate.add(hypothesis: [], references: [[Int]()])
    #expect(rate.rate == nil)
    rate.add(hypothesis: [1, 2, 3], references: [[4]])
    #expect(rate.rate == 3)
  }

  @Test func exactMatchTakesAnyReference() {
    var match = ExactMatch()
    #expect(match.accuracy == nil && match.errorRate == nil)
    match.add(hypothesis: phones("A B"), references: [phones("A"), phones("A B")])
    match.add(hypothesis: phones("A"), references: [phones("A B")])
    match.add(hypothesis: phones(""), references: [])
    match.add(hypothesis: phones(""), references: [[]])
    #expect(match.accuracy == 0.5)
    #expect(match.errorRate == 0.5)
  }

  @Test func perplexityOfAUniformModelIsTheVocabularySize() throws {
    var perplexity = Perplexity()
    #expect(perplexity.value == nil)
    perplexity.add(negativeLogLikelihood: 5 * log(37), tokenCount: 5)
    perplexity.add(negativeLogLikelihood: 8 * log(37), tokenCount: 8)
    #expect(abs(try #require(perplexity.value) - 37) < 1e-9)
    #expect(abs(try #require(perplexity.crossEntropy) - log(37)) < 1e-12)
    #expect(Perplexity(negativeLogLikelihood: 0, tokenCount: 3).value == 1)
  }
}
