import AttentionKit
import Foundation

/// The pairs that a run trains on: in memory, or in files that are larger than it.
enum TrainingText {
  case inMemory(ParallelCorpus)
  /// - Parameters:
  ///   - heldOut: what of the files belongs to validation.
  ///   - count: of the pairs to train on.
  case inFiles(ShardedCorpus, heldOut: HeldOutShare?, count: Int)

  var count: Int {
    switch self {
    case .inMemory(let corpus): corpus.count
    case .inFiles(_, _, let count): count
    }
  }

  /// Left out because a side is blank.
  var blankPairs: Occurrences {
    switch self {
    case .inMemory(let corpus): corpus.blankPairs
    case .inFiles(let corpus, _, _): corpus.blankPairs
    }
  }

  /// Calls `body` with the pairs in their order.
  func forEach(_ body: (TextPair) throws -> Void) throws {
    switch self {
    case .inMemory(let corpus): try corpus.pairs.forEach(body)
    case .inFiles(let corpus, let heldOut, _):
      try corpus.forEach { if !(heldOut?.contains($0.source) ?? false) { try body($0) } }
    }
  }
}

extension DataConfiguration {
  /// The pairs to train on and those to validate on.
  func corpora() throws -> (train: TrainingText, validation: ParallelCorpus) {
    let validation = try Self.shards(
      validation, validationSource, validationTarget,
      names: ("validation", "validationSource", "validationTarget"))
    if validation.count > 1 {
      throw ConfigurationFileError(
        origin: "data.validation",
        problem: "expected one file for each side, found \(validation.count)")
    }
    let held = validation.isEmpty ? HeldOutShare(heldOutShare, seed: seed) : nil
    if task == .files {
      let files = try Self.shards(
        train, trainSource, trainTarget, names: ("train", "trainSource", "trainTarget"))
      guard let first = files.first else {
        throw ConfigurationFileError(
          origin: "data.train",
          problem: "expected a file of SOURCE<TAB>TARGET lines, or trainSource and trainTarget, "
            + "found nothing")
      }
      if streaming || files.count > 1 {
        let corpus = try ShardedCorpus(files)
        let part = try validation.first.map { try ParallelCorpus($0) }
        if let part { return (.inFiles(corpus, heldOut: nil, count: corpus.count), part) }
        var heldOut: [TextPair] = []
        try corpus.forEach { if held?.contains($0.source) ?? false { heldOut.append($0) } }
        let count = corpus.count - heldOut.count
        return (.inFiles(corpus, heldOut: held, count: count), ParallelCorpus(heldOut))
      }
      return try divided(ParallelCorpus(first), validation: validation.first)
    }
    let corpus = SyntheticTask(rawValue: task.rawValue)!.corpus(
      count: pairCount, symbolCount: symbolCount, lengths: shortest...longest, seed: seed)
    return try divided(corpus, validation: validation.first)
  }

  private func divided(_ corpus: ParallelCorpus, validation: CorpusFiles?) throws
    -> (train: TrainingText, validation: ParallelCorpus)
  {
    if let validation { return (.inMemory(corpus), try ParallelCorpus(validation)) }
    let parts = corpus.split(holdOutShare: heldOutShare, seed: seed)
    return (.inMemory(parts.train), parts.heldOut)
  }

  /// The TSV files, or the pairs of files, that are named, with `*` for any part of a name; empty where none
  /// is named.
  private static func shards(
    _ tsv: String, _ source: String, _ target: String, names: (String, String, String)
  ) throws -> [CorpusFiles] {
    if !tsv.isEmpty && !(source.isEmpty && target.isEmpty) {
      throw ConfigurationFileError(
        origin: "data.\(names.0)",
        problem: "expected this or \(names.1) and \(names.2), found both")
    }
    if source.isEmpty != target.isEmpty {
      throw ConfigurationFileError(
        origin: "data.\(source.isEmpty ? names.1 : names.2)",
        problem: "expected the file that belongs to "
          + "\(source.isEmpty ? names.2 : names.1), found nothing")
    }
    if !tsv.isEmpty { return try paths(tsv, key: names.0).map { .tsv($0) } }
    if source.isEmpty { return [] }
    let (sources, targets) = (
      try paths(source, key: names.1), try paths(target, key: names.2)
    )
    if sources.count != targets.count {
      throw ConfigurationFileError(
        origin: "data.\(names.2)",
        problem:
          "expected as many files as \(names.1) has, \(sources.count), found \(targets.count)")
    }
    return zip(sources, targets).map { .parallel(source: $0, target: $1) }
  }

  /// The files that a pattern means, in the order of their names. Without `*` it is a path.
  private static func paths(_ pattern: String, key: String) throws -> [String] {
    if !pattern.contains("*") { return [pattern] }
    var found = glob_t()
    defer { globfree(&found) }
    // Sorted by bytes wherever the program runs, because the order of the files is that of the pairs.
    guard glob(pattern, GLOB_NOSORT, nil, &found) == 0, found.gl_pathc > 0 else {
      throw ConfigurationFileError(
        origin: "data.\(key)", problem: "expected files with names like \(pattern), found none")
    }
    return (0..<Int(found.gl_pathc)).compactMap { found.gl_pathv[$0].map { String(cString: $0) } }
      .sorted { Array($0.utf8).lexicographicallyPrecedes(Array($1.utf8)) }
  }
}
