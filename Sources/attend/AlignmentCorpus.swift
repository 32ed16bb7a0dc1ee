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
  func align(with trained: TrainedModel, view: AttentionView) throws {
    var lines = ""
    var rate = AlignmentErrorRate()
    var progress = CountProgress("pairs", total: pairs.count)
    for (index, pair) in pairs.enumerated() {
      var alignment = TokenAlignment([])
      if !trained.codec.encodeSource(pair.source).isEmpty {
        do {
          alignment = try view.alignment(
            of: trained.attentionMaps(source: pair.source, target: pair.target))
        } catch let error as AttentionProblem {
          throw LineError(line: index + 1, problem: error.description)
        }
      }
      lines += alignment.pharaoh + "\n"
      if let references { rate.add(alignment, references[index]) }
      progress.show(index + 1)
    }
    progress.end()
    try view.write(Array(lines.utf8))
    if references != nil {
      func percent(_ share: Double?) -> String {
        share.map { String(format: "%.1f %%", 100 * $0) } ?? "undefined"
      }
      Command.say(
        "alignment error rate \(percent(rate.rate)), precision \(percent(rate.precision)), "
          + "recall \(percent(rate.recall)) of \(pairs.count) pairs")
    }
  }
}
