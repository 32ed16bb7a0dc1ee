import AttentionKit
import Foundation

extension Command {
  static let inspect = Command(
    name: "inspect", summary: "show a model's parameters and cost", words: "MODEL",
    wordCount: 1...1,
    details: """
      Shows the tree of parameters of a checkpoint or run, or of a folder with a BERT of the transformers library,
      with shapes and counts, and the operations of a Transformer's forward pass: 2 for each multiplication with
      addition, attention at the given length.
      """,
    options: [
      .init("--length", "N", "tokens of source and target for the count (default 32)"),
      .init("--json", nil, "write JSON"),
    ],
    run: { arguments in
      let (path, model) = try modelToInspect(arguments.words[0])
      let length = try arguments.positiveInteger("--length") ?? 32
      let cost = (model as? Transformer).map {
        TransformerCost($0.configuration, sourceLength: length, targetLength: length)
      }
      let entries = model.parameterPaths.map {
        ($0.path, $0.parameter.shape, ObjectIdentifier($0.parameter))
      }
      if arguments.has("--json") {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
        let report = InspectionReport(
          parameterCount: model.parameterCount,
          parameters: entries.map { path, shape, identity in
            .init(
              path: path, shape: shape.dimensions,
              tiedTo: entries.first { $0.2 == identity }.flatMap { $0.0 == path ? nil : $0.0 })
          }, length: length,
          forwardOperationsPerTargetToken: cost?.perTargetToken)
        print(String(decoding: try encoder.encode(report), as: UTF8.self))
        return
      }
      print(path)
      var first: [ObjectIdentifier: String] = [:]
      var previous: [Substring] = []
      for (path, shape, identity) in entries {
        let parts = path.split(separator: ".")
        var common = 0
        while common < min(parts.count, previous.count) - 1, parts[common] == previous[common] {
          common += 1
        }
        for depth in common..<parts.count - 1 {
          print(String(repeating: "  ", count: depth + 1) + parts[depth])
        }
        let name = String(repeating: "  ", count: parts.count) + parts.last!
        let size = "\(shape)  \(shape.elementCount)"
        let shared = first[identity].map { "  = \($0)" } ?? ""
        print(
          name.padding(toLength: max(40, name.count + 2), withPad: " ", startingAt: 0) + size
            + shared)
        if first[identity] == nil { first[identity] = path }
        previous = parts
      }
      print("\nparameters  \(model.parameterCount)")
      if let cost {
        print(
          "operations  \(String(format: "%.2f", cost.perTargetToken / 1e6)) million per target token, forward, "
            + "at \(length) source and \(length) target tokens")
      }
    })
}

/// The model of a checkpoint or run, or of another library's folder, and the path of what was read.
private func modelToInspect(_ path: String) throws -> (path: String, model: any Layer) {
  if FileManager.default.fileExists(atPath: path + "/config.json") {
    return (path, try BERT(huggingFaceFolder: path))
  }
  let trained = try TrainedModel(path)
  return (trained.checkpoint.path, trained.model)
}

private struct InspectionReport: Codable {
  struct Entry: Codable {
    var path: String
    var shape: [Int]
    /// The path of the parameter that this one is, where it is no other.
    var tiedTo: String?
  }
  var parameterCount: Int
  var parameters: [Entry]
  var length: Int
  /// Of a Transformer.
  var forwardOperationsPerTargetToken: Double?
}
