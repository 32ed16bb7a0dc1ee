internal import Foundation
internal import ModelFiles
internal import TextProcessing

/// `config.json` and the vocabularies of a CTranslate2 folder.
struct CTranslate2Settings {
  private let folder: String
  private let start: String
  private let end: String
  private let unknown: String
  let appendsSourceEnd: Bool
  /// Of norms, where it is said.
  let epsilon: Double?

  init(folder: String) throws {
    self.folder = folder
    let path = folder + "/config.json"
    // Models of the first versions have none; then these are the defaults.
    let file =
      FileManager.default.fileExists(atPath: path)
      ? try ForeignConfiguration(contentsOf: path) : nil
    func text(_ key: String, _ value: String) throws -> String {
      try file?.string(key, default: value) ?? value
    }
    let begin = try text("bos_token", "<s>")
    end = try text("eos_token", "</s>")
    unknown = try text("unk_token", "<unk>")
    start = try text("decoder_start_token", begin)
    appendsSourceEnd = try file?.flag("add_source_eos", default: false) ?? false
    try file?.require("add_source_bos", .bool(false))
    let epsilon = try file?.number("layer_norm_epsilon", default: 0) ?? 0
    self.epsilon = epsilon > 0 ? epsilon : nil
  }

  /// - Parameter side: "source" or "target"; a shared vocabulary is for both.
  func vocabulary(_ side: String, count: Int) throws -> ForeignVocabulary {
    for name in ["\(side)_vocabulary", "shared_vocabulary"] {
      for ending in [".json", ".txt"] {
        let path = "\(folder)/\(name)\(ending)"
        if !FileManager.default.fileExists(atPath: path) { continue }
        var tokens = ending == ".json" ? try jsonTokens(path) : try TextFile.lines(of: path)
        // A vocabulary without the unknown token has it behind all others, as CTranslate2 reads it.
        if !tokens.contains(unknown) && tokens.count == count - 1 { tokens.append(unknown) }
        if tokens.count != count {
          throw ConversionError(
            file: path, key: "the number of tokens", expected: "the model's, \(count)",
            found: "\(tokens.count)")
        }
        return try vocabulary(tokens, path)
      }
    }
    throw ConversionError(
      file: folder, key: "\(side) vocabulary",
      expected: "\(side)_vocabulary or shared_vocabulary, .json or .txt", found: "none")
  }

  private func vocabulary(_ tokens: [String], _ path: String) throws -> ForeignVocabulary {
    func id(_ token: String) -> Int? { tokens.firstIndex(of: token) }
    let isTarget =
      !path.hasSuffix("source_vocabulary.json") && !path.hasSuffix("source_vocabulary.txt")
    if isTarget {
      for (key, token) in [("eos_token", end), ("decoder_start_token", start)]
      where id(token) == nil {
        throw ConversionError(
          file: path, key: key, expected: "the token \(token)", found: "no such token")
      }
    }
    return ForeignVocabulary(
      tokens: tokens, padding: id("<pad>"), unknown: id(unknown), start: id(start), end: id(end))
  }

  private func jsonTokens(_ path: String) throws -> [String] {
    func wrong(_ found: String) -> ConversionError {
      ConversionError(file: path, key: "the file", expected: "an array of texts", found: found)
    }
    let json: StrictJSON
    do {
      json = try StrictJSON(parsing: AtomicFile.contents(of: path))
    } catch let error as StrictJSONError {
      throw wrong("\(error)")
    }
    guard case .array(let elements) = json else { throw wrong(json.kind) }
    return try elements.map {
      guard case .string(let token) = $0 else { throw wrong("\($0.kind) among them") }
      return token
    }
  }
}
