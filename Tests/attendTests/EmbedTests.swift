import AttentionKit
import Foundation
import TestSupport
import Testing

/// embed, and inspect for a model of another library.
@Suite struct EmbedTests {
  private static let model = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().appendingPathComponent("Fixtures/bert").path
  private static let text =
    "The cat sat on the mat.\n\ncats\n" + String(repeating: "the ", count: 50) + "\na dog.\n"

  /// The embeddings of the lines of `text`.
  private func expected() throws -> Tensor {
    let lines = Self.text.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
    return try SentenceEncoder(huggingFaceFolder: Self.model).embeddings(of: lines.map(String.init))
  }

  private func numbers(_ output: String) -> [[Float]] {
    output.split(separator: "\n").map { $0.split(separator: " ").compactMap { Float($0) } }
  }

  @Test(arguments: [[], ["--batch", "1"], ["--batch=2", "--format", "text"]] as [[String]])
  func aLineForEachLineInItsOrder(options: [String]) throws {
    let result = try Tool.run(["embed", Self.model] + options, input: Data(Self.text.utf8))
    #expect(result.status == 0, "\(result.errors)")
    #expect(result.errors.isEmpty)
    let found = numbers(result.output)
    #expect(found.map(\.count) == [15, 15, 15, 15, 15])
    expectClose(
      Tensor(found.flatMap { $0 }, shape: [5, 15]), try expected().scalars.map(Double.init),
      absolute: 1e-6, relative: 0, "\(options)")
  }

  @Test func filesHoldTheSameNumbers() throws {
    let folder = try TemporaryFolder()
    let (text, array) = (folder.path + "/e.txt", folder.path + "/e.npy")
    let input = Data(Self.text.utf8)
    let printed = try Tool.run(["embed", Self.model], input: input)
    let first = try Tool.run(["embed", "--output", text, Self.model], input: input)
    #expect(first.status == 0, "\(first.errors)")
    #expect(first.output.isEmpty)
    #expect(try contents(of: text) == Array(printed.output.utf8))
    let second = try Tool.run(
      ["embed", "--format", "npy", "--output", array, Self.model], input: input)
    #expect(second.status == 0, "\(second.errors)")
    let read = try NumPyArray(contentsOf: array)
    #expect(read.dimensions == [5, 15])
    // What is printed is exact.
    #expect(read.tensor().scalars == numbers(printed.output).flatMap { $0 })
    let none = try Tool.run(["embed", "--format", "npy", "--output", array, Self.model])
    #expect(none.status == 0, "\(none.errors)")
    #expect(try NumPyArray(contentsOf: array).dimensions == [0, 15])
  }

  @Test func whatCannotBeDoneIsSaid() throws {
    let file = try Tool.run(["embed", "--format", "npy", Self.model])
    #expect(file.status == 2)
    #expect(file.errors.contains("--output FILE"))
    let format = try Tool.run(["embed", "--format", "csv", Self.model])
    #expect(format.status == 2)
    #expect(format.errors.contains("expected one of text, npy, found \"csv\""))
    let folder = try TemporaryFolder()
    let missing = try Tool.run(["embed", folder.path])
    #expect(missing.status == 1)
    #expect(missing.errors.contains(folder.path + "/config.json: cannot read"))
    let bytes = try Tool.run(["embed", Self.model], input: Data([0x61, 0x0A, 0xFF, 0x0A]))
    #expect(bytes.status == 1)
    #expect(bytes.errors.contains("standard input:2: expected UTF-8"), "\(bytes.errors)")
  }

  @Test func parametersOfAnotherLibrarysFolderAreShown() throws {
    let result = try Tool.run("inspect", Self.model)
    #expect(result.status == 0, "\(result.errors)")
    #expect(result.output.contains("pooler"))
    #expect(result.output.contains("[34, 15]  510"))
    let count = try BERT(huggingFaceFolder: Self.model).parameterCount
    #expect(result.output.contains("parameters  \(count)"))
    #expect(!result.output.contains("operations"))
  }
}
