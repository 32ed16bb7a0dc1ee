/// References by sentence from references by file: element n of the result has the n-th line of every file.
///
/// - Throws: ``MetricError/differentLengths(first:stream:count:)`` when the files differ in length.
public func referencesBySegment(_ streams: [[String]]) throws(MetricError) -> [[String]] {
  guard let first = streams.first else { return [] }
  for (index, stream) in streams.enumerated() where stream.count != first.count {
    throw .differentLengths(first: first.count, stream: index, count: stream.count)
  }
  return first.indices.map { segment in streams.map { $0[segment] } }
}
