/// A CTranslate2 file that breaks the format, or a variable that is not there as asked.
public struct CTranslate2Error: Error, Equatable, CustomStringConvertible {
  /// What is wrong.
  public enum Problem: Equatable, Sendable {
    /// A version of the format that is not read.
    case version(Int)
    /// The file ends inside something.
    case ends(String, needed: Int, found: Int)
    /// A text that is no UTF-8 with a zero at its end.
    case text(String)
    /// Two variables of one name.
    case duplicate(String)
    /// No variable of this name.
    case missing(String)
    /// An unknown type of elements.
    case dataType(String, Int)
    /// More elements than can be counted.
    case tooManyElements(String, [Int])
    /// Another number of bytes than dimensions and type give.
    case size(String, [Int], found: Int)
    /// Quantised weights whose scales are neither one nor one for each row.
    case scale(String, expected: Int, found: Int)
    /// Bytes after the end.
    case trailing(Int)
    /// Writing: more bytes or letters than the format's numbers hold.
    case tooLarge(String)
  }

  /// The file's path.
  public let file: String
  /// Where in the file, in bytes from its beginning.
  public let offset: Int?
  /// What is wrong.
  public let problem: Problem

  /// The text for a person.
  public var description: String {
    file + (offset.map { ", byte \($0)" } ?? "") + ": " + explanation
  }

  private var explanation: String {
    switch problem {
    case .version(let version):
      "expected version 2 to \(CTranslate2File.newestVersion) of the format, found \(version); perhaps this is not "
        + "a model of CTranslate2"
    case .ends(let what, let needed, let found):
      "expected \(needed) bytes for \(what), found \(found)"
    case .text(let what): "expected UTF-8 with a zero byte at its end as \(what)"
    case .duplicate(let name): "the name '\(name)' is there twice"
    case .missing(let name): "there is no variable '\(name)'"
    case .dataType(let name, let number): "'\(name)' has the unknown type \(number)"
    case .tooManyElements(let name, let dimensions):
      "'\(name)' has more elements than can be addressed: \(dimensions)"
    case .size(let name, let dimensions, let found):
      "expected as many bytes for '\(name)' as the dimensions \(dimensions) need, found \(found)"
    case .scale(let name, let expected, let found):
      "expected one scale or \(expected) for '\(name)', found \(found)"
    case .trailing(let count): "expected the end of the file, found \(count) more bytes"
    case .tooLarge(let name): "'\(name)' is too large for this format"
    }
  }
}
