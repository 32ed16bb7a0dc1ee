/// The edit distance from hypotheses of one length to one reference, near the diagonal only, and the edits.
///
/// Row i of the matrix belongs to the first i words of the hypothesis, column j to the first j words of the
/// reference. Only a band around the line from corner to corner is computed, as in tercom; the last row is
/// computed to its end.
struct BandedEditDistance {
  /// What the last edit is of the best way to a cell.
  enum Edit: UInt8 {
    /// The words are equal.
    case match
    case substitution
    /// A word of the hypothesis goes.
    case deletion
    /// A word of the reference comes.
    case insertion
  }

  /// Half the width of the band, in columns.
  static let beam = 25
  /// More than any distance, and far from overflow.
  private static let unreachable = Int32.max / 2

  let reference: [Int32]
  let hypothesisCount: Int
  /// The columns of each row that are computed.
  private let columns: [Range<Int>]
  /// Where each row begins in `costs` and `edits`.
  private let offsets: [Int]
  private var costs: [Int32]
  private var edits: [Edit]

  /// - Parameters:
  ///   - reference: words, of which there must be at least one.
  ///   - hypothesisCount: the number of words of all hypotheses.
  init(reference: [Int32], hypothesisCount: Int) {
    self.reference = reference
    self.hypothesisCount = hypothesisCount
    let slope = hypothesisCount == 0 ? 1 : Double(reference.count) / Double(hypothesisCount)
    // A steep line needs a wider band, or rows would not meet.
    let beam = max(
      Self.beam, slope > 2 * Double(Self.beam) ? Int((slope / 2).rounded(.up)) + Self.beam : 0)
    var columns = [0..<(reference.count + 1)]
    for row in 0..<hypothesisCount {
      let middle = Int(Double(row + 1) * slope)
      let end = row + 1 == hypothesisCount ? reference.count + 1 : middle + beam
      columns.append(max(0, middle - beam)..<min(reference.count + 1, end))
    }
    self.columns = columns
    offsets = columns.reduce(into: [0]) { $0.append($0[$0.count - 1] + $1.count) }
    costs = (0...Int32(reference.count)).map { $0 }
    costs += [Int32](repeating: Self.unreachable, count: offsets[offsets.count - 1] - costs.count)
    edits = [Edit](repeating: .insertion, count: costs.count)
  }

  /// The distance of the hypothesis whose rows were computed last.
  var distance: Int { Int(costs[costs.count - 1]) }

  /// Computes the rows of a hypothesis of which the first `known` words are those of the last one, or of
  /// `other`'s last one.
  mutating func update(
    _ hypothesis: [Int32], known: Int, from other: BandedEditDistance? = nil
  ) {
    if let other, known > 0 {
      let row = offsets[known]..<offsets[known + 1]
      costs.replaceSubrange(row, with: other.costs[row])
    }
    let (columns, offsets) = (columns, offsets)
    reference.withUnsafeBufferPointer { reference in
      costs.withUnsafeMutableBufferPointer { costs in
        edits.withUnsafeMutableBufferPointer { edits in
          for row in known..<hypothesisCount {
            Self.fill(
              Row(columns: columns[row + 1], offset: offsets[row + 1]),
              below: Row(columns: columns[row], offset: offsets[row]), with: hypothesis[row],
              reference, costs, edits)
          }
        }
      }
    }
  }

  /// Where a row is.
  private struct Row {
    var columns: Range<Int>
    var offset: Int
    /// What is added to a column to get its place.
    var base: Int { offset - columns.lowerBound }
  }

  /// One row from the one before. Among equals, a match or substitution wins over a deletion, and that over
  /// an insertion: this decides which shifts are tried.
  private static func fill(
    _ row: Row, below previous: Row, with word: Int32, _ reference: UnsafeBufferPointer<Int32>,
    _ costs: UnsafeMutableBufferPointer<Int32>, _ edits: UnsafeMutableBufferPointer<Edit>
  ) {
    let (base, baseAbove, above) = (row.base, previous.base, previous.columns)
    var left = unreachable
    for column in row.columns {
      var best = unreachable
      var edit = Edit.insertion
      if column > 0, above.contains(column - 1) {
        let isMatch = reference[column - 1] == word
        best = costs[baseAbove + column - 1] + (isMatch ? 0 : 1)
        edit = isMatch ? .match : .substitution
      }
      if above.contains(column), costs[baseAbove + column] + 1 < best {
        best = costs[baseAbove + column] + 1
        edit = .deletion
      }
      if left + 1 < best {
        best = left + 1
        edit = .insertion
      }
      costs[base + column] = best
      edits[base + column] = edit
      left = best
    }
  }

  /// The edits of the last hypothesis, from the first word to the last.
  var path: [Edit] {
    var path: [Edit] = []
    var (row, column) = (hypothesisCount, reference.count)
    while row > 0 || column > 0 {
      let edit = edits[offsets[row] + column - columns[row].lowerBound]
      path.append(edit)
      if edit != .insertion { row -= 1 }
      if edit != .deletion { column -= 1 }
    }
    return path.reversed()
  }
}
