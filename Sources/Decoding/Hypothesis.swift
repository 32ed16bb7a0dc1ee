/// An output and how probable the model holds it.
public struct Hypothesis: Sendable, Equatable {
  /// Without start and end tokens.
  public let tokens: [Int]
  /// log p of each token given those before it, and of the end token if it came.
  ///
  /// They are the model's own: after the repetition penalty where there is one, but neither sampling's
  /// temperature nor forbidden tokens change them.
  public let logProbabilities: [Float]
  /// Whether the output has its end token. If not, the limit came first, or nothing was allowed to follow.
  public let isFinished: Bool
  /// The logarithm of the output's probability: the sum of ``logProbabilities``.
  public let score: Float
  /// ``score`` after the length penalty: what hypotheses are ranked by. Without a penalty, ``score``.
  public let normalizedScore: Float

  /// The output of a source without tokens: nothing, not finished.
  public init() { self.init(Path(), isFinished: false, penalty: .none) }

  init(_ path: Path, isFinished: Bool, penalty: LengthPenalty) {
    tokens = path.tokens
    logProbabilities = path.logProbabilities
    self.isFinished = isFinished
    score = Float(path.total)
    normalizedScore = Float(penalty.normalized(path.total, length: path.logProbabilities.count))
  }

  /// A hypothesis while it grows.
  struct Path {
    var tokens: [Int] = []
    var logProbabilities: [Float] = []
    /// The sum of the log-probabilities, in double precision.
    var total = 0.0

    /// Adds a token that belongs to the output.
    mutating func append(_ candidate: Candidate) {
      tokens.append(candidate.token)
      end(candidate)
    }

    /// Adds the end token, of which only the log-probability remains.
    mutating func end(_ candidate: Candidate) {
      logProbabilities.append(candidate.logProbability)
      total += Double(candidate.logProbability)
    }
  }
}

/// A token that may come next.
struct Candidate: Equatable {
  let token: Int
  let logProbability: Float
}
