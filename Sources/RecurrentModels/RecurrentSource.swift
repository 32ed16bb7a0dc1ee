internal import Autograd
internal import Tensors

/// What a decoder sees of the source in each step.
struct RecurrentSource {
  /// The encoder's outputs, [B, S, E].
  let output: Variable
  /// The number of real tokens of each source.
  let lengths: [Int]
  /// The outputs as attention's score needs them, [B, S, ...]; nil: there is no attention.
  let keys: Variable?
  /// What the decoder's first layer gets with every token, [B, D] or [B, E]; nil: nothing.
  let contextVector: Variable?

  /// The given sequences in the given order. Outputs that nothing looks at stay behind.
  func selecting(rows: [Int]) -> RecurrentSource {
    RecurrentSource(
      output: keys == nil ? output : output.gatherRows(rows), lengths: rows.map { lengths[$0] },
      keys: keys?.gatherRows(rows), contextVector: contextVector?.gatherRows(rows))
  }
}
