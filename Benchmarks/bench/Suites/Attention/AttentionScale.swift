/// What the attention suite measures beside the kinds of attention.
struct AttentionScale {
  /// Lengths of the layer with its projections.
  let layerLengths: (forward: [Int], backward: [Int])
  /// Lengths at which the layer is taken apart.
  let partLengths: (forward: [Int], backward: [Int])
  /// Tokens that are divided into sequences of different lengths.
  let tokens: Int
  let sequenceLengths: [Int]

  init(_ extent: Extent) {
    switch extent {
    case .quick:
      layerLengths = ([64, 128, 256], [64, 128, 256])
      partLengths = ([128], [])
      tokens = 256
      sequenceLengths = [64, 256]
    case .normal:
      layerLengths = ([64, 128, 256, 512, 1024, 1448, 2048], [64, 128, 256, 512, 724])
      partLengths = ([128, 512, 1024], [256])
      tokens = 1024
      sequenceLengths = [64, 256, 1024]
    case .full:
      layerLengths = (
        [64, 128, 256, 512, 724, 1024, 1448, 2048, 2896, 4096, 5793, 8192],
        [64, 128, 256, 512, 724, 1024, 1448, 2048, 2896, 4096]
      )
      partLengths = ([64, 128, 256, 512, 1024, 2048, 4096], [64, 128, 256, 512, 1024, 2048])
      tokens = 16384
      sequenceLengths = [64, 256, 1024, 4096, 16384]
    }
  }
}
