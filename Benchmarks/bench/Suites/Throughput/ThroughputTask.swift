/// What the models of the throughput suite are asked to do.
enum ThroughputTask: String, CaseIterable {
  /// Forward, backward, clipping, Adam.
  case training
  /// The loss of given targets, without gradients.
  case scoring
  /// Greedy search that writes as many tokens as the source has.
  case decoding
}
