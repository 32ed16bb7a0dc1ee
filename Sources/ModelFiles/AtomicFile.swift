#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// Writing files so that a reader sees the old contents or the new ones, never a part.
///
/// The bytes go to a temporary name in the same folder, are forced to the disk, and the temporary name is
/// renamed to the final one; then the folder is forced to the disk as well. After a failure the old file
/// is as it was and the temporary one is gone. A symbolic link at the final name is replaced, not followed.
///
/// What is no file at all, such as `/dev/null`, a terminal or a named pipe, is written into and stays what it is.
public enum AtomicFile {
  /// Writes bytes to `path`, replacing what is there.
  /// - Throws: `FileError`.
  public static func write(_ bytes: some Sequence<UInt8>, to path: String) throws {
    let contents = ContiguousArray(bytes)
    try write(to: path) { file in
      try contents.withUnsafeBytes { try file.write($0) }
    }
  }

  /// Writes text as UTF-8 to `path`, replacing what is there.
  /// - Throws: `FileError`.
  public static func write(_ text: String, to path: String) throws {
    try write(text.utf8, to: path)
  }

  /// Writes a file piece by piece. When `body` throws, nothing is left behind.
  /// - Throws: `FileError`, or what `body` throws.
  public static func write(to path: String, body: (borrowing FileSink) throws -> Void) throws {
    if isDevice(path) {
      var sink = try FileSink(appendingTo: path)
      try body(sink)
      return try sink.finishWithoutSynchronizing()
    }
    let temporary = temporaryName(beside: path)
    var isPublished = false
    defer { if !isPublished { unlink(temporary) } }
    do {
      // Errors of the temporary file are told under the name that the caller knows.
      var sink = try FileSink(creating: temporary, shownAs: path)
      try body(sink)
      try sink.finish()
    }
    guard rename(temporary, path) == 0 else { throw FileError.last("write", path) }
    isPublished = true
    try synchronize(parentFolder(of: path))
  }

  /// All bytes of a file as they are at this moment.
  ///
  /// - Throws: `FileError`, also for what is no file, such as a folder or a pipe.
  package static func contents(of path: String) throws(FileError) -> [UInt8] {
    let file = ByteSource.file(try MappedFile(path))
    return try file.bytes(0..<file.count)
  }

  /// Adds bytes at the end of a file that is there, without forcing them to the disk. A failure may leave a part of
  /// them.
  /// - Throws: `FileError`.
  public static func append(_ bytes: some Sequence<UInt8>, to path: String) throws {
    let contents = ContiguousArray(bytes)
    var sink = try FileSink(appendingTo: path)
    try contents.withUnsafeBytes { try sink.write($0) }
    try sink.finishWithoutSynchronizing()
  }

  /// Whether a path stands for something that bytes are sent to rather than kept in. A privileged user could replace
  /// it, and nothing that uses it would work any more.
  private static func isDevice(_ path: String) -> Bool {
    var status = stat()
    if stat(path, &status) != 0 { return false }
    let kind = status.st_mode & S_IFMT
    if kind != S_IFREG && kind != S_IFDIR { return true }
    // `/dev/stdout` and its like are links, perhaps to a file.
    return path.hasPrefix("/dev/") && lstat(path, &status) == 0
      && (status.st_mode & S_IFMT == S_IFLNK || path.hasPrefix("/dev/fd/"))
  }

  /// Forces a file's or a folder's contents to the disk.
  static func synchronize(_ path: String) throws {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw FileError.last("open", path) }
    defer { close(descriptor) }
    // Some file systems cannot synchronise a folder and say EINVAL; there is nothing more to do there.
    if fsync(descriptor) != 0 && errno != EINVAL { throw FileError.last("synchronise", path) }
  }

  /// The folder that a path stands in.
  static func parentFolder(of path: String) -> String {
    var path = path[...]
    while path.count > 1 && path.hasSuffix("/") { path.removeLast() }
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }

  /// The last component of a path.
  static func lastComponent(of path: String) -> String {
    path.split(separator: "/").last.map(String.init) ?? path
  }

  /// A name in the same folder that nobody else uses.
  static func temporaryName(beside path: String) -> String {
    let unique = String(UInt64.random(in: 0...(.max)), radix: 36)
    return "\(parentFolder(of: path))/.\(lastComponent(of: path)).tmp-\(getpid())-\(unique)"
  }
  /// The process that made a temporary name; nil for any other name.
  ///
  /// - Parameter name: the final name that it must belong to; nil: any.
  static func writer(ofTemporary candidate: String, for name: String?) -> pid_t? {
    guard let parts = candidate.wholeMatch(of: /\.(.+)\.tmp-(\d+)-[0-9a-z]+/),
      parts.1 == name ?? String(parts.1), let writer = pid_t(parts.2), writer > 0
    else { return nil }
    return writer
  }
}
