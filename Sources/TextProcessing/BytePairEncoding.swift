import ModelFiles

/// The merges of byte-pair encoding, learned from text (Sennrich et al. 2016; the paper's section 5.1).
///
/// A word starts as its characters, the last with the mark `</w>`, and the merges join neighbours in the order
/// in which they were learned. Codes and outputs are those of the program subword-nmt 0.3.8 to the byte:
/// characters are Unicode scalars, and words are what spaces separate, and what Python takes for the end of a
/// line, which stays at the end of its word (no other white space separates words).
public struct BytePairEncoding: Sendable, Equatable {
  /// Two neighbours that become one symbol.
  public struct Merge: Sendable, Hashable {
    /// The left symbol.
    public let first: String
    /// The right symbol; at the end of a word it has the mark.
    public let second: String

    /// The arguments are the properties.
    public init(_ first: String, _ second: String) {
      self.first = first
      self.second = second
    }

    /// Equal to the byte.
    public static func == (a: Merge, b: Merge) -> Bool {
      a.first.utf8.elementsEqual(b.first.utf8) && a.second.utf8.elementsEqual(b.second.utf8)
    }

    /// Of the bytes.
    public func hash(into hasher: inout Hasher) {
      ExactString(first).hash(into: &hasher)
      ExactString(second).hash(into: &hasher)
    }
  }

  /// What marks the end of a word in a symbol.
  static let endOfWord = "</w>"
  /// The first line of a file of codes.
  static let header = "#version: 0.2"

  /// The merges, those to be done first in front.
  public let merges: [Merge]

  /// Merges in their order.
  public init(_ merges: [Merge]) { self.merges = merges }

  /// The merges as a file of subword-nmt: `#version: 0.2`, then two symbols a line.
  public var fileContents: String {
    Self.header + "\n" + merges.map { "\($0.first) \($0.second)\n" }.joined()
  }

  /// Writes a file of codes (temporary name, then renamed).
  /// - Throws: `FileError` of ModelFiles.
  public func write(to path: String) throws { try AtomicFile.write(fileContents, to: path) }

  /// Reads a file of codes of version 0.2.
  /// - Throws: `TextFileError` for another version, or a line that is not two symbols with one space and without a
  ///   carriage return.
  public init(contentsOf path: String) throws(TextFileError) {
    let file = TextFile.displayName(of: path)
    let lines = try TextFile.lines(of: path)
    if lines.first != Self.header {
      throw TextFileError(
        file: file, line: 1, problem: .codesVersion(expected: Self.header, found: lines.first))
    }
    var merges: [Merge] = []
    for (index, line) in lines.enumerated().dropFirst() {
      let symbols = line.unicodeScalars.split(
        separator: " ", omittingEmptySubsequences: false)
      // A carriage return separates words, so no symbol holds one; before a line feed it would be lost on writing.
      if symbols.count != 2 || symbols.contains(where: { $0.isEmpty || $0.contains("\r") }) {
        throw TextFileError(file: file, line: index + 1, problem: .merge(line))
      }
      merges.append(Merge(String(symbols[0]), String(symbols[1])))
    }
    self.init(merges)
  }

  /// A symbol without the mark that it ends with.
  static func withoutMark(_ symbol: String) -> String {
    String(decoding: symbol.utf8.dropLast(endOfWord.utf8.count), as: UTF8.self)
  }
}
