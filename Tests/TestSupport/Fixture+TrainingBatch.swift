public import SequenceModels

extension Fixture {
  /// The batch whose sentences stand under a prefix. 1 begins a target and 2 ends it.
  public func trainingBatch(_ prefix: String) throws -> TrainingBatch {
    func rows(_ side: String) throws -> [[Int]] {
      var rest = try integers("\(prefix)\(side)s")[...]
      return try integers("\(prefix)\(side)_lengths").map { length in
        defer { rest = rest.dropFirst(length) }
        return Array(rest.prefix(length))
      }
    }
    return TrainingBatch(
      sources: try rows("source"), targets: try rows("target"), start: 1, end: 2)
  }
}
