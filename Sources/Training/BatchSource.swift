public import SequenceModels

/// Where a training's batches come from: a fixed sequence of them for each epoch, so that a position is two
/// numbers and a resumed training goes on with the very next batch. Errors, as of a file that cannot be read any more, end
/// the training.
public protocol BatchSource {
  /// How many batches an epoch has.
  mutating func batchCount(epoch: Int) throws -> Int
  /// One of them.
  mutating func batch(epoch: Int, index: Int) throws -> TrainingBatch
}

/// Batches that are given, the same in each epoch.
public struct FixedBatches: BatchSource {
  /// In the order in which they are taken.
  public let batches: [TrainingBatch]

  /// The same batches for every epoch.
  public init(_ batches: [TrainingBatch]) { self.batches = batches }

  /// The number of batches.
  public func batchCount(epoch: Int) -> Int { batches.count }
  /// The batch with a number.
  public func batch(epoch: Int, index: Int) -> TrainingBatch { batches[index] }
}
