public import Tensors

/// A tensor that training changes: the only reference type in a model.
///
/// Two layers that hold the same `Parameter` share it (tied weights); its gradient is then the sum of both
/// uses.
///
/// Reading from several threads is safe. Writing (an optimiser's step, loading) must not overlap with use.
public final class Parameter: @unchecked Sendable {
  /// What it is now.
  public var value: Tensor
  /// Whether a forward pass records its uses. A frozen parameter gets no gradient and no update.
  public var isTrainable = true

  /// A trainable parameter that starts as `value`.
  public init(_ value: Tensor) { self.value = value }

  /// The shape of the value.
  public var shape: Shape { value.shape }
}
