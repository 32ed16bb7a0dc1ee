import Foundation
import TestSupport
import Testing

/// Training text that stays in its files, and what is said of text that is left out or not known.
@Suite struct TrainingTextTests {
  /// Forty pairs, of which the target is the source twice.
  private static let lines = (0..<40).map {
    "w\($0 % 7) v\($0 % 5)\tw\($0 % 7) v\($0 % 5) w\($0 % 7)"
  }

  private static func text(_ lines: some Sequence<String>) -> String {
    lines.map { $0 + "\n" }.joined()
  }

  private func train(_ run: String, _ settings: [String]) throws -> Tool.Result {
    let all = TinyModel.settings + ["data.pairsPerBatch=8", "training.logInterval=1"] + settings
    return try Tool.run(["train", "--output", run] + all.flatMap { ["--set", $0] })
  }

  @Test func textInFilesGivesTheSameWordsAndHeldOutPairs() throws {
    let folder = try TemporaryFolder()
    let whole = try folder.file("whole.tsv", Self.text(Self.lines))
    _ = try folder.file("shard-1.tsv", Self.text(Self.lines[..<17]))
    _ = try folder.file("shard-2.tsv", Self.text(Self.lines[17...]))
    let shared = ["data.heldOutShare=0.3", "training.maximumSteps=7"]
    for kind in ["words", "bpe"] {
      let settings =
        shared + [
          "data.sourceTokenizer=\(kind)", "data.targetTokenizer=\(kind)",
          "data.sharesVocabulary=true", "data.bpeMerges=5",
        ]
      var sizes: [Substring] = []
      for (run, place) in [
        ("memory", ["data.train=\(whole)"]),
        ("stream", ["data.train=\(whole)", "data.streaming=true"]),
        ("shards", ["data.train=\(folder.path)/shard-*.tsv"]),
      ] {
        let result = try train(folder.path + "/\(kind)-\(run)", settings + place)
        #expect(result.status == 0, "\(result.errors)")
        sizes.append(try #require(result.errors.split(separator: "\n").first))
      }
      #expect(Set(sizes).count == 1, "\(sizes)")
      for file in ["source_vocabulary.txt"] + (kind == "bpe" ? ["source_codes.bpe"] : []) {
        let contents = try ["memory", "stream", "shards"].map {
          try String(contentsOfFile: folder.path + "/\(kind)-\($0)/last/\(file)", encoding: .utf8)
        }
        #expect(Set(contents).count == 1)
      }
    }
  }

  /// Perplexity, errors and BLEU are those of the other pairs, wherever the long ones stand.
  @Test func heldOutPairsThatAreTooLongHaveNoPartInScores() throws {
    let folder = try TemporaryFolder()
    let whole = try folder.file("whole.tsv", Self.text(Self.lines))
    let long = Array(repeating: "w1", count: 65).joined(separator: " ")
    // A source that comes twice, with different targets.
    let kept = ["w1 v1\tw1 v1 w1", "w2 v3\tw2 v3 w2", "w1 v1\tw1 v1", "w4\tv4 w4"]
    let scores = try [kept, ["\(long)\tw1", "w3\t\(long)"] + kept].map { lines -> String in
      let run = folder.path + "/run-\(lines.count)"
      let held = try folder.file("held-\(lines.count).tsv", Self.text(lines))
      let result = try train(
        run, ["data.train=\(whole)", "data.validation=\(held)", "training.maximumSteps=40"])
      #expect(result.status == 0, "\(result.errors)")
      #expect(result.errors.contains("2 held-out pairs are longer") == (lines.count > kept.count))
      let metrics = try String(contentsOfFile: run + "/metrics.jsonl", encoding: .utf8)
      let last = try #require(metrics.split(separator: "\n").last { $0.contains("validation") })
      let entry = try #require(
        JSONSerialization.jsonObject(with: Data(last.utf8)) as? [String: Any])
      let values = try #require(entry["validation"] as? [String: Double])
      #expect(values.count == 3)
      return values.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }
        .joined(separator: ", ")
    }
    #expect(scores[0] == scores[1])
  }

  @Test func textInFilesIsResumedToTheSameBits() throws {
    let folder = try TemporaryFolder()
    let (sources, targets) = (
      Self.lines.map { String($0.prefix { $0 != "\t" }) },
      Self.lines.map { String($0.drop { $0 != "\t" }.dropFirst()) }
    )
    for (index, range) in [0..<13, 13..<40].enumerated() {
      _ = try folder.file("\(index).a", Self.text(sources[range]))
      _ = try folder.file("\(index).b", Self.text(targets[range]))
    }
    let settings = [
      "data.trainSource=\(folder.path)/*.a", "data.trainTarget=\(folder.path)/*.b",
      "data.sourceTokenizer=bpe", "data.targetTokenizer=bpe", "data.bpeMerges=9",
      "data.bpeDropout=0.3", "training.schedule.kind=constant", "training.schedule.rate=0.001",
    ]
    let (whole, parts) = (folder.path + "/whole", folder.path + "/parts")
    #expect(try train(whole, settings + ["training.maximumSteps=12"]).status == 0)
    #expect(try train(parts, settings + ["training.maximumSteps=7"]).status == 0)
    let resumed = try Tool.run(
      "train", "--output", parts, "--resume", "--set", "training.maximumSteps=12")
    #expect(resumed.status == 0, "\(resumed.errors)")
    let weights = try [whole, parts].map {
      try Data(contentsOf: URL(fileURLWithPath: $0 + "/last/weights.safetensors"))
    }
    #expect(weights[0] == weights[1])
  }

  @Test func namesOfFilesThatDoNotFitAreRefused() throws {
    let folder = try TemporaryFolder()
    for name in ["1.a", "2.a", "1.b"] { _ = try folder.file(name, "x\n") }
    for (settings, message) in [
      (["data.train=\(folder.path)/*.tsv"], "data.train: expected files with names like"),
      (
        ["data.trainSource=\(folder.path)/*.a", "data.trainTarget=\(folder.path)/*.b"],
        "data.trainTarget: expected as many files as trainSource has, 2, found 1"
      ),
      (
        ["data.task=copy", "data.validation=\(folder.path)/*.a"],
        "data.validation: expected one file for each side, found 2"
      ),
    ] {
      let result = try train(folder.path + "/run", settings)
      #expect(result.status == 1)
      #expect(result.errors.contains(message), "\(result.errors)")
    }
  }

  @Test func whatIsLeftOutOrUnknownIsNamedWithItsLine() throws {
    let folder = try TemporaryFolder()
    let train = try folder.file(
      "train.tsv", "a b\tx\n\ty\na a\tx x\na a a a a\tx\na a\tx x\nb c\tx z\n")
    let valid = try folder.file("valid.tsv", "a a\tx\na q\tx\n")
    for streaming in [false, true] {
      let run = folder.path + "/run-\(streaming)"
      let result = try self.train(
        run,
        [
          "data.train=\(train)", "data.validation=\(valid)", "data.maximumLength=4",
          "data.minimumFrequency=2", "data.streaming=\(streaming)", "training.maximumSteps=2",
        ])
      #expect(result.status == 0, "\(result.errors)")
      var expected = [
        "1 pairs have a blank side and are left out, the first at \(train):2",
        "1 pairs are too long and left out, the first at \(train):4",
        "validation, source: 1 of 4 tokens are not in the vocabulary, the first, 'q', at \(valid):2",
      ]
      if !streaming {
        expected.append(
          "training, target: 1 of 8 tokens are not in the vocabulary, the first, 'z', at \(train):6"
        )
      }
      for message in expected {
        #expect(result.errors.contains(message), "\(message)\n\(result.errors)")
      }
      let translated = try Tool.run("translate", "--model", run, input: "a b\n\na zz a\n")
      #expect(
        translated.errors
          == "1 of 5 tokens are not in the vocabulary, the first, 'zz', at standard input:3\n")
    }
  }

  @Test func ofTwoFilesTheOneWithTheUnknownTokenIsNamed() throws {
    let folder = try TemporaryFolder()
    let train = try folder.file("train.tsv", "a b\tx y\n")
    let (source, target) = (
      try folder.file("valid.a", "a\nb\n"), try folder.file("valid.b", "x\nq\n")
    )
    let result = try self.train(
      folder.path + "/run",
      [
        "data.train=\(train)", "data.validationSource=\(source)",
        "data.validationTarget=\(target)", "training.maximumSteps=1",
      ])
    #expect(result.status == 0, "\(result.errors)")
    #expect(
      result.errors.contains(
        "validation, target: 1 of 2 tokens are not in the vocabulary, the first, 'q', at \(target):2"
      ))
  }
}
