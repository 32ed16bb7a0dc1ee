/// A zip file that breaks the format, is built to mislead, or uses a part of the format that is not read here.
public struct ZipError: Error, Equatable, CustomStringConvertible {
  /// What is wrong.
  public enum Problem: Equatable, Sendable {
    /// The record at the end of every zip file is not there: another kind of file, or cut off.
    case noEndRecord(byteCount: Int)
    /// A part does not begin with its mark.
    case signature(of: Part, offset: Int, expected: UInt32, found: UInt32)
    /// A part is not inside the bytes where it must be.
    case outside(Part, range: String, available: Range<Int>)
    /// A number is not what others, or the format, say that it is.
    case field(String, expected: String, found: String)
    /// Something that is encrypted, patched or otherwise not read here.
    case unsupportedFlags(UInt16)
    /// Neither stored nor deflated.
    case unsupportedMethod(UInt16)
    /// A name without letters, with a NUL, or that is neither ASCII nor marked as UTF-8.
    case name(bytes: [UInt8])
    case duplicateName
    /// Two entries share bytes.
    case overlap(with: String)
    /// More entries than the limit.
    case tooManyEntries(found: UInt64, limit: Int)
    /// An entry, or all of them together, is larger than the limit when unpacked.
    case tooLarge(byteCount: UInt64, limit: Int)
    /// More bytes than so few compressed ones can become.
    case impossibleSize(byteCount: Int, compressedByteCount: Int)
    /// Compressed data are damaged, or become more or less bytes than was said.
    case deflate(String)
    case checksum(expected: UInt32, found: UInt32)
    /// There is no entry of this name; names that there are.
    case missing(known: [String])
  }

  /// The parts of a zip file.
  public enum Part: String, Sendable {
    case endRecord = "end record"
    case zip64Locator = "zip64 locator"
    case zip64EndRecord = "zip64 end record"
    case centralDirectory = "central directory"
    case centralHeader = "header in the central directory"
    case localHeader = "local header"
    case extraField = "extra field"
    case data
  }

  /// The file's path.
  public let file: String
  /// The entry, where one is to blame.
  public let entry: String?
  /// What is wrong.
  public let problem: Problem

  /// `entry` is nil where the file as a whole is wrong.
  public init(file: String, entry: String? = nil, problem: Problem) {
    self.file = file
    self.entry = entry
    self.problem = problem
  }

  /// The text for a person.
  public var description: String {
    "\(file): " + (entry.map { "entry '\($0)': " } ?? "") + explanation
  }

  private var explanation: String {
    switch problem {
    case .noEndRecord(let byteCount):
      "expected a zip file's end record, found none in \(byteCount) bytes; "
        + "perhaps the file is cut off or of another kind"
    case .signature(let part, let offset, let expected, let found):
      "expected the mark \(hexadecimal(expected)) of the \(part.rawValue) at offset \(offset), "
        + "found \(hexadecimal(found))"
    case .outside(let part, let range, let available):
      "expected the \(part.rawValue) inside the bytes \(available), found it at \(range)"
    case .field(let field, let expected, let found):
      "expected \(expected) as \(field), found \(found)"
    case .unsupportedFlags(let flags):
      "expected no encryption and no patches, found the flags \(hexadecimal(flags))"
    case .unsupportedMethod(let method):
      "expected the method 0 (stored) or 8 (deflate), found \(method)"
    case .name(let bytes):
      "expected a name in ASCII, or UTF-8 that is marked so, found the bytes \(bytes.prefix(64))"
    case .duplicateName: "there are two entries of this name"
    case .overlap(let other): "it shares bytes with the entry '\(other)'"
    case .tooManyEntries(let found, let limit): "expected at most \(limit) entries, found \(found)"
    case .tooLarge(let byteCount, let limit):
      "expected at most \(limit) bytes when unpacked, found \(byteCount)"
    case .impossibleSize(let byteCount, let compressedByteCount):
      "expected at most \(ZipArchive.largestRatio) times its \(compressedByteCount) compressed bytes, "
        + "found a size of \(byteCount)"
    case .deflate(let reason): "the compressed data are damaged: \(reason)"
    case .checksum(let expected, let found):
      "expected the checksum \(hexadecimal(expected)), found \(hexadecimal(found))"
    case .missing(let known):
      "not in the file, which has \(known.count) entries: "
        + known.prefix(8).joined(separator: ", ") + (known.count > 8 ? ", ..." : "")
    }
  }

  private func hexadecimal(_ value: some BinaryInteger) -> String {
    "0x" + String(value, radix: 16)
  }
}
