import Foundation

/// Reference values that `Fixtures/generate.py` made with sacreBLEU; that file says what they are.
struct MetricFixture {
  struct SentenceSet: Decodable {
    var hypotheses: [String]
    var references: [[String]]
  }

  /// Settings by sacreBLEU's names; what a computation does not set is `nil`.
  struct Settings: Decodable {
    var tokenize: String?
    var lowercase: Bool?
    var smooth_method: String?
    var smooth_value: Double?
    var effective_order: Bool?
    var max_ngram_order: Int?
    var char_order: Int?
    var word_order: Int?
    var beta: Int?
    var whitespace: Bool?
    var eps_smoothing: Bool?
    var normalized: Bool?
    var no_punct: Bool?
    var asian_support: Bool?
    var case_sensitive: Bool?
  }

  struct Computation: Decodable {
    var set: String
    var metric: String
    var settings: Settings
    var line: String
    var score: Double
    var sentences: [Double]
  }

  struct Resampling: Decodable {
    var first: [Double]
    var second: [Double]
    var observed: Double
    var mean: Double
    var halfWidth: Double
    var bootstrap: Double
    var randomization: Double
  }

  static func sets() throws -> [String: SentenceSet] { try load("sets") }

  static func computations(of metric: String) throws -> [Computation] {
    let all: [Computation] = try load("scores")
    return all.filter { $0.metric == metric }
  }

  static func resampling() throws -> [Resampling] { try load("resampling") }

  private static func load<Value: Decodable>(_ name: String) throws -> Value {
    // Found from this source file, so that tests may run in any working directory.
    let file = URL(fileURLWithPath: "\(#filePath)").deletingLastPathComponent()
      .appendingPathComponent("Fixtures/\(name).json")
    return try JSONDecoder().decode(Value.self, from: Data(contentsOf: file))
  }
}
