/// Training batches, epoch after epoch, from any position on.
public struct BatchStream: Sequence, IteratorProtocol, Sendable {
  /// The position of the batch that `next()` gives next: save it, and `stream(from:)` goes on from there.
  public private(set) var position: BatchPosition
  private let batches: LengthBucketedBatches
  private var epoch: [[Int]]

  init(_ batches: LengthBucketedBatches, from position: BatchPosition) throws(BatchingError) {
    self.batches = batches
    self.position = position
    epoch = position.epoch < 0 ? [] : batches.batchIndices(epoch: position.epoch)
    let isStart = position.epoch >= 0 && position.batchIndex == 0
    if !isStart && !epoch.indices.contains(position.batchIndex) {
      throw .positionOutside(position, batchCount: epoch.count)
    }
  }

  /// The number of batches of the current epoch.
  public var batchCount: Int { epoch.count }

  /// The next batch; after the last of an epoch comes the first of the next. `nil` if there are no pairs.
  public mutating func next() -> PairBatch? {
    guard epoch.indices.contains(position.batchIndex) else { return nil }
    let batch = batches.batch(epoch[position.batchIndex])
    position.batchIndex += 1
    if position.batchIndex == epoch.count {
      position = BatchPosition(epoch: position.epoch + 1)
      epoch = batches.batchIndices(epoch: position.epoch)
    }
    return batch
  }
}
