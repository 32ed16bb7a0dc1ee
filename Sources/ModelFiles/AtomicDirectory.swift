import Foundation

#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// Writing a whole folder so that a complete one can be found at every moment.
///
/// The folder is filled under a temporary name beside its final one, and everything in it is forced to the
/// disk. A folder that is there already is renamed to the final name with `.previous` at its end, the new one
/// is renamed to the final name, and the previous one is removed. If the program dies between those two
/// renames, the previous folder is the complete one; `locate` finds it.
public enum AtomicDirectory {
  /// The name that the old folder has for a moment.
  public static func previousName(of path: String) -> String { trimmed(path) + ".previous" }

  /// Makes a folder at `path`, replacing one that is there.
  ///
  /// One writer at a time: two that replace the same folder at once may get in each other's way.
  /// - Parameter body: Fills the folder whose path it is given. When it throws, nothing has changed.
  /// - Throws: `FileError`, Foundation's error for a leftover that cannot be removed, or what `body` throws.
  public static func write(to path: String, body: (String) throws -> Void) throws {
    let path = trimmed(path)
    let parent = AtomicFile.parentFolder(of: path)
    let previous = previousName(of: path)
    removeLeftovers(in: parent, of: AtomicFile.lastComponent(of: path))
    let temporary = AtomicFile.temporaryName(beside: path)
    guard mkdir(temporary, 0o777) == 0 else { throw FileError.last("create", path) }
    var isPublished = false
    defer { if !isPublished { try? FileManager.default.removeItem(atPath: temporary) } }
    do {
      try body(temporary)
      try synchronizeTree(temporary)
    } catch let error as FileError where error.path.hasPrefix(temporary) {
      // Told under the name that the caller knows.
      throw FileError(
        operation: error.operation, path: path + error.path.dropFirst(temporary.count),
        code: error.code)
    }

    if exists(path) {
      // With a complete folder under the final name, one under the other name is a leftover.
      try removeIfPresent(previous)
      guard rename(path, previous) == 0 else { throw FileError.last("replace", path) }
      try AtomicFile.synchronize(parent)
    }
    guard rename(temporary, path) == 0 else {
      let error = FileError.last("write", path)
      if !exists(path) { rename(previous, path) }
      throw error
    }
    isPublished = true
    try AtomicFile.synchronize(parent)
    try removeIfPresent(previous)
  }

  /// Makes a folder, and those that it is in, unless it is there.
  /// - Throws: `FileError`, also where a file has the name.
  public static func create(_ path: String) throws {
    let path = trimmed(path)
    if mkdir(path, 0o777) == 0 { return }
    var error = FileError.last("create the folder", path)
    if error.code == ENOENT, AtomicFile.parentFolder(of: path) != path {
      try create(AtomicFile.parentFolder(of: path))
      if mkdir(path, 0o777) == 0 { return }
      error = FileError.last("create the folder", path)
    }
    var isFolder: ObjCBool = false
    let exists = FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
    if error.code != EEXIST || !exists || !isFolder.boolValue { throw error }
  }

  /// Removes a folder that is there so that it is complete or gone, never a part of it.
  /// - Throws: `FileError`, or Foundation's error for contents that cannot be removed.
  public static func remove(_ path: String) throws {
    let path = trimmed(path)
    // What stands for the folder where it is not there goes first.
    if exists(path) { try removeIfPresent(previousName(of: path)) }
    let temporary = AtomicFile.temporaryName(beside: path)
    guard rename(path, temporary) == 0 else { throw FileError.last("remove", path) }
    try FileManager.default.removeItem(atPath: temporary)
  }

  /// Removes what programs that died left in a folder under temporary names, theirs alone: what belongs to a program
  /// that still runs stays. What cannot be removed stays too, and does no harm.
  ///
  /// - Parameter name: the final name whose temporary ones are meant; nil: any.
  public static func removeLeftovers(in folder: String, of name: String? = nil) {
    guard let found = try? FileManager.default.contentsOfDirectory(atPath: folder) else { return }
    for leftover in found {
      guard let writer = AtomicFile.writer(ofTemporary: leftover, for: name),
        writer != getpid(), kill(writer, 0) != 0, errno == ESRCH
      else { continue }
      try? FileManager.default.removeItem(atPath: folder + "/" + leftover)
    }
  }

  /// Removes what stood for a folder while it was replaced, if a program died before it did so.
  public static func removePrevious(of path: String) {
    if exists(trimmed(path)) { try? removeIfPresent(previousName(of: path)) }
  }

  /// The complete folder for a final name: the one of that name, else the previous one if a program died while
  /// replacing it, else `nil`.
  public static func locate(_ path: String) -> String? {
    [trimmed(path), previousName(of: path)].first(where: exists)
  }

  private static func trimmed(_ path: String) -> String {
    var path = path
    while path.count > 1 && path.hasSuffix("/") { path.removeLast() }
    return path
  }

  private static func exists(_ path: String) -> Bool {
    FileManager.default.fileExists(atPath: path)
  }

  private static func removeIfPresent(_ path: String) throws {
    if exists(path) { try FileManager.default.removeItem(atPath: path) }
  }

  /// Forces all files and folders below a folder, and the folder, to the disk.
  private static func synchronizeTree(_ folder: String) throws {
    let manager = FileManager.default
    for name in try manager.contentsOfDirectory(atPath: folder) {
      let path = folder + "/" + name
      var isFolder: ObjCBool = false
      // A symbolic link that leads nowhere has nothing to synchronise.
      guard manager.fileExists(atPath: path, isDirectory: &isFolder) else { continue }
      if isFolder.boolValue {
        try synchronizeTree(path)
      } else {
        try AtomicFile.synchronize(path)
      }
    }
    try AtomicFile.synchronize(folder)
  }
}
