import AttentionKit
import Foundation
import TestSupport
import Testing

/// What `attention` writes for a model that hardly knows anything.
@Suite struct AttentionTests {
  private let model: TinyModel

  init() throws { model = try .copy() }

  private func attention(_ options: String...) throws -> Tool.Result {
    try Tool.run(["attention", "--model", model.path] + options)
  }

  private func output(_ options: String...) throws -> String {
    let result = try Tool.run(["attention", "--model", model.path] + options)
    try #require(result.status == 0, "\(result.errors)")
    return result.output
  }

  private func maps(_ options: String...) throws -> AttentionMapSet {
    let result = try Tool.run(["attention", "--model", model.path, "--format", "json"] + options)
    try #require(result.status == 0, "\(result.errors)")
    return try AttentionMapSet(json: result.output.utf8)
  }

  @Test func everyLayerAndHeadHasItsTokens() throws {
    let set = try maps("--source", "1 2 3", "--target", "3 1")
    #expect(set.kinds == [.encoderSelf, .decoderSelf, .cross])
    #expect(set.maps.count == 6)
    for map in set.maps {
      #expect(map.layer == 0)
      switch map.kind {
      case .encoderSelf: #expect(map.queries == ["1", "2", "3"] && map.keys == map.queries)
      case .decoderSelf: #expect(map.queries == ["<s>", "3", "1"] && map.keys == map.queries)
      default: #expect(map.queries == ["3", "1", "</s>"] && map.keys == ["1", "2", "3"])
      }
      for query in map.queries.indices {
        #expect(abs(map.row(query).reduce(0, +) - 1) < 1e-5)
        if map.kind == .decoderSelf {
          #expect(map.row(query).dropFirst(query + 1).allSatisfy { $0 == 0 })
        }
      }
    }
  }

  @Test func withoutATargetTheModelWrites() throws {
    let own = try maps("--source", "1 2 3")
    let written =
      try Tool.run(
        ["translate", "--model", model.path, "--beam", "1"], input: Data("1 2 3\n".utf8)
      ).output.split(separator: "\n").first.map(String.init) ?? ""
    let queries = try #require(own.maps(of: .cross).first).queries
    #expect(queries.filter { $0 != "</s>" }.joined(separator: " ") == written)
    if queries.last == "</s>" {
      #expect(try maps("--source", "1 2 3", "--target", written) == own)
    }
  }

  @Test func selectionsLeaveTheRestOut() throws {
    let all = try maps("--source", "1 2", "--target", "2")
    #expect(
      try maps("--source", "1 2", "--target", "2", "--kind", "cross").maps == all.maps(of: .cross))
    #expect(
      try maps("--source", "1 2", "--target", "2", "--head", "1").maps
        == all.maps.filter { $0.head == 1 })
    #expect(
      try maps("--source", "1 2", "--target", "2", "--mean").maps == all.meansOfLayers().maps)
    let missing = try attention("--source", "1 2", "--layer", "1")
    #expect(missing.status == 1)
    #expect(missing.errors.contains("no layer 1: found layers 0"))
  }

  @Test func textShowsTheMeanOfTheAttentionToTheSource() throws {
    let text = try output("--source", "1 2", "--target", "2 1")
    #expect(text.hasPrefix("cross-attention, layer 0, mean of all heads\n"))
    #expect(!text.contains("\u{1B}"))
    #expect(text.components(separatedBy: "attention, layer").count == 2)
    let colored = try output(
      "--source", "1 2", "--target", "2 1", "--terminal", "truecolor", "--head", "0")
    #expect(colored.contains("\u{1B}[48;2;"))
    #expect(colored.components(separatedBy: "attention, layer").count == 4)
    let table = try output("--source", "1 2", "--target", "2 1", "--format", "table")
    #expect(table.split(separator: "\n").count == 7)
  }

  @Test(arguments: ["svg", "png", "csv", "json", "html", "txt"])
  func filesHaveTheFormatOfTheirName(ending: String) throws {
    let path = model.folder.path + "/maps.\(ending)"
    let shown = try output("--source", "1 <unk> 2", "--target", "2 1", "--output", path)
    #expect(shown.isEmpty)
    let bytes = try contents(of: path)
    let beginning = [
      "svg": "<svg ", "png": "\u{FFFD}PNG", "csv": "kind,layer,head", "json": "{\"format\"",
      "html": "<!DOCTYPE html>", "txt": "cross-attention",
    ][ending]!
    #expect(String(decoding: bytes, as: UTF8.self).hasPrefix(beginning))
    #expect(try model.folder.names().allSatisfy { !$0.contains("tmp") })
  }

  @Test func aPictureWithoutFontsIsStillOne() throws {
    let path = model.folder.path + "/maps.png"
    let process = Process()
    process.executableURL = URL(fileURLWithPath: Tool.path)
    process.arguments = [
      "attention", "--model", model.path, "--source", "1 2", "--target", "2", "--head", "0",
      "--kind",
      "cross", "--output", path, "--cell-size", "5",
    ]
    process.environment = ProcessInfo.processInfo.environment.merging(["PATH": "/nowhere"]) { $1 }
    let errors = Pipe()
    process.standardError = errors
    try process.run()
    process.waitUntilExit()
    #expect(process.terminationStatus == 0)
    let message = String(
      decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    #expect(message.contains("rsvg-convert is not installed: the picture has no tokens"))
    // Two keys, two queries, five pixels each.
    #expect(try Array(contents(of: path)[16..<24]) == [0, 0, 0, 10, 0, 0, 0, 10])
  }

  @Test func alignmentsAreOfTheMeanAndLeaveTheEndOut() throws {
    let set = try maps("--source", "1 2 3", "--target", "3 1")
    let expected = try set.mean(of: .cross).alignment(ignoringQueries: [2]).pharaoh
    #expect(
      try output("--source", "1 2 3", "--target", "3 1", "--format", "pharaoh") == expected + "\n")
    let head = try set.selecting(kind: .cross, head: 1).maps[0]
    #expect(
      try output(
        "--source", "1 2 3", "--target", "3 1", "--format", "pharaoh", "--head", "1", "--rule",
        "all",
        "--threshold", "0.3")
        == head.alignment(by: .all, threshold: 0.3, ignoringQueries: [2]).pharaoh + "\n")
  }

  @Test func corporaAreAlignedAndComparedWithGold() throws {
    let data = try model.folder.file("pairs.tsv", "1 2 3\t3 1\n\t1\n1 2\t\n4\t4\n")
    let lines = try output("--data", data)
    let first = try output("--source", "1 2 3", "--target", "3 1", "--format", "pharaoh")
    #expect(lines == first + "\n\n0-0\n")
    let gold = try model.folder.file("gold", lines)
    let result = try attention("--data", data, "--gold", gold)
    #expect(result.output == lines)
    #expect(
      result.errors.contains(
        "alignment error rate 0.0 %, precision 100.0 %, recall 100.0 % of 4 pairs"))
    let wrong = try model.folder.file("wrong", "0-0\n\n\n1:1\n")
    let refused = try attention("--data", data, "--gold", wrong)
    #expect(refused.status == 1)
    #expect(refused.errors.contains("wrong: line 4: expected links such as 0-0"))
    let short = try attention("--data", data, "--gold", model.folder.file("short", "0-0\n"))
    #expect(short.status == 1 && short.errors.contains("short"))
    let columns = try attention("--data", model.folder.file("one.tsv", "1 2\n"))
    #expect(columns.status == 1 && columns.errors.contains("one.tsv:1"))
  }

  @Test func alignmentsDoNotDependOnTheBatch() throws {
    let pairs = (0..<23).map { row in
      [row % 5, (row + 2) % 7].map { length in
        (0..<length).map { "\(1 + (row * 3 + $0 * $0) % 5)" }.joined(separator: " ")
      }
    }
    let data = try model.folder.file("pairs.tsv", pairs.map { "\($0[0])\t\($0[1])\n" }.joined())
    let one = try pairs.map { pair in
      pair[0].isEmpty
        ? "\n"
        : try output(
          "--source", pair[0], "--target", pair[1], "--format", "pharaoh", "--rule", "all")
    }
    #expect(Set(one).count > 10)
    for batches in [[], ["--batch-size", "1"], ["--batch-size", "3"], ["--batch-tokens", "11"]] {
      let all = try Tool.run(
        ["attention", "--model", model.path, "--data", data, "--rule", "all"] + batches)
      #expect(all.output == one.joined())
    }
    let head = try output("--data", data, "--head", "1", "--kind", "cross")
    let first = try #require(pairs.firstIndex { !$0[0].isEmpty && !$0[1].isEmpty })
    #expect(
      head.split(separator: "\n", omittingEmptySubsequences: false)[first] + "\n"
        == (try output(
          "--source", pairs[first][0], "--target", pairs[first][1], "--format", "pharaoh",
          "--head", "1")))
    let own = try attention("--data", data, "--kind", "encoder-self")
    #expect(own.errors.contains("no alignment of target and source: found encoder self-attention"))
    let long = Array(repeating: "1", count: 65).joined(separator: " ")
    let refused = try attention("--data", model.folder.file("long", "1\t1\n\(long)\t1\n"))
    #expect(refused.status == 1)
    #expect(refused.errors.contains("line 2 of the input: the source: expected at most 64 tokens"))
  }

  @Test func textsThatCannotBeShownAreRefused() throws {
    let empty = try attention("--source", " ")
    #expect(empty.status == 1)
    #expect(empty.errors.contains("the source: expected a token at least, found none"))
    let long = try attention("--source", Array(repeating: "1", count: 65).joined(separator: " "))
    #expect(long.status == 1)
    #expect(long.errors.contains("expected at most 64 tokens (model.maximumLength), found 65"))
    let end = try attention(
      "--source", "1", "--target", Array(repeating: "1", count: 64).joined(separator: " "))
    #expect(end.errors.contains("the target and its end token: expected at most 64 tokens"))
    // No target at all is one: the end token.
    #expect(try maps("--source", "1", "--target", "").maps(of: .cross).first?.queries == ["</s>"])
  }

  @Test func recurrentModelsHaveMapsIfTheyHaveAttention() throws {
    func maps(_ attention: String) throws -> Tool.Result {
      let recurrent = try TinyModel.copy([
        "architecture=recurrent", "recurrent.modelDimension=12", "recurrent.attention=\(attention)",
      ])
      return try Tool.run(
        "attention", "--model", recurrent.path, "--source", "1 2 3", "--target", "3 1", "--format",
        "json")
    }
    let attentive = try maps("luong")
    #expect(attentive.status == 0, "\(attentive.errors)")
    let set = try AttentionMapSet(json: attentive.output.utf8)
    #expect(set.kinds == [.recurrent] && set.maps.count == 1)
    #expect(set.maps.first?.queries == ["3", "1", "</s>"])
    let without = try maps("none")
    #expect(without.status == 1)
    #expect(without.errors.contains("the model has no attention"))
  }

  @Test(arguments: [
    ([], "--source is required"),
    (["--source", "1", "--output", "x.gif"], "expected a name that ends with .txt"),
    (["--source", "1", "--format", "gif"], "--format: expected one of text, table, svg"),
    (["--source", "1", "--kind", "self"], "expected one of encoder-self, decoder-self, cross"),
    (["--source", "1", "--layer", "-1"], "--layer: expected a whole number of at least 0"),
    (["--source", "1", "--mean", "--head", "0"], "expected --mean or --head"),
    (["--source", "1", "--scale", "0"], "--scale: expected more than 0"),
    (["--source", "1", "--cell-size", "0"], "--cell-size: expected a whole number"),
    (["--source", "1", "--words"], "--words is of --format pharaoh, found text"),
    (["--source", "1", "--gold", "x"], "--gold needs --data"),
    (["--source", "1", "--batch-size", "2"], "--batch-size needs --data"),
    (["--source", "1", "--data", "x"], "expected --data, or --source and --target"),
    (["--data", "x", "--format", "svg"], "--data is of --format pharaoh, found svg"),
  ])
  func optionsThatMeanNothingAreRefused(options: [String], message: String) throws {
    let result = try Tool.run(["attention", "--model", model.path] + options)
    #expect(result.status == 2)
    #expect(result.errors.contains(message), "\(result.errors)")
  }
}
