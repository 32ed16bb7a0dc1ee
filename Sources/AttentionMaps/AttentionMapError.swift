/// What is wrong with weights, tokens or alignments that were given.
public enum AttentionMapError: Error, Equatable, CustomStringConvertible {
  /// Not as many weights as the tokens need.
  case weightCount(expected: String, found: Int)
  /// A weight that is negative, infinite or not a number.
  case invalidWeight(row: Int, column: Int, found: Float)
  /// A tensor that does not hold the weights of these tokens.
  case tensorShape(expected: String, found: [Int])
  /// A layer or head below 0.
  case negativeNumber(name: String, found: Int)
  /// Two maps whose tokens or kinds should be the same.
  case differentTokens(String, String)
  /// Two maps of the same kind, layer and head.
  case duplicate(String)
  /// A picture of no pixels, or of too many.
  case pictureSize(width: Int, height: Int)
  /// Nothing that was asked for; with what there is.
  case notFound(wanted: String, found: String)
  /// A mean of nothing.
  case noMaps
  /// JSON that is not a set of attention maps.
  case notAMapSet(place: String, problem: String)
  /// An alignment that is not in Pharaoh's format.
  case notAnAlignment(line: Int, found: String)
  /// Files of alignments that do not belong together.
  case alignmentCounts(found: Int, reference: Int)
  /// A program that should draw a picture and did not.
  case conversion(program: String, problem: String)

  /// The text for a person.
  public var description: String {
    switch self {
    case .weightCount(let expected, let found): "expected \(expected), found \(found)"
    case .invalidWeight(let row, let column, let found):
      "row \(row), column \(column): expected a weight of at least 0, found \(found)"
    case .tensorShape(let expected, let found):
      "expected attention weights of the shape \(expected), found \(found)"
    case .negativeNumber(let name, let found):
      "\(name): expected a number of at least 0, found \(found)"
    case .differentTokens(let a, let b):
      "expected maps of one kind to be of the same tokens, found others in \(a) and \(b)"
    case .duplicate(let title): "expected each map once, found \(title) twice"
    case .pictureSize(let width, let height):
      "expected a picture of 1 to \(PNGImage.pixelLimit) pixels, found \(width) x \(height)"
    case .notFound(let wanted, let found): "no \(wanted): found \(found)"
    case .noMaps: "expected at least one attention map"
    case .notAMapSet(let place, let problem): "\(place): \(problem)"
    case .notAnAlignment(let line, let found):
      "line \(line): expected links such as 0-0 1-2 (or 1p2 for a possible one), found \"\(found)\""
    case .alignmentCounts(let found, let reference):
      "expected as many alignments as references, found \(found) and \(reference)"
    case .conversion(let program, let problem): "\(program): \(problem)"
    }
  }
}
