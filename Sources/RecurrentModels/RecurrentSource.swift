internal import AttentionLayers
internal import Autograd
internal import Tensors

/// What a decoder sees of the source in each step.
struct RecurrentSource {
  /// The encoder's outputs, [B, S, E].
  let output: Variable
  /// The number of real tokens of each source.
  let lengths: [Int]
  /// The outputs as the score function needs them; nil: there is no attention.
  let keys: PreparedKeys?
  /// What the decoder's first layer gets with every token, [B, D] or [B, E]; nil: nothing.
  let contextVector: Variable?

  /// The given sequences in the given order. Outputs that nothing looks at stay behind.
  func selecting(rows: [Int]) -> RecurrentSource {
    RecurrentSource(
      output: keys == nil ? output : output.gatherRows(rows), lengths: rows.map { lengths[$0] },
      keys: keys?.selecting(rows: rows), contextVector: contextVector?.gatherRows(rows))
  }
}
