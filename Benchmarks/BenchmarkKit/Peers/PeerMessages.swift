/// A request to a worker, one line of JSON. What does not belong to its command is left out.
struct PeerRequest<Arguments: Encodable>: Encodable {
  /// `prepare`, `check`, `run`, `memory` or `discard`.
  let command: String
  /// The number by which later requests name a prepared work.
  let id: Int
  /// The kind of work to prepare.
  var work: String?
  /// What the work or the check needs to know.
  var arguments: Arguments?
  /// How often to run.
  var count: Int?
}

/// Requests without arguments of their own.
struct NoArguments: Codable {}

/// An answer, one line of JSON: what was asked for, or why there is none.
struct PeerAnswer<Value: Decodable>: Decodable {
  let ok: Value?
  let error: String?
}

/// The answer to `run`.
struct PeerTime: Decodable {
  /// Of all runs together.
  let seconds: Double
}

/// The answer to `memory`: bytes as in ``PeakMemory``, or nothing where the system cannot tell.
struct PeerMemory: Decodable {
  let growth: Int?
  let peak: Int?
}
