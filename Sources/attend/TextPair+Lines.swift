import AttentionKit

extension TextPair {
  /// The lines of a file of `SOURCE<TAB>TARGET` lines; `-` is standard input.
  ///
  /// Every line stands for itself here, blank ones too, so that results belong to lines.
  static func lines(tsv file: String) throws -> [TextPair] {
    try TextFile.lines(of: file).enumerated().map { index, line in
      // By bytes: a tab is never part of another character there.
      let columns = line.utf8.split(separator: 0x09, omittingEmptySubsequences: false)
      if columns.count != 2 {
        throw TextFileError(
          file: file, line: index + 1, problem: .columnCount(expected: 2, found: columns.count))
      }
      return TextPair(
        source: String(Substring(columns[0])), target: String(Substring(columns[1])))
    }
  }
}
