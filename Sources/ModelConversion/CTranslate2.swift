internal import Foundation
internal import ModelFiles
public import ParameterFiles
internal import Tensors
public import TransformerModels

/// Transformers of CTranslate2: a folder with `model.bin`, vocabularies and, in newer ones, `config.json`.
public enum CTranslate2 {
  /// Reads a folder. Weights that are quantised to 8 or 16 bits become floats again.
  ///
  /// - Throws: ``ConversionError`` for what our models do not have, `CTranslate2Error`, `ParameterFileError` and the errors
  ///   of files.
  public static func load(folder: String) throws -> ForeignTransformer {
    let file = try CTranslate2File(contentsOf: folder + "/model.bin")
    let settings = try CTranslate2Settings(folder: folder)
    let configuration = try CTranslate2Shape(file).configuration(epsilon: settings.epsilon)
    let model = try Transformer(
      configuration, forFile: file.path, elementCount: file.elementCount)
    try table(configuration).load(WithoutNumbers(file: file), into: model)
    let source = try settings.vocabulary("source", count: configuration.sourceVocabularySize)
    let target = try settings.vocabulary("target", count: configuration.targetVocabularySize)
    let foreign = ForeignTransformer(
      model: model, source: source, target: target, appendsSourceEnd: settings.appendsSourceEnd)
    return file.number(named: "decoder/start_from_zero_embedding") == 1
      ? try foreign.startingFromZero() : foreign
  }

  /// The names of the variables, for `Transformer`.
  public static func table(_ configuration: TransformerConfiguration) -> ParameterTable {
    let norm = ParameterTable([.init("weight", "gamma"), .init("bias", "beta")])
    let linear = ParameterTable.pyTorchLinear
    func packed(_ names: [String], in name: String) -> ParameterTable {
      ["weight", "bias"].map { kind in
        ParameterTable(packed: names.map { "\($0).\(kind)" }, in: name + kind)
      }.joined()
    }
    let selfAttention =
      (packed(["query", "key", "value"], in: "linear_0.") + linear.nested("output", in: "linear_1."))
      .nested("self_attention", in: "self_attention.")
      + norm.nested("self_attention_norm", in: "self_attention.layer_norm.")
    let crossAttention =
      (linear.nested("query", in: "linear_0.") + packed(["key", "value"], in: "linear_1.")
      + linear.nested("output", in: "linear_2.")).nested("cross_attention", in: "attention.")
      + norm.nested("cross_attention_norm", in: "attention.layer_norm.")
    let feedForward =
      linear.nested("feed_forward.inner", in: "ffn.linear_0.")
      + linear.nested("feed_forward.outer", in: "ffn.linear_1.")
      + norm.nested("feed_forward_norm", in: "ffn.layer_norm.")
    return [
      ParameterTable([
        .init("source_embedding.weight", "encoder.embeddings_0.weight"),
        .init("source_embedding.weight", "encoder.embeddings.weight"),
        .init("target_embedding.weight", "decoder.embeddings.weight"),
        .init("positions.weight", "encoder.position_encodings.encodings"),
        .init("positions.weight", "decoder.position_encodings.encodings"),
      ]),
      linear.nested("output_projection", in: "decoder.projection."),
      (selfAttention + feedForward).repeated(configuration.encoderLayerCount, "encoder.layers") {
        "encoder.layer_\($0)."
      },
      (selfAttention + crossAttention + feedForward)
        .repeated(configuration.decoderLayerCount, "decoder.layers") { "decoder.layer_\($0)." },
      norm.nested("encoder.final_norm", in: "encoder.layer_norm."),
      norm.nested("decoder.final_norm", in: "decoder.layer_norm."),
      ParameterTable(
        [],
        ignoring: configuration.positions == .sinusoidal
          ? [
            "encoder.position_encodings.encodings", "decoder.position_encodings.encodings",
          ] : []),
    ].joined().slashed()
  }
}

extension ParameterTable {
  /// With slashes where the file's names have dots.
  fileprivate func slashed() -> ParameterTable {
    func slashed(_ name: String) -> String { name.replacingOccurrences(of: ".", with: "/") }
    return ParameterTable(
      entries.map { Entry($0.path, slashed($0.name), part: $0.part, of: $0.partCount) },
      ignoring: Set(ignoredNames.map(slashed)))
  }
}

/// The tensors of a file that are weights. Some versions keep single numbers as arrays of one.
private struct WithoutNumbers: NamedTensors {
  let file: CTranslate2File
  var path: String { file.path }
  var tensorNames: [String] {
    file.tensorNames.filter { !CTranslate2Shape.numberNames.contains($0.lastComponent) }
  }
  func tensor(named name: String) throws -> Tensor { try file.tensor(named: name) }
}

extension String {
  /// What stands after the last slash.
  var lastComponent: String { split(separator: "/").last.map(String.init) ?? self }
}

extension ForeignTransformer {
  /// A model of Marian begins from no token's embedding but from zeros: a token of its own, which is never written.
  fileprivate func startingFromZero() throws -> ForeignTransformer {
    var target = target
    target.start = target.tokens.count
    target.tokens.append("<start of zeros>")
    var source = source
    let isTied = model.configuration.tying == .all
    if isTied { source = target }
    func same(_ count: Int) -> [TokenOrigin] {
      (0..<count).map { TokenOrigin(id: $0, isWritten: true) }
    }
    let start = [TokenOrigin(id: nil, isWritten: false)]
    return ForeignTransformer(
      model: try model.rearranged(
        source: same(model.configuration.sourceVocabularySize) + (isTied ? start : []),
        target: same(model.configuration.targetVocabularySize) + start),
      source: source, target: target, appendsSourceEnd: appendsSourceEnd)
  }
}
