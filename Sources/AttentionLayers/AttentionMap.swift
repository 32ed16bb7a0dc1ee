public import Tensors

/// The attention weights of one head of one layer for one sequence: what there is to look at.
public struct AttentionMap: Sendable {
  /// Who attends to whom.
  public enum Kind: String, Codable, CaseIterable, Sendable {
    /// Source positions to source positions.
    case encoderSelf
    /// Target positions to themselves and those before.
    case decoderSelf
    /// Target positions to source positions.
    case cross
  }

  /// Who attends to whom.
  public let kind: Kind
  /// The layer within its stack, from 0.
  public let layer: Int
  /// The head, from 0.
  public let head: Int
  /// [T, S]: the weight that each query, a row, gives to each key. Rows sum to 1 (to 0 where a query may look at
  /// nothing).
  public let weights: Tensor

  /// - Parameter weights: [T, S]
  public init(kind: Kind, layer: Int, head: Int, weights: Tensor) {
    self.kind = kind
    self.layer = layer
    self.head = head
    self.weights = weights
  }

  /// The maps of each sequence of a batch, without padding.
  ///
  /// - Parameters:
  ///   - weights: of all heads of one layer, [B, H, T, S].
  ///   - queryLengths: the real queries of each sequence.
  ///   - keyLengths: the real keys of each sequence.
  public static func maps(
    of weights: Tensor, kind: Kind, layer: Int, queryLengths: [Int], keyLengths: [Int]
  ) -> [[AttentionMap]] {
    let shape = weights.shape
    if shape.rank != 4 || queryLengths.count != shape[0] || keyLengths.count != shape[0] {
      stopOnShapes(
        "AttentionMap.maps", "weights [B, H, T, S] and B lengths", shape, [queryLengths.count],
        [keyLengths.count])
    }
    return (0..<shape[0]).map { b in
      (0..<shape[1]).map { head in
        let (rows, columns) = (queryLengths[b], keyLengths[b])
        let start = weights.pointer + (b * shape[1] + head) * shape[2] * shape[3]
        var map = Tensor(uninitialized: [rows, columns])
        for row in 0..<rows {
          (map.mutablePointer + row * columns).update(from: start + row * shape[3], count: columns)
        }
        return AttentionMap(kind: kind, layer: layer, head: head, weights: map)
      }
    }
  }
}
