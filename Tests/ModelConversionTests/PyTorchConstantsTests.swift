import AttentionKit
import Foundation
import TestSupport
import Testing

/// The deterministic tests of PyTorch (test_transformerencoder and test_transformerencoder_square_input of
/// test/test_transformers.py; test_transformerencoderlayer and test_transformerdecoderlayer of test/test_nn.py): all
/// parameters are cos(0), cos(1), ..., and the expected values are what PyTorch's people wrote down. Its sequences are
/// [position, sequence, D] there, and so they are here; tolerance 1e-5 as there.
@Suite struct PyTorchConstantsTests {
  private static var configuration: TransformerConfiguration {
    var configuration = TransformerConfiguration(vocabularySize: 4)
    configuration.adopt(.pytorch)
    configuration.finalNorm = .afterPreNorm
    configuration.resize(modelDimension: 4, feedForwardDimension: 16, headCount: 2)
    return configuration
  }

  /// A file in which every tensor counts through cosines.
  private struct Cosines: NamedTensors {
    let path = "cosines"
    let shapes: [String: Shape]
    var tensorNames: [String] { Array(shapes.keys) }

    func tensor(named name: String) -> Tensor {
      let shape = shapes[name]!
      return Tensor(
        (0..<shape.elementCount).map { Float(cos(Double($0))) }, shape: shape)
    }

    init(_ layer: some Layer, _ table: ParameterTable) throws {
      shapes = Dictionary(
        uniqueKeysWithValues: try table.contents(of: layer, for: "cosines").tensors
          .map { ($0.name, $0.tensor.shape) })
    }
  }

  private func filled<Model: Layer>(_ layer: Model, _ table: ParameterTable) throws -> Model {
    try table.load(Cosines(layer, table), into: layer)
    return layer
  }

  private func encoderLayer() throws -> EncoderLayer {
    var generator = SeededGenerator(seed: 1)
    return try filled(
      EncoderLayer(Self.configuration, using: &generator), .pyTorchEncoderLayer)
  }

  /// [position][sequence][D] to [sequence, position, D].
  private func tensor(_ values: [[[Float]]]) -> Tensor {
    let (length, batch) = (values.count, values[0].count)
    return Tensor(
      (0..<batch).flatMap { row in (0..<length).flatMap { values[$0][row] } },
      shape: [batch, length, 4])
  }

  private func expect(
    _ output: Variable, _ expected: [[[Float]]], _ comment: String,
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    expectClose(
      output.value, tensor(expected), absolute: 1e-5, relative: 0, comment,
      sourceLocation: sourceLocation)
  }

  /// Keys that nobody may look at, by sequence and position.
  private func hiding(_ keys: [[Bool]]) -> AttentionMask {
    let length = keys[0].count
    return .allowing(keys.flatMap { row in (0..<length).flatMap { _ in row.map { !$0 } } })
  }

  private let five: [[[Float]]] = [
    [[0.7462, 0.6653, 0.5679, 0.4891], [0.5387, 0.1655, 0.3565, 0.0471]],
    [[0.8335, 0.2799, 0.5031, 0.2947], [0.1402, 0.0318, 0.7636, 0.1346]],
    [[0.6333, 0.9344, 0.1376, 0.9938], [0.8924, 0.2872, 0.6692, 0.2944]],
    [[0.9897, 0.6915, 0.3154, 0.1733], [0.8645, 0.3513, 0.3064, 0.0767]],
    [[0.8117, 0.2366, 0.4838, 0.7881], [0.3718, 0.4945, 0.9511, 0.0864]],
  ]
  private let fiveHidden = [
    [false, true, false, false, false], [false, false, false, true, true],
  ]

  @Test func encoderLayerOnFewPositions() throws {
    let layer = try encoderLayer()
    let context = ForwardContext.inference()
    expect(
      layer(Variable(tensor([[[20, 30, 40, 50]]])), mask: .none, in: context),
      [[[2.258703, 0.127985, -0.697881, 0.170862]]], "one position")
    let two = Variable(tensor([[[1, 2, 3, 4]], [[5, 6, 7, 8]]]))
    expect(
      layer(two, mask: .none, in: context),
      [[[2.272644, 0.119035, -0.691669, 0.153486]], [[2.272644, 0.119035, -0.691669, 0.153486]]],
      "two positions")
    expect(
      layer(two, mask: hiding([[true, false]]), in: context),
      [[[2.301516, 0.092249, -0.679101, 0.103088]], [[2.301516, 0.092249, -0.679101, 0.103088]]],
      "the first is hidden")
  }

  @Test func encoderLayerOnFivePositions() throws {
    let layer = try encoderLayer()
    let context = ForwardContext.inference()
    expect(
      layer(Variable(tensor(five)), mask: .none, in: context),
      [
        [[2.428589, 0.020835, -0.602055, -0.085249], [2.427987, 0.021213, -0.602496, -0.084103]],
        [[2.424689, 0.019155, -0.604793, -0.085672], [2.413863, 0.022211, -0.612486, -0.07249]],
        [[2.433774, 0.021598, -0.598343, -0.087548], [2.425104, 0.019748, -0.604515, -0.084839]],
        [[2.436185, 0.022682, -0.596625, -0.087261], [2.433556, 0.021891, -0.598509, -0.086832]],
        [[2.416246, 0.017512, -0.610712, -0.082961], [2.422901, 0.024187, -0.606178, -0.074929]],
      ], "all")
    expect(
      layer(Variable(tensor(five)), mask: hiding(fiveHidden), in: context),
      [
        [[2.429026, 0.020793, -0.601741, -0.085642], [2.428811, 0.021445, -0.601912, -0.084252]],
        [[2.425009, 0.019155, -0.604566, -0.085899], [2.415408, 0.02249, -0.611415, -0.073]],
        [[2.434199, 0.021682, -0.598039, -0.087699], [2.42598, 0.019941, -0.603896, -0.085091]],
        [[2.436457, 0.022736, -0.59643, -0.08736], [2.434021, 0.022093, -0.598179, -0.08679]],
        [[2.416531, 0.017498, -0.610513, -0.083181], [2.4242, 0.024653, -0.605266, -0.074959]],
      ], "some are hidden")
  }

  @Test func encoderStacks() throws {
    let layer = try encoderLayer()
    let context = ForwardContext.inference()
    func stack(_ count: Int) -> Variable {
      (0..<count).reduce(Variable(tensor(five))) { x, _ in
        layer(x, mask: hiding(fiveHidden), in: context)
      }
    }
    expect(
      stack(2),
      [
        [[2.419051, 0.017446, -0.608738, -0.085003], [2.419102, 0.017452, -0.608703, -0.085026]],
        [[2.419043, 0.017445, -0.608744, -0.084999], [2.419052, 0.017446, -0.608738, -0.085004]],
        [[2.419067, 0.017448, -0.608727, -0.08501], [2.419098, 0.017452, -0.608706, -0.085024]],
        [[2.419072, 0.017449, -0.608724, -0.085012], [2.419119, 0.017455, -0.608691, -0.085034]],
        [[2.419019, 0.017442, -0.608761, -0.084989], [2.419075, 0.017449, -0.608722, -0.085014]],
      ], "two layers")
    let row: [Float] = [2.419101, 0.017453, -0.608703, -0.085025]
    expect(stack(6), Array(repeating: [row, row], count: 5), "six layers")
    let norm = LayerNorm(dimension: 4, epsilon: 1e-5)
    let normal: [Float] = [1.695955, -0.357639, -0.893051, -0.445265]
    expect(
      norm(stack(6), in: context), Array(repeating: [normal, normal], count: 5),
      "six layers and a norm")
  }

  /// As many sequences as positions.
  @Test func encoderOfSquareInput() throws {
    let layer = try encoderLayer()
    let context = ForwardContext.inference()
    let input = Variable(Tensor((0..<16).map(Float.init), shape: [2, 2, 4]))
    let mask = AttentionMask.allowing([true, false, true, true, true, false, true, true])
    let output = layer(layer(input, mask: mask, in: context), mask: mask, in: context)
    let rows: [[Float]] = [
      [2.420306205749512, 0.017629241570830, -0.607857942581177, -0.085519507527351],
      [2.419836044311523, 0.017548924311996, -0.608187675476074, -0.085347734391689],
    ]
    expectClose(
      output.value, Tensor(rows.flatMap { $0 + $0 }, shape: [2, 2, 4]), absolute: 1e-5, relative: 0)
  }

  @Test func decoderLayer() throws {
    var generator = SeededGenerator(seed: 1)
    let layer = try filled(
      DecoderLayer(Self.configuration, using: &generator), .pyTorchDecoderLayer)
    func decode(_ input: [[[Float]]], _ memory: [[[Float]]]) -> Variable {
      layer(
        Variable(tensor(input)), memory: Variable(tensor(memory)), selfMask: .none,
        crossMask: .none, in: .inference())
    }
    expect(
      decode([[[20, 30, 40, 50]]], [[[60, 70, 80, 90]]]),
      [[[2.314351, 0.094805, -0.671322, 0.101977]]], "one position")
    let second: [Float] = [2.422245, 0.051716, -0.606338, -0.024756]
    expect(
      decode([[[9, 10, 11, 12]], [[11, 12, 13, 14]]], [[[1, 2, 3, 4]]]), [[second], [second]],
      "one position of memory")
    let third: [Float] = [2.343536, 0.085561, -0.654954, 0.074991]
    expect(
      decode([[[1, 2, 3, 4]], [[5, 6, 7, 8]]], [[[9, 10, 11, 12]], [[11, 12, 13, 14]]]),
      [[third], [third]], "two positions")
    expect(
      decode(
        [
          [[0.4517, 0.6793, 0.5313, 0.0034], [0.2678, 0.3677, 0.4459, 0.7166]],
          [[0.81, 0.3716, 0.4096, 0.1976], [0.6958, 0.8844, 0.6081, 0.8315]],
          [[0.0494, 0.9343, 0.5955, 0.383], [0.5404, 0.3464, 0.9378, 0.62]],
        ], five),
      [
        [[2.430065, 0.027862, -0.601136, -0.073096], [2.431935, 0.028907, -0.599809, -0.072488]],
        [[2.428457, 0.027053, -0.602275, -0.073462], [2.43197, 0.029387, -0.599789, -0.071621]],
        [[2.431934, 0.028196, -0.599802, -0.073809], [2.432306, 0.028858, -0.599542, -0.072846]],
      ], "three positions")
  }
}
