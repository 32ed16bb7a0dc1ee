import AttentionKit
import Foundation

/// Tensors under names, without a model around them: a file of safetensors, of NumPy, or CTranslate2's `model.bin`.
struct TensorFile {
  /// The endings of the files that can be written.
  enum Ending: String, CaseIterable { case safetensors, npz, npy }

  struct Entry: Codable {
    let name: String
    /// By the names of safetensors.
    let type: String
    let shape: [Int]

    var elementCount: Int { shape.reduce(1, *) }
  }

  private enum Contents {
    case safetensors(SafetensorsFile)
    case archive(NumPyArchive)
    case array(NumPyArray)
    case cTranslate2(CTranslate2File)
  }

  let entries: [Entry]
  private let contents: Contents
  private let path: String

  /// Nil for a path that is no file, or whose ending is none of the formats'.
  init?(_ path: String) throws {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), !isFolder.boolValue
    else { return nil }
    self.path = path
    let url = URL(fileURLWithPath: path)
    switch url.pathExtension {
    case "npz":
      let archive = try NumPyArchive(contentsOf: path)
      contents = .archive(archive)
      entries = try archive.names.map { try Self.entry($0, archive.array(named: $0)) }
    case "npy":
      let array = try NumPyArray(contentsOf: path)
      contents = .array(array)
      entries = [Self.entry(url.deletingPathExtension().lastPathComponent, array)]
    case "bin":
      let file = try CTranslate2File(contentsOf: path)
      contents = .cTranslate2(file)
      entries = file.variables.map {
        Entry(name: $0.name, type: $0.dataType.rawValue, shape: $0.dimensions)
      }
    case "safetensors":
      let file = try SafetensorsFile(contentsOf: path)
      contents = .safetensors(file)
      entries = file.entries.map {
        Entry(name: $0.name, type: $0.dataType.rawValue, shape: $0.dimensions)
      }
    default: return nil
    }
  }

  private static func entry(_ name: String, _ array: NumPyArray) -> Entry {
    let type =
      array.dataType == .bool
      ? "BOOL" : array.dataType.rawValue.prefix(1).uppercased() + "\(8 * array.dataType.byteCount)"
    return Entry(name: name, type: type, shape: array.dimensions)
  }

  /// How many tensors are of a type that float32 does not hold.
  var roundedCount: Int { entries.count { $0.type == "F64" } }

  /// What is written: quantised weights of CTranslate2 are divided by their scales, which are left out.
  private var written: [Entry] {
    guard case .cTranslate2(let file) = contents else { return entries }
    return entries.filter {
      !$0.name.hasSuffix("_scale") || file.variable(named: String($0.name.dropLast(6))) == nil
    }
  }

  /// Writes the tensors in the format of the path's ending: floats as F32, whole numbers as I64, truth values as 0 and 1.
  func write(to output: String) throws {
    let name = URL(fileURLWithPath: output).pathExtension
    guard let ending = Ending(rawValue: name) else {
      let known = Ending.allCases.map { "." + $0.rawValue }.joined(separator: ", ")
      throw UsageError("expected an output that ends in \(known), found \"\(output)\"")
    }
    switch ending {
    case .safetensors:
      try SafetensorsFile.write(
        written.map { entry in
          switch try values(of: entry) {
          case .floats(let tensor): .init(entry.name, tensor)
          case .integers(let integers):
            .init(entry.name, integers: integers, dimensions: entry.shape)
          }
        }, metadata: ["format": "pt"], to: output)
    case .npz:
      try NumPyArchive.write(try written.map { ($0.name, try array(of: $0)) }, to: output)
    case .npy:
      guard let entry = written.first, written.count == 1 else {
        throw ConversionError(
          file: path, key: "the file", expected: "one tensor, which is what a .npy file holds",
          found: "\(written.count)")
      }
      try array(of: entry).write(to: output)
    }
  }

  private enum Values {
    case floats(Tensor)
    case integers([Int64])
  }

  private func values(of entry: Entry) throws -> Values {
    let isInteger = SafetensorsDataType(rawValue: entry.type)?.isInteger ?? false
    switch contents {
    case .safetensors(let file):
      return isInteger
        ? .integers(try file.integers(named: entry.name))
        : .floats(try file.tensor(named: entry.name))
    case .archive(let archive): return try values(of: archive.array(named: entry.name), isInteger)
    case .array(let array): return try values(of: array, isInteger)
    // Integers are quantised weights there, which come with their scale.
    case .cTranslate2(let file): return .floats(try file.tensor(named: entry.name))
    }
  }

  private func values(of array: NumPyArray, _ isInteger: Bool) throws -> Values {
    isInteger ? .integers(try array.integers()) : .floats(array.tensor())
  }

  private func array(of entry: Entry) throws -> NumPyArray {
    switch try values(of: entry) {
    case .floats(let tensor): NumPyArray(tensor)
    case .integers(let integers): NumPyArray(integers: integers, dimensions: entry.shape)
    }
  }
}
