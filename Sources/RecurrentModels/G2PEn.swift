internal import Autograd
internal import CoreLayers
internal import Kernels
public import ModelFiles
internal import Tensors

/// The pronunciation of English words as the Python package g2p-en 2.1.0 (Park and Kim, 2019) finds it: an encoder and
/// a decoder of one GRU layer each, width 256, with the encoder's last state as the only thing between them.
///
/// The package's file `checkpoint20.npz` is read as it is. Decoding is greedy:
///
/// ```swift
/// let g2p = try G2PEn(contentsOf: "checkpoint20.npz")
/// let decoder = GreedyDecoder(start: G2PEn.start, end: G2PEn.end) { _ in G2PEn.maximumLength }
/// let outputs = try decoder.decode([G2PEn.tokens(of: "attention")], with: g2p.model)
/// print(G2PEn.phones(of: outputs[0].tokens))
/// ```
public struct G2PEn {
  /// What source tokens stand for, by number.
  public static let graphemes =
    ["<pad>", "<unk>", "</s>"] + "abcdefghijklmnopqrstuvwxyz".map(String.init)

  /// What target tokens stand for, by number: phones as in CMUdict, vowels with their stress.
  public static let phones: [String] = {
    let vowels = ["AA", "AE", "AH", "AO", "AW", "AY", "EH", "ER", "EY", "IH", "IY", "OW", "OY"]
    let others = "B CH D DH F G HH JH K L M N NG P R S SH T TH UW V W Y Z ZH"
    let stressed = (vowels + ["UH", "UW"]).flatMap { vowel in (0...2).map { "\(vowel)\($0)" } }
    // In alphabetical order, UW without a stress too.
    let all = (stressed + others.split(separator: " ").map(String.init)).sorted()
    return ["<pad>", "<unk>", "<s>", "</s>"] + all
  }()

  /// The target token that the decoder reads first, `<s>`.
  public static let start = 2
  /// The target token that ends a pronunciation, `</s>`.
  public static let end = 3
  /// The longest pronunciation that the package gives.
  public static let maximumLength = 20

  private static let unknownGrapheme = 1
  private static let sourceEnd = 2

  /// Reads ``graphemes``, writes ``phones``.
  public let model: RecurrentModel

  /// Reads the package's model, or one of another width in the same layout.
  ///
  /// - Throws: `FileError`, `NumPyError` and `ZipError` for a file that cannot be read or holds something else.
  public init(contentsOf path: String) throws {
    try self.init(NumPyArchive(contentsOf: path))
  }

  /// The same for an archive that is open.
  public init(_ archive: NumPyArchive) throws {
    let embedding = try archive.array(named: "enc_emb")
    guard embedding.dimensions.count == 2, let width = embedding.dimensions.last, width > 0 else {
      throw NumPyError(
        file: archive.path, array: "enc_emb",
        problem: .shape(expected: [Self.graphemes.count, 256], found: embedding.dimensions))
    }
    // Everything is read before a model of this width is made, so that a small file cannot ask for a large one.
    let places = Self.places(width: width)
    let values = try archive.tensors(places.map(\.array))
    var configuration = RecurrentConfiguration(
      sourceVocabularySize: Self.graphemes.count, targetVocabularySize: Self.phones.count,
      modelDimension: width, cell: .gru, dropoutRate: 0)
    configuration.encoderDirection = .unidirectional
    configuration.attention = .none
    configuration.tying = .none
    configuration.hasOutputBias = true
    model = try RecurrentModel(configuration)
    let parameters = Dictionary(
      uniqueKeysWithValues: model.parameters.map { ($0.path, $0.parameter) })
    if Set(parameters.keys) != Set(places.map(\.parameter)) {
      fatalError("G2PEn: \(places.map(\.parameter)) for the parameters \(parameters.keys.sorted())")
    }
    for (place, value) in zip(places, values) { parameters[place.parameter]?.value = value }
  }

  /// The letters a to z as tokens, anything else (capitals too) as `<unk>`, and the end.
  public static func tokens(of word: String) -> [Int] {
    word.unicodeScalars.map { letter in
      guard ("a"..."z").contains(letter) else { return unknownGrapheme }
      return Int(letter.value - ("a" as Unicode.Scalar).value) + sourceEnd + 1
    } + [sourceEnd]
  }

  /// The names of target tokens; those that there are not become `<unk>`.
  public static func phones(of tokens: [Int]) -> [String] {
    tokens.map { phones.indices.contains($0) ? phones[$0] : "<unk>" }
  }

  /// Where the file has each of the model's parameters.
  private static func places(width: Int) -> [(parameter: String, array: NumPyArchive.Requirement)] {
    func recurrent(_ layer: String, _ prefix: String) -> [(String, NumPyArchive.Requirement)] {
      let (matrix, vector) = ([3 * width, width], [3 * width])
      return [
        (layer + ".input_weight", .init(prefix + "_w_ih", matrix)),
        (layer + ".recurrent_weight", .init(prefix + "_w_hh", matrix)),
        (layer + ".input_bias", .init(prefix + "_b_ih", vector)),
        (layer + ".recurrent_bias", .init(prefix + "_b_hh", vector)),
      ]
    }
    let places: [(String, NumPyArchive.Requirement)] =
      [("source_embedding.weight", .init("enc_emb", [graphemes.count, width]))]
      + recurrent("encoder.layers.0.forward", "enc")
      + [("target_embedding.weight", .init("dec_emb", [phones.count, width]))]
      + recurrent("decoder.layers.0", "dec")
      + [
        ("output_projection.weight", .init("fc_w", [phones.count, width])),
        ("output_bias", .init("fc_b", [phones.count])),
      ]
    return places.map { (parameter: $0.0, array: $0.1) }
  }
}
