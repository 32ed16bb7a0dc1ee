import AttentionKit
import Foundation

/// Pairs of lines to align, and perhaps their alignments by hand.
struct AlignmentCorpus {
  private let pairs: [TextPair]
  private let references: [AlignmentReference]?

  init(data: String, gold: String?) throws {
    let pairs = try TextPair.lines(tsv: data)
    self.pairs = pairs
    references = try gold.map { file in
      let lines = try TextFile.lines(of: file)
      if lines.count != pairs.count {
        throw TextFileError(
          file: file,
          problem: .lineCounts(found: lines.count, otherFile: data, other: pairs.count))
      }
      return try lines.enumerated().map { index, line in
        do throws(AttentionMapError) {
          return try AlignmentReference(line, line: index + 1)
        } catch { throw AttentionProblem("\(file): \(error)") }
      }
    }
  }

  /// Writes a line for each pair; where a side is empty there are no links.
  func align(with trained: TrainedModel, view: AttentionView, batches: SourceBatches) throws {
    let alignments = try alignments(trained, view, batches)
    try view.write(Array(alignments.map { $0.pharaoh + "\n" }.joined().utf8))
    guard let references else { return }
    var rate = AlignmentErrorRate()
    for (alignment, reference) in zip(alignments, references) { rate.add(alignment, reference) }
    func percent(_ share: Double?) -> String {
      share.map { String(format: "%.1f %%", 100 * $0) } ?? "undefined"
    }
    Command.say(
      "alignment error rate \(percent(rate.rate)), precision \(percent(rate.precision)), "
        + "recall \(percent(rate.recall)) of \(pairs.count) pairs")
  }

  private func alignments(
    _ trained: TrainedModel, _ view: AttentionView, _ batches: SourceBatches
  ) throws -> [TokenAlignment] {
    let model = try trained.attentiveModel()
    let codec = trained.codec
    let tokens = pairs.map(codec.encode)
    for (index, pair) in tokens.enumerated() where !pair.source.isEmpty {
      do {
        try trained.checkLengths(source: pair.source, target: pair.target, isFinished: true)
      } catch let error as AttentionProblem {
        throw LineError(line: index + 1, problem: error.description)
      }
    }
    var alignments = [TokenAlignment](repeating: TokenAlignment([]), count: pairs.count)
    let rows = tokens.indices.filter { !tokens[$0].source.isEmpty }
    let lengths = rows.map { row in
      let length = max(tokens[row].source.count, tokens[row].target.count + 1)
      // The weights of a batch are in memory, and of long sentences they are far more than tokens.
      return max(length, length * length / 128)
    }
    var progress = CountProgress("pairs", total: rows.count)
    var done = 0
    for batch in batches.batches(lengths) {
      let part = batch.map { rows[$0] }
      let sets = try model.attentionMaps(
        sources: part.map { tokens[$0].source }, targets: part.map { tokens[$0].target },
        kinds: view.alignedKinds, sourceVocabulary: codec.sourceVocabulary,
        targetVocabulary: codec.targetVocabulary)
      for (row, set) in zip(part, sets) { alignments[row] = try view.alignment(of: set) }
      done += part.count
      progress.show(done)
    }
    progress.end()
    return alignments
  }
}
