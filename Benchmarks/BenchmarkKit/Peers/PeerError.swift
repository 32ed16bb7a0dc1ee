/// Why another program did not do what it was asked to. All of them name the program.
public enum PeerError: Error, Equatable, CustomStringConvertible {
  /// The system could not start it.
  case cannotStart(peer: String, program: String, reason: String)
  /// It did not answer in time and was killed.
  case noAnswer(peer: String, request: String, seconds: Double)
  /// It ended, now or before; the last thing that it wrote to standard error is the best explanation there is.
  case ended(peer: String, request: String, status: String, lastWords: String)
  /// It answered something that is no answer, and was killed.
  case garbled(peer: String, request: String, found: String)
  /// It understood, and said why it cannot.
  case refused(peer: String, request: String, reason: String)

  /// The text for a person.
  public var description: String {
    switch self {
    case .cannotStart(let peer, let program, let reason):
      return "\(peer): cannot start \(program): \(reason)"
    case .noAnswer(let peer, let request, let seconds):
      return "\(peer): no answer to '\(request)' within \(Format.wait(seconds))"
    case .ended(let peer, let request, let status, let lastWords):
      let explanation = lastWords.isEmpty ? "" : ": \(lastWords)"
      return "\(peer): \(status) before it answered '\(request)'\(explanation)"
    case .garbled(let peer, let request, let found):
      return "\(peer): expected a line of JSON in answer to '\(request)', found \(found)"
    case .refused(let peer, let request, let reason):
      return "\(peer): cannot \(request): \(reason)"
    }
  }
}
