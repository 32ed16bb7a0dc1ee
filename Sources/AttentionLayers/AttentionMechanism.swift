public import Autograd
public import CoreLayers
public import Kernels
public import Tensors

/// How queries and keys become weights on values, for all heads at once. ``MultiHeadAttention`` projects, and
/// leaves the rest to a mechanism: conform a type to this protocol to try another one.
public protocol AttentionMechanism: Layer {
  /// - Parameters:
  ///   - heads: projected queries, keys and values.
  ///   - mask: which keys a query may look at.
  ///   - dropout: drops attention weights.
  /// - Returns: [B, T, H Kv]
  func callAsFunction(
    _ heads: AttentionHeads, mask: AttentionMask, dropout: DropoutMask, in context: ForwardContext
  ) -> Variable

  /// The weights themselves, [B, H, T, S].
  func weights(_ heads: AttentionHeads, mask: AttentionMask, in context: ForwardContext) -> Tensor
}

/// Queries, keys and values of several heads, side by side as the projections leave them.
public struct AttentionHeads {
  /// [B, T, H K]
  public let query: Variable
  /// [B, S, H K]
  public let key: Variable
  /// [B, S, H Kv]
  public let value: Variable
  /// H
  public let headCount: Int

  /// Projected queries, keys and values of `headCount` heads.
  public init(query: Variable, key: Variable, value: Variable, headCount: Int) {
    self.query = query
    self.key = key
    self.value = value
    self.headCount = headCount
  }

  /// The queries with the heads apart, [B, H, T, K].
  public var separateQueries: Variable { splitHeads(query, headCount: headCount) }
  /// The keys with the heads apart, [B, H, S, K].
  public var separateKeys: Variable { splitHeads(key, headCount: headCount) }
  /// The values with the heads apart, [B, H, S, Kv].
  public var separateValues: Variable { splitHeads(value, headCount: headCount) }
}
