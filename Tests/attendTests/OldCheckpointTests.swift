import Foundation
import TestSupport
import Testing

/// Checkpoints that people have must load for ever. Those under Tests/Fixtures were written by the version that first
/// had their format.
@Suite struct OldCheckpointTests {
  private static let folder = URL(fileURLWithPath: "\(#filePath)").deletingLastPathComponent()
    .deletingLastPathComponent().appendingPathComponent("Fixtures/checkpoint_format_1").path

  private let copy: TemporaryFolder
  private var last: String { copy.path + "/last" }

  init() throws {
    copy = try TemporaryFolder()
    try FileManager.default.copyItem(atPath: Self.folder + "/last", toPath: copy.path + "/last")
  }

  @Test func formatOneTranslates() throws {
    let pairs = try String(contentsOfFile: Self.folder + "/translations.tsv", encoding: .utf8)
      .split(separator: "\n").map { $0.split(separator: "\t") }
    try #require(pairs.count == 7)
    for beam in ["1", "4"] {
      let result = try Tool.run(
        "translate", "--model", last, "--beam", beam,
        input: pairs.map { $0[0] + "\n" }.joined())
      #expect(result.status == 0, "\(result.errors)")
      #expect(result.output == pairs.map { $0[1] + "\n" }.joined())
    }
  }

  /// The next batches, with the moments, averages and state of the file: the mean loss is that of the version that wrote
  /// it, up to rounding.
  @Test func formatOneIsResumed() throws {
    let result = try Tool.run(
      "train", "--output", copy.path, "--resume", "--set", "training.maximumSteps=3005", "--set",
      "training.logInterval=5")
    #expect(result.status == 0, "\(result.errors)")
    let metrics = try String(contentsOfFile: copy.path + "/metrics.jsonl", encoding: .utf8)
    let line = try #require(metrics.split(separator: "\n").first)
    let entry = try #require(
      JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
    #expect(entry["step"] as? Int == 3005)
    #expect(abs(try #require(entry["loss"] as? Double) - 0.48737) < 0.001, "\(line)")
    #expect(try contents(of: last + "/average.safetensors").count > 1000)
  }

  @Test func aNewerFormatSaysSo() throws {
    let file = last + "/configuration.json"
    let text = try String(contentsOfFile: file, encoding: .utf8)
    let newer = text.replacing(/"formatVersion": *1/, with: "\"formatVersion\": 7, \"more\": 1")
    #expect(newer != text)
    try newer.write(toFile: file, atomically: false, encoding: .utf8)
    for arguments in [
      ["translate", "--model", last], ["inspect", last],
      ["train", "--output", copy.path, "--resume"],
    ] {
      let result = try Tool.run(arguments)
      #expect(result.status == 1)
      #expect(
        result.errors.contains(
          "\(file): expected format version 1 to 1, found 7; a newer swift-attention wrote this"),
        "\(result.errors)")
    }
  }
}
