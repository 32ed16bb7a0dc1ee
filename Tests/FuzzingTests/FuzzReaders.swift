import Fuzzing

/// Every reader of files, by name. A new one is a line here and its seeds.
enum FuzzReaders {
  static let all: [String: @Sendable () throws -> FuzzReader] = [
    "safetensors": FuzzReader.safetensors,
    "numPyArrays": FuzzReader.numPyArrays,
    "numPyArchives": FuzzReader.numPyArchives,
    "graphemeModels": FuzzReader.graphemeModels,
    "checkpoints": FuzzReader.checkpoints,
    "json": { FuzzReader.json() },
    "configurations": FuzzReader.configurations,
    "attentionMaps": FuzzReader.attentionMaps,
    "histories": FuzzReader.histories,
    "vocabularies": FuzzReader.vocabularies,
    "codes": FuzzReader.codes,
    "pairs": FuzzReader.pairs,
    "parallelText": FuzzReader.parallelText,
    "compressedPairs": FuzzReader.compressedPairs,
    "references": FuzzReader.references,
    "alignments": { FuzzReader.alignments() },
    "cTranslate2Files": FuzzReader.cTranslate2Files,
    "cTranslate2Models": FuzzReader.cTranslate2Models,
    "marianModels": FuzzReader.marianModels,
    "wordPieces": FuzzReader.wordPieces,
  ]

  /// Those that get a twentieth of the inputs: they start a program, or make a whole model.
  static let slow: Set = [
    "compressedPairs", "graphemeModels", "cTranslate2Models", "marianModels",
  ]

  static func reader(_ name: String) throws -> FuzzReader {
    guard let make = all[name] else { throw BrokenLaw("there is no reader \(name)") }
    return try make()
  }
}
