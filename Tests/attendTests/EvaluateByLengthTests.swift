import Foundation
import TestSupport
import Testing

/// Scores of the sources of each length.
@Suite struct EvaluateByLengthTests {
  private static let sources = [
    "one two", "a b c d e f g", "", "lone", "x y z x y", "p q r s t u v w", "five six seven",
  ]
  private static let targets = [
    "eins zwei hier", "a b c d e f h", "nichts", "allein ist er", "x y z u v", "p q r s t u v w",
    "fünf sechs sieben acht",
  ]
  private static let outputs = [
    "eins zwei hier", "a b c d e g", "nichts da", "allein ist es", "x y z u w", "p q r s t u v w",
    "fünf sechs sieben",
  ]

  private let folder: TemporaryFolder
  private let files: [String]

  init() throws {
    folder = try TemporaryFolder()
    files = try Self.files([Self.sources, Self.targets, Self.outputs], in: folder, "all")
  }

  private static func files(
    _ texts: [[String]], in folder: TemporaryFolder, _ name: String
  ) throws -> [String] {
    try texts.enumerated().map { index, lines in
      try folder.file("\(name)\(index)", lines.map { $0 + "\n" }.joined())
    }
  }

  private func evaluate(_ files: [String], _ options: [String]) throws -> Report {
    let result = try Tool.run(
      [
        "evaluate", "--source", files[0], "--target", files[1], "--hypotheses", files[2],
        "--metrics", "bleu,chrf,ter,wer,per", "--json",
      ] + options)
    try #require(result.status == 0, "\(result.errors)")
    return try JSONDecoder().decode(Report.self, from: Data(result.output.utf8))
  }

  private struct Report: Decodable {
    struct Score: Decodable, Equatable {
      let name: String
      let value: Double
      let interval: [Double]?
      let baseline: Double?
    }
    struct Bucket: Decodable {
      let shortest: Int
      let longest: Int?
      let sources: Int
      let meanLength: Double
      let scores: [Score]
    }
    struct ByLength: Decodable {
      let unit: String
      let buckets: [Bucket]
    }
    let scores: [Score]
    let byLength: ByLength?
  }

  /// The law that matters: a bucket's scores are those of a test set that has its sources alone.
  @Test(arguments: ["words", "characters"])
  func aBucketScoresAsItsSourcesAlone(_ unit: String) throws {
    let (width, confidence) = (unit == "words" ? 3 : 5, ["--confidence", "--baseline"])
    let report = try evaluate(
      files,
      confidence + [files[0], "--by-length", "--length-unit", unit, "--length-buckets", "\(width)"])
    let byLength = try #require(report.byLength)
    #expect(byLength.unit == unit)
    #expect(byLength.buckets.count > 2)
    #expect(byLength.buckets.map(\.sources).reduce(0, +) == Self.sources.count)
    for bucket in byLength.buckets {
      let longest = try #require(bucket.longest)
      let rows = Self.sources.indices.filter {
        let count =
          unit == "words"
          ? Self.sources[$0].split(separator: " ").count : Self.sources[$0].unicodeScalars.count
        return (bucket.shortest...longest).contains(count)
      }
      #expect(rows.count == bucket.sources)
      let texts = [Self.sources, Self.targets, Self.outputs].map { text in rows.map { text[$0] } }
      let alone = try Self.files(texts, in: folder, "\(bucket.shortest)-")
      #expect(try evaluate(alone, confidence + [alone[0]]).scores == bucket.scores)
    }
  }

  @Test func bucketsBeginWhereTheListSays() throws {
    let report = try evaluate(files, ["--by-length", "--length-buckets", "2,4,8"])
    let buckets = try #require(report.byLength).buckets
    #expect(buckets.map(\.shortest) == [0, 2, 4, 8])
    #expect(buckets.map(\.longest) == [1, 3, 7, nil])
    #expect(buckets.map(\.sources) == [2, 2, 2, 1])
    #expect(buckets.map(\.meanLength) == [0.5, 2.5, 6, 8])
  }

  @Test func fiveLengthsAreABucketAndNothingIsOneByItself() throws {
    let report = try evaluate(files, ["--by-length"])
    let byLength = try #require(report.byLength)
    #expect(byLength.unit == "words")
    #expect(byLength.buckets.map(\.shortest) == [0, 1, 6])
    #expect(byLength.buckets.map(\.longest) == [0, 5, 10])
    #expect(byLength.buckets.map(\.sources) == [1, 4, 2])
    // All in one bucket are the whole.
    let whole = try evaluate(files, ["--by-length", "--length-buckets", "0,100", "--confidence"])
    #expect(whole.byLength?.buckets.map(\.scores) == [whole.scores])
  }

  @Test func theTableHasALineForEachBucket() throws {
    let result = try Tool.run(
      "evaluate", "--source", files[0], "--target", files[1], "--hypotheses", files[2],
      "--metrics", "wer", "--by-length", "--length-buckets", "1,6", "--baseline", files[1])
    let lines = result.output.split(separator: "\n").suffix(4)
      .map { $0.split(separator: " ").map(String.init) }
    #expect(
      lines.map { Array($0.prefix(4)) } == [
        ["words", "sources", "wer", "baseline"], ["0", "1", "100.00", "0.00"],
        ["1-5", "4", "75.00", "0.00"], ["6-", "2", "50.00", "0.00"],
      ])
    #expect(Set(result.output.split(separator: "\n").suffix(4).map(\.count)).count == 1)
  }

  @Test func aModelCountsItsOwnTokens() throws {
    let model = try TinyModel([
      "data.train=\(try folder.file("train", "ab c\tx\nb a c\ty\n"))", "data.heldOutShare=0",
      "data.sourceTokenizer=characters", "training.maximumSteps=1",
    ])
    let data = try folder.file("data", "ab\tx\nabc a\ty\na b c\tx\n")
    func buckets(_ unit: String...) throws -> [[Int]] {
      let result = try Tool.run(
        ["evaluate", "--model", model.path, "--data", data, "--by-length", "--json"]
          + ["--length-buckets", "1"] + unit.flatMap { ["--length-unit", $0] })
      try #require(result.status == 0, "\(result.errors)")
      let report = try JSONDecoder().decode(Report.self, from: Data(result.output.utf8))
      return try #require(report.byLength).buckets.map { [$0.shortest, $0.sources] }
    }
    #expect(try buckets() == [[2, 1], [5, 2]])
    #expect(try buckets("words") == [[1, 1], [2, 1], [3, 1]])
  }

  @Test func wrongCombinationsAreRefused() throws {
    let base = ["evaluate", "--target", files[1], "--hypotheses", files[2]]
    let source = ["--source", files[0], "--by-length"]
    for (options, message) in [
      (["--by-length"], "--by-length needs sources"),
      (["--length-buckets", "5"], "--length-buckets needs --by-length"),
      (["--length-unit", "words"], "--length-unit needs --by-length"),
      (source + ["--length-unit", "tokens"], "--length-unit tokens needs --model"),
      (source + ["--length-buckets", "0"], "found \"0\""),
      (source + ["--length-buckets", "5,5"], "found \"5,5\""),
      (source + ["--length-buckets", "5,"], "found \"5,\""),
      (source + ["--length-buckets", "-1,2"], "found \"-1,2\""),
      (source + ["--length-unit", "letters"], "tokens, words, characters"),
    ] {
      let result = try Tool.run(base + options)
      #expect(result.status == 2)
      #expect(result.errors.contains(message), "\(result.errors)")
    }
  }
}
