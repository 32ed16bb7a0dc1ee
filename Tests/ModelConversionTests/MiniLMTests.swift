import AttentionKit
import Foundation
import TestSupport
import Testing

/// The sentence encoder all-MiniLM-L6-v2 against the transformers library, which Tests/Fixtures/make_minilm.py asked.
@Suite struct MiniLMTests {
  /// The folder that $ATTENTION_MINILM names, or that Scripts/get-minilm.sh fills.
  static let folder: String? = {
    let named = ProcessInfo.processInfo.environment["ATTENTION_MINILM"]
    let folder = named ?? fixtureFolder("../../Data/minilm")
    return FileManager.default.fileExists(atPath: folder + "/model.safetensors") ? folder : nil
  }()

  /// The sign of a number of an embedding in a sum, as the generator chooses it.
  private func sign(_ number: Int) -> Double {
    var z = UInt64(number + 1) &* 0x9E37_79B9_7F4A_7C15
    z = (z ^ z >> 30) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ z >> 27) &* 0x94D0_49BB_1331_11EB
    return (z ^ z >> 31) & 1 == 1 ? -1 : 1
  }

  @Test(
    .enabled(
      if: folder != nil,
      "Scripts/get-minilm.sh gets the model, or ATTENTION_MINILM names its folder"))
  func textsGetTheLibrarysEmbeddings() throws {
    let texts = try JSONDecoder().decode(
      [String].self, from: Data(try contents(of: fixtureFolder("minilm/sentences.json"))))
    #expect(texts.count == 200)
    let encoder = try SentenceEncoder(huggingFaceFolder: try #require(Self.folder))
    #expect(encoder.maximumLength == 256)
    #expect(encoder.model.parameterCount == 22_713_216)
    let fixture = try Fixture("minilm/embeddings")
    let expected = try fixture.tensor("output.embeddings")
    let rows = try fixture.integers("input.rows")
    // All take minutes without optimisation.
    let chosen = isReleaseBuild ? Array(texts.indices) : rows
    let embeddings = try encoder.embeddings(of: chosen.map { texts[$0] })

    // In full for some.
    var largest: Float = 0
    for (place, row) in rows.enumerated() {
      let found = try #require(chosen.firstIndex(of: row))
      for d in 0..<384 { largest = max(largest, abs(embeddings[found, d] - expected[place, d])) }
    }
    #expect(largest < 1e-6)

    // For all: the mean square of 32 sums of differences with random signs is about the square of the length of the
    // difference, which no number of it is larger than.
    let projections = try fixture.tensor("output.projections")
    let signs = (0..<384 * 32).map(sign)
    var longest = 0.0
    for (found, row) in chosen.enumerated() {
      let squares = (0..<32).map { k in
        let sum = (0..<384).reduce(0.0) {
          $0 + signs[384 * k + $1] * Double(embeddings[found, $1])
        }
        return (sum - Double(projections[row, k])) * (sum - Double(projections[row, k]))
      }
      let length = (squares.reduce(0, +) / 32).squareRoot()
      #expect(length < 5e-6, "\(texts[row].debugDescription)")
      longest = max(longest, length)
    }
    print(
      "all-MiniLM-L6-v2: largest difference \(largest) in 8 embeddings, longest \(longest) in \(chosen.count)"
    )
  }
}
