#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// Strict reading of text files.
///
/// Everything in this module that reads text does so in one way:
///
/// | What is met | What happens |
/// |---|---|
/// | LF or CRLF | ends a line; the last line may lack its end. No other character ends one. |
/// | a byte order mark at the beginning | is passed over |
/// | data that gzip has compressed, by their first two bytes | are decompressed by the program `gzip` |
/// | damaged compressed data, something else behind them, no such program | an error that names the file |
/// | the path `-` | standard input, compressed or not |
/// | bytes that are not UTF-8 | an error that names file, line and the first wrong byte |
/// | two files that belong together and differ in their number of lines | an error with both numbers |
/// | a line without its TAB, or with too many | an error that names file and line |
/// | a pair of which a side is empty or nothing but white space | is left out; ``ParallelCorpus/blankPairs`` counts them and says where the first one is |
/// | a token that is not in the vocabulary | becomes `<unk>`; ``ParallelCorpus/unknownTokens(_:with:_:)`` counts them and says which the first one is, and where |
/// | a pair over the limit of lengths | is left out and counted, or an error that names file and line, as `LengthBucketedBatches.LongPairs` says |
///
/// Corpora that are larger than memory (``ShardedCorpus``) keep to this too.
public enum TextFile {
  /// The lines of a file, without their ends.
  /// - Throws: `TextFileError` with file and line number.
  public static func lines(of path: String) throws(TextFileError) -> [String] {
    try lines(LineScanner(TextBytes(path)), file: displayName(of: path))
  }

  /// The lines of a text in memory; `file` is its name in error messages.
  public static func lines(
    in data: some Collection<UInt8>, file: String
  ) throws(TextFileError) -> [String] {
    try lines(LineScanner(TextBytes(of: data, file: file)), file: file)
  }

  private static func lines(
    _ scanner: LineScanner, file: String
  ) throws(TextFileError) -> [String] {
    var scanner = scanner
    var lines: [String] = []
    while let line = try scanner.next() {
      lines.append(try text(line, file: file, line: lines.count + 1))
    }
    return lines
  }

  /// How a path is named in messages.
  static func displayName(of path: String) -> String {
    path == "-" ? "standard input" : path
  }

  /// The text of a line.
  static func text(
    _ bytes: UnsafeRawBufferPointer, file: String, line: Int
  ) throws(TextFileError) -> String {
    var text = String(decoding: bytes, as: UTF8.self)
    // Decoding repairs what is invalid, so the first difference is the first invalid byte.
    let isValid = text.withUTF8 { repaired in
      repaired.count == bytes.count
        && (bytes.isEmpty || memcmp(repaired.baseAddress!, bytes.baseAddress!, bytes.count) == 0)
    }
    if isValid { return text }
    let same = zip(text.utf8, bytes).prefix { $0 == $1 }
    throw TextFileError(file: file, line: line, problem: .invalidUTF8(byte: same.count + 1))
  }
}
