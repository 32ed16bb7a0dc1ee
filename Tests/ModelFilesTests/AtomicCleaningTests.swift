import Foundation
import ModelFiles
import TestSupport
import Testing

/// What dead programs leave behind, what stands for a device, and disks that are full.
@Suite struct AtomicCleaningTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// The number of a process that has ended.
  private static func deadProcess() throws -> Int32 {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/bin/sh")
    process.arguments = ["-c", "exit 0"]
    try process.run()
    process.waitUntilExit()
    return process.processIdentifier
  }

  @Test func whatADeadWriterLeftIsRemovedAndNothingElse() throws {
    let dead = try Self.deadProcess()
    let kept = [
      ".last.tmp-\(getpid())-abc", ".last.tmp-1-abc", ".last.tmp-\(dead)", "last.tmp-\(dead)-abc",
      ".last.tmp-\(dead)-A!", ".best.tmp-\(dead)-zz", "a",
    ]
    for name in kept + [".last.tmp-\(dead)-0z9"] { _ = try folder.file(name, "x") }
    try FileManager.default.createDirectory(
      atPath: folder.path + "/.last.tmp-\(dead)-folder", withIntermediateDirectories: false)
    try AtomicDirectory.write(to: folder.path + "/last") { _ in }
    #expect(try folder.names() == (kept + ["last"]).sorted())
    AtomicDirectory.removeLeftovers(in: folder.path)
    #expect(
      try folder.names() == (kept + ["last"]).filter { $0 != ".best.tmp-\(dead)-zz" }.sorted())
  }

  @Test func foldersAreMadeWithThoseTheyAreIn() throws {
    let path = folder.path + "/a/b/c"
    try AtomicDirectory.create(path + "/")
    try AtomicDirectory.create(path)
    #expect(FileManager.default.fileExists(atPath: path))
    let file = try folder.file("file", "x")
    for place in [file, file + "/d"] {
      let error = try #require(throws: FileError.self) { try AtomicDirectory.create(place) }
      #expect(error.path == place)
    }
    try AtomicDirectory.remove(folder.path + "/a")
    #expect(try folder.names() == ["file"])
    #expect(throws: FileError.self) { try AtomicDirectory.remove(folder.path + "/a") }
  }

  /// A program has died while it removed the folder that another one had taken the place of.
  @Test func partsOfThePreviousFolderAreNeverTakenForIt() throws {
    let path = folder.path + "/step-1"
    for removes in [true, false] {
      try AtomicDirectory.create(path)
      try AtomicDirectory.create(AtomicDirectory.previousName(of: path))
      if removes {
        try AtomicDirectory.remove(path)
      } else {
        AtomicDirectory.removePrevious(of: path)
      }
      #expect(AtomicDirectory.locate(path) == (removes ? nil : path))
      #expect(try folder.names() == (removes ? [] : ["step-1"]))
    }
    // Alone, it is the folder.
    try FileManager.default.moveItem(
      atPath: path, toPath: AtomicDirectory.previousName(of: path))
    AtomicDirectory.removePrevious(of: path)
    #expect(AtomicDirectory.locate(path) == AtomicDirectory.previousName(of: path))
  }

  /// A named pipe stands for terminals and `/dev/null` here: the bytes go through it and it stays one.
  @Test func whatIsNoFileIsWrittenInto() throws {
    let path = folder.path + "/pipe"
    try #require(mkfifo(path, 0o600) == 0)
    let reader = Process()
    let output = Pipe()
    reader.executableURL = URL(fileURLWithPath: "/bin/cat")
    reader.arguments = [path]
    reader.standardOutput = output
    try reader.run()
    try AtomicFile.write("through", to: path)
    reader.waitUntilExit()
    #expect(output.fileHandleForReading.readDataToEndOfFile() == Data("through".utf8))
    var status = stat()
    #expect(lstat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFIFO)
    #expect(try folder.names() == ["pipe"])
  }

  /// A device of this test's own, where making one is allowed: a program with the rights of an administrator must not
  /// replace it.
  @Test func aDeviceStaysADevice() throws {
    let path = folder.path + "/null"
    // The numbers of /dev/null on Linux.
    guard mknod(path, S_IFCHR | 0o666, dev_t(1 << 8 | 3)) == 0 else { return }
    guard open(path, O_WRONLY) >= 0 else { return }
    try AtomicFile.write("nowhere", to: path)
    var status = stat()
    #expect(lstat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFCHR)
  }

  @Test func aLinkThatLeadsNowhereIsReplaced() throws {
    let path = folder.path + "/link"
    try FileManager.default.createSymbolicLink(
      atPath: path, withDestinationPath: folder.path + "/nowhere")
    try AtomicFile.write("text", to: path)
    #expect(try contents(of: path) == Array("text".utf8))
    #expect(try folder.names() == ["link"])
  }

  /// A limit on the size of files fails as a full disk does, in the middle of a write.
  @Test func aWriteThatFailsInTheMiddleLeavesTheOldContents() async throws {
    let path = try folder.file("file", "old")
    await #expect(processExitsWith: .success) { [path = path as String] in
      signal(SIGXFSZ, SIG_IGN)
      var limit = rlimit(rlim_cur: 1 << 16, rlim_max: 1 << 16)
      #if os(Linux)
        let isSet = setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit) == 0
      #else
        let isSet = setrlimit(RLIMIT_FSIZE, &limit) == 0
      #endif
      let bytes = [UInt8](repeating: 1, count: 1 << 17)
      do {
        try AtomicFile.write(bytes, to: path)
      } catch let error as FileError {
        exit(isSet && error.code == EFBIG && error.path == path ? 0 : 4)
      }
      exit(3)
    }
    #expect(try contents(of: path) == Array("old".utf8))
    #expect(try folder.names() == ["file"])
  }

  @Test func bytesAreAddedToAFileThatIsThere() throws {
    let path = try folder.file("file", "a")
    try AtomicFile.append("bc".utf8, to: path)
    #expect(try contents(of: path) == Array("abc".utf8))
    let error = try #require(throws: FileError.self) {
      try AtomicFile.append("x".utf8, to: folder.path + "/none")
    }
    #expect(error.code == ENOENT)
  }
}
