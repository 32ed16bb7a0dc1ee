/// Reading small files as a whole.
public enum FileBytes {
  /// The bytes of a file.
  ///
  /// - Throws: `FileError`, also for what is no file, such as a folder or a pipe.
  public static func read(_ path: String) throws(FileError) -> [UInt8] {
    let source = ByteSource.file(try MappedFile(path))
    return try source.bytes(0..<source.count)
  }
}
