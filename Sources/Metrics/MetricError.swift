/// Why a test set cannot be scored.
public enum MetricError: Error, Equatable, CustomStringConvertible {
  /// There are not as many references as hypotheses.
  case differentCounts(hypotheses: Int, references: Int)
  /// A sentence, counted from 0, has nothing to compare with.
  case noReference(segment: Int)
  /// A set of references, counted from 0, has more or fewer sentences than the first one.
  case differentLengths(first: Int, stream: Int, count: Int)

  /// What was expected and found; sentences and sets are counted from 1, as lines and files are.
  public var description: String {
    switch self {
    case .differentCounts(let hypotheses, let references):
      "expected references for \(hypotheses) hypotheses, found them for \(references)"
    case .noReference(let segment):
      "expected at least one reference of sentence \(segment + 1), found none"
    case .differentLengths(let first, let stream, let count):
      "expected \(first) sentences in reference set \(stream + 1), as in the first, found \(count)"
    }
  }
}
