public import SequenceModels

/// Where a training's batches come from: a fixed sequence of them for each epoch, so that a position is two
/// numbers and a resumed training goes on with the very next batch.
public protocol BatchSource {
  /// How many batches an epoch has.
  mutating func batchCount(epoch: Int) -> Int
  /// One of them.
  mutating func batch(epoch: Int, index: Int) -> TrainingBatch
}

/// Batches that are given, the same in each epoch.
public struct FixedBatches: BatchSource {
  public let batches: [TrainingBatch]

  public init(_ batches: [TrainingBatch]) { self.batches = batches }

  public func batchCount(epoch: Int) -> Int { batches.count }
  public func batch(epoch: Int, index: Int) -> TrainingBatch { batches[index] }
}
