import Foundation
import ModelFiles
import TestSupport
import Testing

struct AtomicWritingTests {
  struct Stop: Error {}
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @Test func filesAreReplacedWholeOrNotAtAll() throws {
    let path = folder.path + "/file"
    try AtomicFile.write("first", to: path)
    #expect(try contents(of: path) == Array("first".utf8))
    #expect(throws: Stop.self) {
      try AtomicFile.write(to: path) { sink in
        try Array("second".utf8).withUnsafeBytes { try sink.write($0) }
        throw Stop()
      }
    }
    #expect(try contents(of: path) == Array("first".utf8))
    try AtomicFile.write(to: path) { sink in
      for part in ["se", "", "cond"] { try Array(part.utf8).withUnsafeBytes { try sink.write($0) } }
    }
    #expect(try contents(of: path) == Array("second".utf8))
    #expect(try folder.names() == ["file"])
  }

  @Test func placesThatCannotBeWrittenAreNamed() throws {
    let missing = folder.path + "/nowhere/file"
    let error = try #require(throws: FileError.self) { try AtomicFile.write("x", to: missing) }
    #expect(error.path == missing)
    #expect(error.description.contains("No such file or directory"))
    let isFolder = try #require(throws: FileError.self) {
      try AtomicFile.write("x", to: folder.path)
    }
    #expect(isFolder.path == folder.path)
    #expect(throws: FileError.self) { try AtomicDirectory.write(to: missing) { _ in } }
  }

  func fill(_ text: String) -> (String) throws -> Void {
    { temporary in
      try FileManager.default.createDirectory(
        atPath: temporary + "/inner", withIntermediateDirectories: false)
      try AtomicFile.write(text, to: temporary + "/inner/text")
    }
  }

  func text(_ path: String) throws -> String {
    String(decoding: try contents(of: path + "/inner/text"), as: UTF8.self)
  }

  @Test func foldersAreReplacedWholeOrNotAtAll() throws {
    let path = folder.path + "/checkpoint"
    #expect(AtomicDirectory.locate(path) == nil)
    try AtomicDirectory.write(to: path, body: fill("one"))
    try AtomicDirectory.write(to: path + "/", body: fill("two"))
    #expect(AtomicDirectory.locate(path) == path)
    #expect(try text(path) == "two")
    #expect(throws: Stop.self) {
      try AtomicDirectory.write(to: path) { temporary in
        try fill("three")(temporary)
        // Complete until the very end: the old folder stands while the new one is filled.
        #expect(try text(path) == "two")
        throw Stop()
      }
    }
    #expect(try text(path) == "two")
    #expect(try folder.names() == ["checkpoint"])
  }

  /// The state after a program has died between the two renames.
  @Test func theFolderBeforeIsFoundAfterACrash() throws {
    let path = folder.path + "/checkpoint"
    let previous = AtomicDirectory.previousName(of: path)
    try AtomicDirectory.write(to: path, body: fill("one"))
    try FileManager.default.moveItem(atPath: path, toPath: previous)
    #expect(AtomicDirectory.locate(path) == previous)
    #expect(try text(previous) == "one")
    // The next writer keeps it until its own folder is in place, and then removes it.
    #expect(throws: Stop.self) { try AtomicDirectory.write(to: path) { _ in throw Stop() } }
    #expect(AtomicDirectory.locate(path) == previous)
    try AtomicDirectory.write(to: path) { temporary in
      #expect(AtomicDirectory.locate(path) == previous)
      try fill("two")(temporary)
    }
    #expect(AtomicDirectory.locate(path) == path)
    #expect(try text(path) == "two")
    #expect(try folder.names() == ["checkpoint"])
  }

  /// The state after a program has died before the last step.
  @Test func aLeftoverFolderDoesNotStopTheNextWriter() throws {
    let path = folder.path + "/checkpoint"
    try AtomicDirectory.write(to: path, body: fill("two"))
    try AtomicDirectory.write(to: AtomicDirectory.previousName(of: path), body: fill("one"))
    #expect(AtomicDirectory.locate(path) == path)
    try AtomicDirectory.write(to: path, body: fill("three"))
    #expect(try text(path) == "three")
    #expect(try folder.names() == ["checkpoint"])
  }
}
