/// What is measured beside peers.
struct PeerScale {
  struct Product {
    let rows, columns, inner: Int
  }

  struct Decoding {
    let batch, beam: Int
  }

  let transformers: [ModelSize]
  let recurrents: [ModelSize]
  /// The sizes at which the Transformer is compiled too; the first time that takes minutes, for a large one many.
  let compiledTransformers: [String]
  let compiledRecurrents: [String]
  let attentionLengths: [Int]
  let products: [Product]
  let decoder: ModelSize
  let decodings: [Decoding]
  /// Tokens of a source, and of an output.
  let decodingLength = 32

  init(_ extent: Extent) {
    func decodings(_ batches: [Int], _ beams: [Int]) -> [Decoding] {
      beams.flatMap { beam in batches.map { Decoding(batch: $0, beam: beam) } }
    }
    let products = [(2048, 2048, 512), (1024, 1024, 1024), (16, 512, 512), (1, 512, 512)]
      .map { Product(rows: $0.0, columns: $0.1, inner: $0.2) }
    switch extent {
    case .quick:
      transformers = [.tiny]
      recurrents = [.tiny]
      (compiledTransformers, compiledRecurrents) = ([], [])
      attentionLengths = [512]
      self.products = Array(products.suffix(2))
      decoder = .small
      self.decodings = decodings([1, 16], [1]) + decodings([1], [4])
    case .normal:
      transformers = ModelSize.all
      recurrents = ModelSize.all
      (compiledTransformers, compiledRecurrents) = (["tiny", "small"], [])
      attentionLengths = [512, 1024, 2048, 4096]
      self.products = products
      decoder = .base
      self.decodings = decodings([1, 16, 64], [1]) + decodings([1, 16], [4])
    case .full:
      transformers = ModelSize.all
      recurrents = ModelSize.all
      compiledTransformers = ModelSize.all.map(\.name)
      compiledRecurrents = compiledTransformers
      attentionLengths = [512, 1024, 2048, 4096, 8192]
      self.products =
        products + [
          Product(rows: 2048, columns: 512, inner: 2048),
          Product(rows: 4, columns: 512, inner: 512),
        ]
      decoder = .base
      self.decodings = decodings([1, 16, 64], [1, 4])
    }
  }
}
