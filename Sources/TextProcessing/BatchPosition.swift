/// A place in the stream of training batches: the batch that comes next.
public struct BatchPosition: Codable, Hashable, Sendable {
  /// The pass over the corpus, from 0.
  public var epoch: Int
  /// The batch within the pass, from 0.
  public var batchIndex: Int

  /// The start, unless said otherwise.
  public init(epoch: Int = 0, batchIndex: Int = 0) {
    self.epoch = epoch
    self.batchIndex = batchIndex
  }
}
