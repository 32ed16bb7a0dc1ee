import AttentionKit
import Foundation
import Fuzzing
import TestSupport

extension FuzzReader {
  /// safetensors, with the header's length right in half of the changes.
  static func safetensors() throws -> FuzzReader {
    let folder = try FastFolder()
    let path = folder.path + "/copy"
    let words =
      ByteMutator.jsonWords + [
        "dtype", "shape", "data_offsets", "__metadata__", "F32", "BF16", "I64", "BOOL",
      ]
    return FuzzReader(
      seeds: try safetensorsSeeds(folder),
      mutator: ByteMutator(
        words: words, changes: [ByteMutator.changeInside(lengthAt: 0, byteCount: 8, words: words)]),
      isExpected: { $0 is SafetensorsError }
    ) { input in
      let file = try SafetensorsFile(bytes: input.bytes, name: "x")
      let values = try file.entries.map { entry -> SafetensorsFile.NamedValues in
        let tensor = try file.tensor(named: entry.name)
        try require(
          tensor.count == entry.elementCount && tensor.shape.dimensions == entry.dimensions,
          "\(entry) has the shape \(tensor.shape)")
        return .init(entry.name, tensor)
      }
      // What was read is written and read back as it was.
      try withExtendedLifetime(folder) {
        try SafetensorsFile.write(values, metadata: file.metadata, to: path)
        let copy = try SafetensorsFile(contentsOf: path)
        try require(copy.metadata == file.metadata, "the metadata \(copy.metadata)")
        try require(copy.entries.count == values.count, "\(copy.entries.count) tensors in the copy")
        for entry in file.entries {
          let (a, b) = (try file.tensor(named: entry.name), try copy.tensor(named: entry.name))
          try require(haveSameBits(a, b) && a.shape == b.shape, "\(entry.name) in the copy")
        }
      }
    }
  }

  private static func safetensorsSeeds(_ folder: FastFolder) throws -> [[UInt8]] {
    let path = folder.path + "/seed"
    try SafetensorsFile.write(
      [
        .init("weight", Tensor([1, -2, 3, 4, 5, 6], shape: [3, 2])), .init("step", integers: [7]),
        .init("empty", Tensor([], shape: [0, 5])), .init("größe", Tensor(scalar: 0.5)),
      ], metadata: ["format": "pt", "ä": "\t"], to: path)
    return try [contents(of: path), contents(of: fixture("python.safetensors"))]
  }

  /// .npy, with the header's length right in half of the changes.
  static func numPyArrays() throws -> FuzzReader {
    let folder = try FastFolder()
    let words = [
      "'descr'", "'fortran_order'", "'shape'", "True", "False", "(", ")", ",", "'<f4'", "'<i8'",
      "'|b1'", "'>f8'",
      "'|O'", "{", "}", "(1,)", "()", "\n", "L", "'<U5'",
    ]
    return FuzzReader(
      seeds: try ["version1.npy", "version2.npy", "version3.npy", "text.npy", "objects.npy"].map {
        try contents(of: fixture("numpy/" + $0))
      },
      mutator: ByteMutator(
        words: words, changes: [ByteMutator.changeInside(lengthAt: 8, byteCount: 2, words: words)]),
      isExpected: { $0 is NumPyError }
    ) { input in
      let array = try NumPyArray(bytes: input.bytes, name: "x")
      try require(
        array.elementCount * array.dataType.byteCount <= input.bytes.count,
        "\(array.elementCount) elements of \(input.bytes.count) bytes")
      let tensor = array.tensor()
      try require(tensor.count == array.elementCount, "\(tensor.count) elements in the tensor")
      let path = folder.path + "/copy.npy"
      try array.write(to: path)
      let copy = try NumPyArray(contentsOf: path)
      try require(
        copy.dimensions == array.dimensions && copy.dataType == array.dataType
          && haveSameBits(copy.tensor(), tensor), "the copy")
    }
  }

  /// .npz: the zip file around arrays, stored and deflated.
  static func numPyArchives() throws -> FuzzReader {
    let folder = try FastFolder()
    let limits = ZipLimits(entryCount: 64, entryByteCount: 1 << 16, totalByteCount: 1 << 18)
    return FuzzReader(
      seeds: try numPyArchiveSeeds(folder),
      mutator: ByteMutator(
        words: [
          "PK\u{1}\u{2}", "PK\u{3}\u{4}", "PK\u{5}\u{6}", "PK\u{6}\u{6}", "PK\u{6}\u{7}", ".npy",
          "é.npy",
        ],
        changes: [changeStoredEntry, changeEnd]),
      isExpected: { $0 is NumPyError || $0 is ZipError }
    ) { input in
      let archive = try NumPyArchive(bytes: input.bytes, name: "x", limits: limits)
      let arrays = try archive.names.map { (name: $0, array: try archive.array(named: $0)) }
      let path = folder.path + "/copy.npz"
      try NumPyArchive.write(arrays, to: path)
      let copy = try NumPyArchive(contentsOf: path)
      try require(copy.names == archive.names, "the names \(copy.names)")
      for (name, array) in arrays {
        try require(
          haveSameBits(try copy.tensor(named: name), array.tensor()), "\(name) in the copy")
      }
    }
  }

  /// The weights of g2p_en, which are a .npz file too, and the model that they make.
  static func graphemeModels() throws -> FuzzReader {
    FuzzReader(
      seeds: [try contents(of: fixture("g2p_en/tiny.npz"))],
      mutator: ByteMutator(changes: [changeStoredEntry, changeEnd]),
      isExpected: { $0 is NumPyError || $0 is ZipError }
    ) { input in
      let model = try G2PEn(NumPyArchive(bytes: input.bytes, name: "x")).model
      try require(model.parameterCount * 4 < input.bytes.count, "more weights than bytes")
    }
  }

  private static func numPyArchiveSeeds(_ folder: FastFolder) throws -> [[UInt8]] {
    let path = folder.path + "/seed.npz"
    try NumPyArchive.write(
      [
        ("a", NumPyArray(Tensor([1, 2, 3], shape: [3, 1]))), ("ü", NumPyArray(integers: [-1])),
      ], to: path)
    return try [path, fixture("numpy/zip64.npz"), fixture("numpy/streamed.npz")].map(contents)
  }

  /// Changes the data of a stored entry at the beginning of the file, and makes the checksums fit again.
  private static let changeStoredEntry: ByteMutator.Change = { bytes, generator in
    let nameCount = bytes.count < 30 ? 0 : Int(bytes[26])
    let start = 30 + nameCount + (bytes.count < 30 ? 0 : Int(bytes[28]))
    let size = bytes.count < 30 ? 0 : Int(bytes[18]) | Int(bytes[19]) << 8
    guard size > 0, start + size <= bytes.count else { return }
    for _ in 0...generator.next(below: 3) {
      bytes[start + generator.next(below: size)] = UInt8(generator.next(below: 128))
    }
    let old = Array(bytes[14..<18])
    let checksum = bytes[start..<start + size].withUnsafeBytes { CRC32.of($0) }
    let new = (0..<4).map { UInt8(truncatingIfNeeded: checksum >> (8 * UInt32($0))) }
    for place in 0..<bytes.count - 4 where bytes[place..<place + 4].elementsEqual(old) {
      bytes.replaceSubrange(place..<place + 4, with: new)
    }
  }

  /// Changes a byte where zip files keep what matters.
  private static let changeEnd: ByteMutator.Change = { bytes, generator in
    let place = bytes.count - 1 - generator.next(below: 120)
    if place >= 0 { bytes[place] = UInt8(generator.next(below: 256)) }
  }
}

/// A file of Tests/Fixtures.
func fixture(_ name: String) -> String {
  URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .appendingPathComponent("Fixtures/" + name).path
}

/// Whether two tensors have the same elements to the bit, so that a number that is none is equal to itself.
func haveSameBits(_ a: Tensor, _ b: Tensor) -> Bool {
  a.count == b.count
    && withExtendedLifetime((a, b)) {
      memcmp(a.pointer, b.pointer, a.count * MemoryLayout<Float>.stride) == 0
    }
}
