/// Where the pairs of a corpus stand. Each path may be `-`, standard input, and each file may be compressed by
/// gzip.
public enum CorpusFiles: Hashable, Sendable {
  /// One file of lines `SOURCE<TAB>TARGET`.
  case tsv(String)
  /// Two files; line n of the one belongs to line n of the other.
  case parallel(source: String, target: String)

  /// The file that is named where a line of the corpus is meant: the only one, or that of the sources.
  var name: String { name(of: .source) }

  /// The file that a side stands in.
  func name(of side: ParallelCorpus.Side) -> String {
    switch self {
    case .tsv(let path): TextFile.displayName(of: path)
    case .parallel(let source, let target):
      TextFile.displayName(of: side == .source ? source : target)
    }
  }
}
