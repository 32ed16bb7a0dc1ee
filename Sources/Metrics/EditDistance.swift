/// The fewest insertions, deletions and substitutions that turn one sequence into another (Levenshtein 1966),
/// and how many there are of each.
public struct EditDistance: Sendable, Equatable {
  /// Elements of the hypothesis that the reference does not have.
  public let insertions: Int
  /// Elements of the reference that the hypothesis does not have.
  public let deletions: Int
  /// Elements of the hypothesis that stand in for another one of the reference.
  public let substitutions: Int

  /// The number of changes.
  public var total: Int { insertions + deletions + substitutions }

  /// The distance of a hypothesis from a reference.
  ///
  /// Among the shortest ways the one with the most substitutions is counted. Time is the product of the
  /// lengths, memory the reference's length.
  public init<Element: Equatable>(
    from reference: some Collection<Element>, to hypothesis: some Collection<Element>
  ) {
    let reference = Array(reference)
    // Column n: the cheapest way from the first n elements of the reference to the hypothesis so far.
    var row = (0...reference.count).map { Path(deletions: $0) }
    for (index, element) in hypothesis.enumerated() {
      var diagonal = row[0]
      row[0] = Path(insertions: index + 1)
      for column in 1..<(reference.count + 1) {
        let above = row[column]
        if reference[column - 1] == element {
          row[column] = diagonal
        } else {
          // Substitution first: it wins among equals.
          var best = diagonal
          best.substitutions += 1
          if row[column - 1].total + 1 < best.total {
            best = row[column - 1]
            best.deletions += 1
          }
          if above.total + 1 < best.total {
            best = above
            best.insertions += 1
          }
          row[column] = best
        }
        diagonal = above
      }
    }
    let best = row[reference.count]
    insertions = best.insertions
    deletions = best.deletions
    substitutions = best.substitutions
  }

  private struct Path {
    var insertions = 0
    var deletions = 0
    var substitutions = 0
    var total: Int { insertions + deletions + substitutions }
  }
}
