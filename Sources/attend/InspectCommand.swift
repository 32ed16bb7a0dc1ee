import AttentionKit
import Foundation

extension Command {
  static let inspect = Command(
    name: "inspect", summary: "show a model's parameters and cost", words: "MODEL",
    wordCount: 1...1,
    details: """
      Shows the tree of parameters of a checkpoint or run with shapes and counts, and the operations of a
      Transformer's forward pass: 2 for each multiplication with addition, attention at the given length. MODEL may also
      be a folder in one of the formats of attend convert, or a file of tensors (.safetensors, .npz, .npy, model.bin), of which
      names, shapes and types are shown.
      """,
    options: [
      .init("--length", "N", "tokens of source and target for the count (default 32)"),
      .init("--json", nil, "write JSON"),
    ],
    run: { arguments in
      let length = try arguments.positiveInteger("--length") ?? 32
      if let file = try TensorFile(arguments.words[0]) {
        return try file.show(asJSON: arguments.has("--json"))
      }
      let inspected = try InspectedModel(arguments.words[0])
      let cost = (inspected.model as? Transformer).map {
        TransformerCost($0.configuration, sourceLength: length, targetLength: length)
      }
      let entries = inspected.model.parameterPaths.map {
        ($0.path, $0.parameter.shape, ObjectIdentifier($0.parameter))
      }
      if arguments.has("--json") {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
        let report = InspectionReport(
          parameterCount: inspected.model.parameterCount,
          parameters: entries.map { path, shape, identity in
            .init(
              path: path, shape: shape.dimensions,
              tiedTo: entries.first { $0.2 == identity }.flatMap { $0.0 == path ? nil : $0.0 })
          }, length: length,
          forwardOperationsPerTargetToken: cost?.perTargetToken)
        try StandardStreams.writeLine(String(decoding: encoder.encode(report), as: UTF8.self))
        return
      }
      try StandardStreams.writeLine(inspected.path)
      var first: [ObjectIdentifier: String] = [:]
      var previous: [Substring] = []
      for (path, shape, identity) in entries {
        let parts = path.split(separator: ".")
        var common = 0
        while common < min(parts.count, previous.count) - 1, parts[common] == previous[common] {
          common += 1
        }
        for depth in common..<parts.count - 1 {
          try StandardStreams.writeLine(String(repeating: "  ", count: depth + 1) + parts[depth])
        }
        let name = String(repeating: "  ", count: parts.count) + parts.last!
        let size = "\(shape)  \(shape.elementCount)"
        let shared = first[identity].map { "  = \($0)" } ?? ""
        try StandardStreams.writeLine(
          name.padding(toLength: max(40, name.count + 2), withPad: " ", startingAt: 0) + size
            + shared)
        if first[identity] == nil { first[identity] = path }
        previous = parts
      }
      try StandardStreams.writeLine("\nparameters  \(inspected.model.parameterCount)")
      if let cost {
        try StandardStreams.writeLine(
          "operations  \(String(format: "%.2f", cost.perTargetToken / 1e6)) million per target token, forward, "
            + "at \(length) source and \(length) target tokens")
      }
    })
}

/// A model of any format that is known, and where it is.
private struct InspectedModel {
  let path: String
  let model: any Layer

  init(_ path: String) throws {
    switch ModelFormat(of: path) {
    case .bert:
      // Which may be there without its vocabulary.
      self.path = "\(path) (bert)"
      model = try BERT(huggingFaceFolder: path)
    case .some(let format) where format != .attend:
      self.path = "\(path) (\(format.rawValue))"
      model = try format.load(path).model
    default:
      let checkpoint = try Checkpoint(contentsOf: TrainedModel.checkpointPath(path))
      self.path = checkpoint.path
      model =
        try SentenceEncoder.isIn(checkpoint)
        ? SentenceEncoder(checkpoint).model : TrainedModel(path).model
    }
  }
}

extension TensorFile {
  private struct Report: Codable {
    let elementCount: Int
    let tensors: [Entry]
  }

  fileprivate func show(asJSON: Bool) throws {
    let count = entries.reduce(0) { $0 + $1.elementCount }
    if asJSON {
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
      let report = try encoder.encode(Report(elementCount: count, tensors: entries))
      return try StandardStreams.writeLine(String(decoding: report, as: UTF8.self))
    }
    let width = (entries.map(\.name.count).max() ?? 0) + 2
    for entry in entries {
      let name = entry.name.padding(toLength: width, withPad: " ", startingAt: 0)
      try StandardStreams.writeLine("\(name)\(entry.shape)  \(entry.type)")
    }
    try StandardStreams.writeLine("\nelements  \(count)")
  }
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
