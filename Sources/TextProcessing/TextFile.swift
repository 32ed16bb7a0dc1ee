import Foundation

/// Strict reading of text files.
///
/// Lines end with LF or CRLF; the last one may lack its end. A byte order mark at the beginning is passed
/// over. Everything must be valid UTF-8. The path `-` means standard input.
public enum TextFile {
  /// The lines of a file, without their ends.
  /// - Throws: `TextFileError` with file and line number.
  public static func lines(of path: String) throws(TextFileError) -> [String] {
    try lines(in: bytes(of: path), file: displayName(of: path))
  }

  /// The lines of a text in memory; `file` is its name in error messages.
  public static func lines(
    in data: some Collection<UInt8>, file: String
  ) throws(TextFileError) -> [String] {
    var lines: [String] = []
    let bytes = ContiguousArray(data)
    var start = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
    while start < bytes.count {
      let newline = bytes[start...].firstIndex(of: 0x0A) ?? bytes.count
      var end = newline
      if newline < bytes.count && end > start && bytes[end - 1] == 0x0D { end -= 1 }
      lines.append(try decode(bytes[start..<end], file: file, line: lines.count + 1))
      start = newline + 1
    }
    return lines
  }

  /// How a path is named in messages.
  static func displayName(of path: String) -> String {
    path == "-" ? "standard input" : path
  }

  private static func bytes(of path: String) throws(TextFileError) -> Data {
    do {
      if path == "-" { return try FileHandle.standardInput.readToEnd() ?? Data() }
      return try Data(contentsOf: URL(fileURLWithPath: path), options: .mappedIfSafe)
    } catch {
      var isFolder: ObjCBool = false
      let reason =
        if !FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && path != "-" {
          "there is no such file"
        } else if isFolder.boolValue {
          "it is a folder"
        } else {
          error.localizedDescription
        }
      throw TextFileError(file: displayName(of: path), problem: .unreadable(reason: reason))
    }
  }

  private static func decode(
    _ bytes: some Collection<UInt8>, file: String, line: Int
  ) throws(TextFileError) -> String {
    let text = String(decoding: bytes, as: UTF8.self)
    // Decoding repairs what is invalid, so the first difference is the first invalid byte.
    var position = 0
    var repaired = text.utf8.makeIterator()
    for byte in bytes {
      position += 1
      if repaired.next() != byte {
        throw TextFileError(file: file, line: line, problem: .invalidUTF8(byte: position))
      }
    }
    return text
  }
}
