internal import Foundation

/// Words that were cut before. It can be used from several threads.
final class SubwordCache: @unchecked Sendable {
  // `@unchecked`: the lock guards it.
  private var known: [ExactString: [String]] = [:]
  private let lock = NSLock()

  func subwords(of word: ExactString, orCut cut: () -> [String]) -> [String] {
    if let subwords = lock.withLock({ known[word] }) { return subwords }
    // Not under the lock: two threads may cut a word at once, and get the same.
    let subwords = cut()
    lock.withLock {
      // Bounded, for text without end.
      if known.count >= 1 << 18 { known.removeAll(keepingCapacity: true) }
      known[word] = subwords
    }
    return subwords
  }
}
