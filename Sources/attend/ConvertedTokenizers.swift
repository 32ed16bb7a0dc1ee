import AttentionKit
import Foundation

/// What cuts the text of a model that comes from another library.
struct ConvertedTokenizers {
  let kind: DataConfiguration.TokenizerKind
  /// What belongs to it in a checkpoint.
  let files: [String: Data]

  /// - Parameter kind: nil: the SentencePiece models in the folder, if there are any and this program was built with
  ///   SentencePiece; else tokens stand between spaces.
  init(_ kind: DataConfiguration.TokenizerKind?, of folder: String) throws {
    if let kind {
      self.kind = kind
      files = [:]
      return
    }
    var files: [String: Data] = [:]
    #if SentencePiece
      for side in ["source", "target"] {
        let path = folder + "/\(side).spm"
        if !FileManager.default.fileExists(atPath: path) { continue }
        let tokenizer = try SentencePieceTokenizer(contentsOf: path)
        files[Subwords.fileName(.sentencePiece, side)] = Data(tokenizer.contents)
      }
    #endif
    let hasBoth = files.count == 2
    self.kind = hasBoth ? .sentencePiece : .words
    self.files = hasBoth ? files : [:]
  }
}
