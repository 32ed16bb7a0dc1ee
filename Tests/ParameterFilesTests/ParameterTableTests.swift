import Autograd
import CoreLayers
import ModelFiles
import ParameterFiles
import Tensors
import TestSupport
import Testing

/// A layer of three matrices, of which two stand in one tensor of a file, and one has two names here.
private struct Sample: Layer {
  let first: Parameter
  let second: Parameter
  let shared: Parameter

  init(_ value: Float = 0) {
    first = Parameter(Tensor((0..<6).map { value + Float($0) }, shape: [2, 3]))
    second = Parameter(Tensor((0..<9).map { value - Float($0) }, shape: [3, 3]))
    shared = Parameter(Tensor([value, 2, 3, 5], shape: [4]))
  }

  var children: [LayerChild] {
    [
      .parameter("first", first), .parameter("second", second), .parameter("shared", shared),
      .parameter("same", shared),
    ]
  }

  var values: [Tensor] { [first.value, second.value, shared.value] }
}

private let table =
  ParameterTable(packed: ["first", "second"], in: "packed")
  + ParameterTable([.init("shared", "one"), .init("same", "two")], ignoring: ["buffer"])

private func load(_ tensors: [(String, Tensor)], into sample: Sample) throws {
  let folder = try TemporaryFolder()
  let path = folder.path + "/file.safetensors"
  try SafetensorsFile.write(tensors.map { .init($0.0, $0.1) }, to: path)
  try table.load(SafetensorsFile(contentsOf: path), into: sample)
}

private let packed = Tensor((0..<15).map(Float.init), shape: [5, 3])
private let shared = Tensor([7, 8, 9, 10], shape: [4])

@Suite struct ParameterTableTests {
  @Test func partsOfUnequalHeightStandUnderOneAnother() throws {
    let sample = Sample()
    try load([("packed", packed), ("one", shared)], into: sample)
    #expect(sample.first.value.scalars == (0..<6).map(Float.init))
    #expect(sample.second.value.scalars == (6..<15).map(Float.init))
    #expect(sample.shared.value.scalars == shared.scalars)
  }

  @Test(arguments: [["one"], ["two"], ["one", "two"]])
  func tiedWeightsLoadOnceOrUnderAllNames(names: [String]) throws {
    let sample = Sample()
    try load([("packed", packed)] + names.map { ($0, shared) }, into: sample)
    #expect(sample.shared.value.scalars == shared.scalars)
  }

  @Test func dimensionsOfOneSayNothing() throws {
    let sample = Sample()
    try load([("packed", packed), ("one", shared.reshaped(to: [1, 4]))], into: sample)
    #expect(sample.shared.value.shape == [4])
  }

  @Test func whatDoesNotFitIsRefusedAndNothingChanges() throws {
    let other = Tensor([7, 8, 9, 11], shape: [4])
    let cases: [([(String, Tensor)], ParameterFileError.Problem)] = [
      ([("packed", packed)], .missing(["one"])),
      ([("one", shared)], .missing(["packed", "packed"])),
      ([("packed", packed), ("one", shared), ("three", shared)], .leftOver(["three"])),
      (
        [("packed", packed.reshaped(to: [3, 5])), ("one", shared)],
        .shape("packed", expected: [5, 3], found: [3, 5])
      ),
      ([("packed", packed), ("one", shared), ("two", other)], .unequal(["one", "two"])),
    ]
    for (tensors, problem) in cases {
      let sample = Sample(0.5)
      let before = sample.values
      let error = #expect(throws: ParameterFileError.self) { try load(tensors, into: sample) }
      #expect(error?.problem == problem)
      for (value, old) in zip(sample.values, before) { expectSameBits(value, old) }
    }
    let sample = Sample()
    try load([("packed", packed), ("one", shared), ("buffer", shared)], into: sample)
  }

  @Test func savingIsLoadingTheOtherWay() throws {
    let folder = try TemporaryFolder()
    let (sample, copy) = (Sample(0.25), Sample())
    let path = folder.path + "/file.safetensors"
    try table.save(sample, metadata: ["format": "pt"], to: path)
    let file = try SafetensorsFile(contentsOf: path)
    #expect(file.tensorNames.sorted() == ["one", "packed"], "tied weights once")
    #expect(file.metadata == ["format": "pt", "two": "one"])
    try table.load(file, into: copy)
    for (value, old) in zip(copy.values, sample.values) { expectSameBits(value, old) }
  }

  @Test func aParameterWithoutPlaceIsNotLeftOutInSilence() throws {
    let error = #expect(throws: ParameterFileError.self) {
      try ParameterTable(same: ["first"]).contents(of: Sample(), for: "x")
    }
    #expect(error?.problem == .noPlace(["second", "shared"]))
  }

  @Test func tablesNest() {
    let linear = ParameterTable(same: ["weight"])
    let stack = linear.nested("inner", in: "lin.").repeated(2, "layers") { "h.\($0)." }
      .prefixed(by: "model.")
    #expect(
      stack.entries == [
        .init("layers.0.inner.weight", "model.h.0.lin.weight"),
        .init("layers.1.inner.weight", "model.h.1.lin.weight"),
      ])
  }
}
