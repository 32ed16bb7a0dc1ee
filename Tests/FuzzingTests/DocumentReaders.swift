import AttentionKit
import Foundation
import Fuzzing
import TestSupport

extension FuzzReader {
  /// JSON, which is written and read back as it was.
  static func json() -> FuzzReader {
    FuzzReader(
      seeds: [
        #"{"a":[1,-2.5e+3,true,false,null,{"b":"ä\n\u00e9\ud83d\ude00"}],"c":{}, "d" : [] }"#,
        #"[[[[[0]]]], "", 18446744073709551615, 1E-7]"#,
      ].map { Array($0.utf8) }, mutator: ByteMutator(words: ByteMutator.jsonWords),
      isExpected: { $0 is StrictJSONError }
    ) { input in
      let value = try StrictJSON(parsing: input.bytes)
      try require(try StrictJSON(parsing: value.text) == value, "the copy")
    }
  }

  /// All that decides about a run, laid over the defaults as `attend` does.
  private struct Configuration: Codable {
    var model = TransformerConfiguration.base(vocabularySize: 100)
    var recurrent = RecurrentConfiguration(vocabularySize: 100)
    var training = TrainingConfiguration()
  }

  /// Configurations, which are checked; what is left describes a model that can be counted.
  static func configurations() throws -> FuzzReader {
    let defaults = try JSONEncoder().encode(Configuration())
    let some = """
      {"model": {"modelDimension": 64, "headCount": 2, "positions": "rotary", "dropoutRate": 0.1,
       "selfAttention": {"window": 3}}, "training": {"schedule": {"kind": "cosine"}, "seed": 3},
       "recurrent": {"encoderLayerCount": 3, "decoderLayerCount": 2, "attention": "gnmt"}}
      """
    return FuzzReader(
      seeds: [Array(defaults), Array(some.utf8)],
      mutator: ByteMutator(
        words: ByteMutator.jsonWords + [
          "\"model\"", "\"training\"", "\"recurrent\"", "LayerCount", "\"additive\"", "\"pre\"",
          "\"alibi\"",
        ], changes: [changeNumber]),
      isExpected: {
        $0 is StrictJSONError || $0 is ConfigurationFileError || $0 is ConfigurationError
          || $0 is TrainingError
      }
    ) { input in
      var overlay = try ConfigurationOverlay(defaults: Configuration())
      try overlay.apply(StrictJSON(parsing: input.bytes), origin: "x")
      let configuration = try overlay.value(as: Configuration.self)
      try configuration.training.validate()
      try configuration.model.validate()
      try configuration.recurrent.validate()
      try require(
        TransformerCost(configuration.model, sourceLength: 7, targetLength: 5).total >= 0
          && configuration.recurrent.parameterCount >= 0, "numbers below 0")
    }
  }

  /// Replaces a number somewhere, so that most inputs stay JSON.
  private static let changeNumber: ByteMutator.Change = { bytes, generator in
    let places = bytes.indices.filter { bytes[$0] == 0x3A && $0 + 1 < bytes.count }
    guard let place = generator.element(of: places) else { return }
    let start = bytes[place...].firstIndex { 0x30...0x39 ~= $0 } ?? bytes.count
    let end = bytes[start...].firstIndex { !(0x30...0x39 ~= $0) } ?? bytes.count
    let value = (1 << generator.next(below: 63)) - generator.next(below: 2)
    bytes.replaceSubrange(start..<end, with: Array("\(value)".utf8))
  }

  /// Sets of attention maps, which are written and read back as they were, and drawn.
  static func attentionMaps() throws -> FuzzReader {
    let set = try AttentionMapSet(
      [0, 1].map { head in
        try LabeledAttentionMap(
          kind: .cross, layer: 0, head: head, queries: ["<s>", "größe"], keys: ["a", "b", "</s>"],
          rows: [[0.5, 0.25, 0.25], [0, 1, 0]])
      })
    return FuzzReader(
      seeds: [Array(set.json.utf8)], mutator: ByteMutator(words: ByteMutator.jsonWords),
      isExpected: { $0 is StrictJSONError || $0 is AttentionMapError }
    ) { input in
      let set = try AttentionMapSet(json: input.bytes)
      let text = set.json
      try require(try AttentionMapSet(json: text.utf8).json == text, "the copy")
    }
  }

  /// A training's history of which a part was cut off or damaged: lines that are none are left out.
  static func histories() throws -> FuzzReader {
    let folder = try FastFolder()
    let seed = (1...4).map { #"{"step":\#($0),"loss":1.5,"note":"ä"}"# + "\n" }.joined()
    return FuzzReader(
      seeds: [Array(seed.utf8)],
      mutator: ByteMutator(words: ByteMutator.jsonWords, changes: [ByteMutator.changeLines]),
      isExpected: { _ in false }
    ) { input in
      let path = try folder.file("metrics", input.bytes)
      _ = try MetricsFile(path, continuingAfter: 3)
      for line in try TextFile.lines(of: path) {
        let step = try StrictJSON(parsing: line)["step"]?.integer
        try require(step.map { $0 <= 3 } ?? false, "the line \(line)")
      }
    }
  }
}
