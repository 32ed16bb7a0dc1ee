internal import Autograd
internal import CoreLayers
internal import ModelFiles
public import ParameterFiles
internal import Tensors
public import TransformerModels

extension ParameterTable {
  /// `BertModel` of the transformers library, for ``BERT``.
  public static func huggingFaceBERT(layerCount: Int) -> ParameterTable {
    bert(layerCount: layerCount, norm: pyTorchLayerNorm)
  }

  /// - Parameter norm: what the file calls the parameters of a norm.
  fileprivate static func bert(layerCount: Int, norm: ParameterTable) -> ParameterTable {
    let linear = pyTorchLinear
    let embeddings = [
      ParameterTable(
        [
          Entry("tokens.weight", "word_embeddings.weight"),
          Entry("positions.weight", "position_embeddings.weight"),
          Entry("segments.weight", "token_type_embeddings.weight"),
          // Tables of numbers that older versions kept among the parameters.
        ], ignoring: ["position_ids", "token_type_ids"]),
      norm.nested("norm", in: "LayerNorm."),
    ].joined()
    let attention =
      ["query", "key", "value"].map { linear.nested($0, in: "self.\($0).") }.joined()
      + linear.nested("output", in: "output.dense.")
    let layer = [
      attention.nested("self_attention", in: "attention."),
      norm.nested("self_attention_norm", in: "attention.output.LayerNorm."),
      linear.nested("feed_forward.inner", in: "intermediate.dense."),
      linear.nested("feed_forward.outer", in: "output.dense."),
      norm.nested("feed_forward_norm", in: "output.LayerNorm."),
    ].joined()
    return [
      embeddings.nested("embeddings", in: "embeddings."),
      layer.repeated(layerCount, "encoder.layers") { "encoder.layer.\($0)." },
      linear.nested("pooler", in: "pooler.dense."),
    ].joined()
  }
}

extension BERT {
  /// Reads a model that the transformers library has saved: the files `config.json` and `model.safetensors` of a folder.
  ///
  /// Names may begin with `bert.`, as they do where the model was saved with a head for some task; the head, whose names
  /// do not, is passed over. Norms may be called `gamma` and `beta`, as in files of the first years.
  ///
  /// - Throws: ``ConversionError`` for a configuration that cannot be taken, ``ParameterFileError`` for tensors
  ///   that are missing, left over or misshapen, and the errors of files that cannot be read.
  public init(huggingFaceFolder folder: String) throws {
    var configuration = try BERTConfiguration(huggingFaceFile: folder + "/config.json")
    let file = try SafetensorsFile(contentsOf: folder + "/model.safetensors")
    let prefix = file.tensorNames.contains { $0.hasPrefix("bert.") } ? "bert." : ""
    configuration.hasPooler = file.tensorNames.contains { $0.hasPrefix(prefix + "pooler.") }
    try Self.checkSizes(configuration, file, prefix: prefix)
    try self.init(configuration, initialization: .zeros)
    let hasOldNorms = file.tensorNames.contains { $0.hasSuffix("LayerNorm.gamma") }
    let norm = ParameterTable([
      .init("weight", hasOldNorms ? "gamma" : "weight"),
      .init("bias", hasOldNorms ? "beta" : "bias"),
    ])
    try ParameterTable.bert(layerCount: configuration.layerCount, norm: norm)
      .prefixed(by: prefix).load(
        file, into: self, ignoring: Set(file.tensorNames.filter { !$0.hasPrefix(prefix) }))
  }

  /// Writes the files `config.json` and `model.safetensors` as the transformers library does. A folder that is there is
  /// replaced as a whole, when the new one is complete.
  ///
  /// - Throws: `FileError`.
  public func writeHuggingFaceFolder(to path: String) throws {
    try AtomicDirectory.write(to: path) { try writeHuggingFaceFiles(into: $0) }
  }

  func writeHuggingFaceFiles(into folder: String) throws {
    try AtomicFile.write(configuration.huggingFaceFile(), to: folder + "/config.json")
    // Older versions of the library do not read a file that does not say who wrote it.
    try ParameterTable.huggingFaceBERT(layerCount: configuration.layerCount)
      .save(self, metadata: ["format": "pt"], to: folder + "/model.safetensors")
  }

  /// Makes sure that the file is about as large as the configuration says, before a model is made: a small file cannot ask
  /// for a large one.
  private static func checkSizes(
    _ configuration: BERTConfiguration, _ file: SafetensorsFile, prefix: String
  ) throws {
    let width = configuration.modelDimension
    for (name, rows) in [
      ("embeddings.word_embeddings.weight", configuration.vocabularySize),
      ("embeddings.position_embeddings.weight", configuration.maximumLength),
      ("embeddings.token_type_embeddings.weight", configuration.segmentCount),
      ("encoder.layer.0.intermediate.dense.weight", configuration.feedForwardDimension),
    ] {
      guard let entry = file.entry(named: prefix + name) else {
        throw ParameterFileError(file: file.path, .missing([prefix + name]))
      }
      if entry.dimensions != [rows, width] {
        throw ParameterFileError(
          file: file.path,
          .shape(prefix + name, expected: [rows, width], found: Shape(entry.dimensions)))
      }
    }
    // A layer has more than one tensor, so these many cannot all be there.
    if configuration.layerCount > file.entries.count {
      let last = "\(prefix)encoder.layer.\(configuration.layerCount - 1).output.dense.weight"
      throw ParameterFileError(file: file.path, .missing([last]))
    }
  }
}
