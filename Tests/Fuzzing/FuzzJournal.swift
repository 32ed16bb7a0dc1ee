import Foundation

/// What a run of a fuzzer has done so far, in a file that is mapped into memory, so that it is there when the process
/// has crashed.
public struct FuzzJournal: @unchecked Sendable {
  // `@unchecked`: one thread writes the memory; another one looks at it through the file.

  /// Numbers in the journal.
  public enum Field: Int, CaseIterable, Sendable {
    /// Of the input that is being read.
    case number
    /// When it was begun, in nanoseconds; 0: none is.
    case start
    case accepted, refused
    /// How many kinds of errors there were.
    case kinds
    /// In nanoseconds, and of which input.
    case longestTime, slowest
    /// Of the resident memory while an input was read, in bytes, and of which input.
    case largestGrowth, greediest
    /// 1: all inputs have been read.
    case isFinished
  }

  private static let messageStart = 128
  private static let byteCount = 4096
  private let descriptor: Int32
  private let memory: UnsafeMutableRawPointer

  /// Opens a journal, or makes an empty one. It stays open to the end of the process.
  public init(_ path: String) throws {
    descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    guard descriptor >= 0, ftruncate(descriptor, off_t(Self.byteCount)) == 0,
      let memory = mmap(nil, Self.byteCount, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0),
      memory != MAP_FAILED
    else { throw BrokenLaw("\(path): cannot be mapped: \(String(cString: strerror(errno)))") }
    self.memory = memory
  }

  /// A number.
  public subscript(field: Field) -> UInt64 {
    get { memory.load(fromByteOffset: 8 * field.rawValue, as: UInt64.self) }
    nonmutating set {
      memory.storeBytes(of: newValue, toByteOffset: 8 * field.rawValue, as: UInt64.self)
    }
  }

  /// The kinds of errors, or what went wrong.
  public var message: String {
    get {
      let bytes = UnsafeRawBufferPointer(start: memory, count: Self.byteCount)
      return String(decoding: bytes[Self.messageStart...].prefix { $0 != 0 }, as: UTF8.self)
    }
    nonmutating set { write(newValue) }
  }

  /// Keeps the largest of some values and its input.
  func note(_ value: Field, _ number: Field, _ newValue: UInt64, _ newNumber: Int) {
    if newValue > self[value] {
      self[value] = newValue
      self[number] = UInt64(newNumber)
    }
  }

  /// A number, for another thread than the one that writes it.
  func read(_ field: Field) -> UInt64 {
    var value: UInt64 = 0
    return pread(descriptor, &value, 8, off_t(8 * field.rawValue)) == 8 ? value : 0
  }

  /// Sets the message, from any thread.
  func write(_ message: String) {
    let bytes = Array(message.utf8.prefix(Self.byteCount - Self.messageStart - 1)) + [0]
    _ = pwrite(descriptor, bytes, bytes.count, off_t(Self.messageStart))
  }
}
