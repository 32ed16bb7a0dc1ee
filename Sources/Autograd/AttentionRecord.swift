public import Tensors

/// Attention weights that someone asked for, in the order in which a forward pass came to them. The pass itself is
/// what it would be without: layers compute their outputs on the fast path, and write weights down beside it.
public final class AttentionRecord {
  /// One tensor [B, H, T, S] for each attention of the pass.
  public private(set) var weights: [Tensor] = []

  /// An empty record.
  public init() {}

  /// To be called by layers that attend.
  public func append(_ weights: Tensor) { self.weights.append(weights) }
}
