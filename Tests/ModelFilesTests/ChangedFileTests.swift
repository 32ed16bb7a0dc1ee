import Foundation
import Tensors
import TestSupport
import Testing

@testable import ModelFiles

/// Files that somebody writes to while they are read. (Touching a mapped page beyond the end of a file would stop the
/// tests, which is how they fail.)
struct ChangedFileTests {
  private static let count = 5000

  /// A safetensors file that is older than any change that follows.
  private func weights(in folder: TemporaryFolder) throws -> String {
    let path = folder.path + "/weights.safetensors"
    try SafetensorsFile.write(
      [
        .init("step", integers: [Int64](repeating: 7, count: Self.count)),
        .init("weight", Tensor([Float](repeating: 1, count: Self.count))),
      ], to: path)
    makeOld(path)
    return path
  }

  private func makeOld(_ path: String) {
    let times = [timespec(tv_sec: 1_000_000, tv_nsec: 0), timespec(tv_sec: 1_000_000, tv_nsec: 0)]
    #expect(utimensat(AT_FDCWD, path, times, 0) == 0)
  }

  private func expectChanged(_ file: SafetensorsFile, _ path: String) throws {
    let changed = SafetensorsError.Problem.file(
      FileError(operation: "read", path: path, code: ESTALE))
    for name in ["weight", "step"] {
      let error = try #require(throws: SafetensorsError.self) { try file.tensor(named: name) }
      #expect(error == SafetensorsError(file: path, tensor: name, problem: changed))
      #expect(error.description.contains("somebody has written to it"))
    }
    let error = try #require(throws: SafetensorsError.self) { try file.integers(named: "step") }
    #expect(error.problem == changed)
  }

  @Test(arguments: [0, 1, 8, 100, 4096, 50_000])
  func aFileThatIsShortenedGivesAnError(_ byteCount: Int) throws {
    let folder = try TemporaryFolder()
    let path = try weights(in: folder)
    let file = try SafetensorsFile(contentsOf: path)
    #expect(try file.tensor(named: "weight").count == Self.count)
    #expect(truncate(path, off_t(byteCount)) == 0)
    try expectChanged(file, path)
    // Opened anew, it is a file that is cut off.
    #expect(throws: SafetensorsError.self) { try SafetensorsFile(contentsOf: path) }
  }

  @Test func aFileThatIsOverwrittenGivesAnError() throws {
    let folder = try TemporaryFolder()
    let path = try weights(in: folder)
    let file = try SafetensorsFile(contentsOf: path)
    let handle = try #require(FileHandle(forUpdatingAtPath: path))
    try handle.seek(toOffset: 1000)
    try handle.write(contentsOf: [1, 2, 3])
    try handle.close()
    try expectChanged(file, path)
  }

  @Test func aFileThatIsShortenedBeforeItsHeaderIsReadGivesAnError() throws {
    let folder = try TemporaryFolder()
    let path = try weights(in: folder)
    for byteCount in [4, 20] {
      let source = ByteSource.file(try MappedFile(path))
      #expect(truncate(path, off_t(byteCount)) == 0)
      let error = try #require(throws: SafetensorsError.self) {
        try SafetensorsHeader(source, file: path)
      }
      #expect(
        error.problem == .file(FileError(operation: "read", path: path, code: ESTALE))
          || byteCount == 4 && error.problem == .fileTooShort(byteCount: 4), "\(error)")
      _ = try weights(in: folder)
    }
  }

  /// What `AtomicFile` does, and so every checkpoint that is written over one that is open.
  @Test func aFileThatIsReplacedStaysWhatItWas() throws {
    let folder = try TemporaryFolder()
    let path = try weights(in: folder)
    let file = try SafetensorsFile(contentsOf: path)
    try SafetensorsFile.write([.init("other", Tensor([1]))], to: path)
    #expect(try file.tensor(named: "weight").scalars == [Float](repeating: 1, count: Self.count))
    #expect(try file.integers(named: "step").count == Self.count)
    file.withUnsafeBytes(of: file.entries[0]) { #expect($0.count == 8 * Self.count) }
  }

  @Test func arraysAreReadAsAWhole() throws {
    let folder = try TemporaryFolder()
    let array = NumPyArray(Tensor([Float](repeating: 2, count: Self.count)))
    let (single, several) = (folder.path + "/a.npy", folder.path + "/a.npz")
    try array.write(to: single)
    try NumPyArchive.write([("a", array)], to: several)
    let (a, b) = (try NumPyArray(contentsOf: single), try NumPyArchive(contentsOf: several))
    for path in [single, several] { #expect(truncate(path, 3) == 0) }
    #expect(a.tensor() == array.tensor())
    #expect(try b.tensor(named: "a") == array.tensor())
  }

  /// Opening a pipe would wait for somebody to write to it, and reading a device might never end.
  @Test(.timeLimit(.minutes(1)))
  func whatIsNoFileIsRefusedAtOnce() throws {
    let folder = try TemporaryFolder()
    let pipe = folder.path + "/pipe"
    #expect(mkfifo(pipe, 0o600) == 0)
    for path in [pipe, "/dev/zero"] {
      for open in [
        { _ = try SafetensorsFile(contentsOf: path) }, { _ = try NumPyArray(contentsOf: path) },
        { _ = try NumPyArchive(contentsOf: path) },
      ] as [() throws -> Void] {
        let error = try #require(throws: FileError.self) { try open() }
        #expect(error == FileError(operation: "map", path: path, code: ENODEV))
      }
    }
  }
}
