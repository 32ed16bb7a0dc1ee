/// A string that equals another only if their bytes are the same.
///
/// Swift's `String` calls "é" as one scalar and as "e" with an accent equal. Tokens that differ in bytes are
/// different tokens, as in every other tool.
struct ExactString: Hashable, Sendable {
  private(set) var string: String

  init(_ string: String) {
    self.string = string
    self.string.makeContiguousUTF8()
  }

  static func == (a: ExactString, b: ExactString) -> Bool {
    a.string.utf8.elementsEqual(b.string.utf8)
  }

  func hash(into hasher: inout Hasher) {
    // Contiguous since `init`, so there always is a buffer.
    string.utf8.withContiguousStorageIfAvailable {
      hasher.combine(bytes: UnsafeRawBufferPointer($0))
    }
  }
}
