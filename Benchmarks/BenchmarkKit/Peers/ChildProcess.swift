import Foundation

/// A program that this process started in a process group of its own, with which it exchanges bytes.
///
/// Standard input and output of the child are one socket, so that writing to a child that is gone is an error and no
/// signal. Its standard error goes to a file without a name, whose last line explains what it died of.
final class ChildProcess {
  private let identifier: pid_t
  private let socket: Int32
  private let errors: Int32
  /// How it ended; nil while it lives.
  private(set) var ending: String?
  private(set) var isPaused = false

  /// Starts a program that is found along PATH.
  ///
  /// - Throws: `POSIXError` when the system refuses.
  init(_ command: [String], environment: [String: String]) throws {
    var ends: [Int32] = [-1, -1]
    #if os(Linux)
      let kind = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
    #else
      let kind = SOCK_STREAM
    #endif
    guard socketpair(AF_UNIX, kind, 0, &ends) == 0 else { throw Self.failure(errno) }
    defer { close(ends[1]) }
    do {
      errors = try Self.unnamedFile()
    } catch {
      close(ends[0])
      throw error
    }
    socket = ends[0]
    #if !os(Linux)
      for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
      var one: Int32 = 1
      setsockopt(socket, SOL_SOCKET, SO_NOSIGPIPE, &one, socklen_t(MemoryLayout<Int32>.size))
    #endif
    var child: pid_t = 0
    let failure = Self.spawn(
      command, environment, input: ends[1], errors: errors, identifier: &child)
    if failure != 0 {
      close(socket)
      close(errors)
      throw Self.failure(failure)
    }
    // Not before: 0 in its place would mean the group of this process.
    identifier = child
  }

  deinit {
    kill()
    close(socket)
    close(errors)
  }

  /// Stops all of its threads until ``resume()``.
  func pause() {
    guard ending == nil, !isPaused else { return }
    isPaused = sendSignal(SIGSTOP)
  }

  /// Lets it go on.
  func resume() {
    guard isPaused else { return }
    isPaused = !sendSignal(SIGCONT)
  }

  /// Ends it and its children, if it has not ended, and waits until it is gone.
  func kill() {
    guard ending == nil else { return }
    sendSignal(SIGKILL)
    collect(waits: true)
  }

  /// False when the child is gone.
  func write(_ bytes: Data) -> Bool {
    #if os(Linux)
      let flags = Int32(MSG_NOSIGNAL)
    #else
      let flags: Int32 = 0
    #endif
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { send(socket, $0.baseAddress, $0.count, flags) }
      if count < 0 && errno == EINTR { continue }
      guard count > 0 else { return false }
      rest = rest.dropFirst(count)
    }
    return true
  }

  /// What the child has to say next; nil when nothing comes for so long, empty when nothing will come any more.
  func read(within seconds: Double) -> Data? {
    var descriptor = pollfd(fd: socket, events: Int16(POLLIN), revents: 0)
    let milliseconds = Int32(min(max(seconds, 0) * 1000, 1e9).rounded(.up))
    let ready = poll(&descriptor, 1, milliseconds)
    // A signal, such as that of Ctrl-C, is not the end of waiting.
    if ready < 0 && errno == EINTR { return nil }
    guard ready != 0 else { return nil }
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    let count = recv(socket, &buffer, buffer.count, 0)
    return count > 0 ? Data(buffer.prefix(count)) : Data()
  }

  /// The last line on standard error that is not empty.
  var lastWords: String {
    let size = lseek(errors, 0, SEEK_END)
    var buffer = [UInt8](repeating: 0, count: 4096)
    let count = pread(errors, &buffer, buffer.count, max(0, size - off_t(buffer.count)))
    return String(decoding: buffer.prefix(max(0, count)), as: UTF8.self)
      .split(whereSeparator: \.isNewline)
      .last { !$0.allSatisfy(\.isWhitespace) }
      .map { $0.trimmingCharacters(in: .whitespaces) } ?? ""
  }

  /// Finds out how it ended, if it has.
  func collect(waits: Bool) {
    guard ending == nil else { return }
    var status: Int32 = 0
    var result: pid_t
    repeat {
      result = waitpid(identifier, &status, waits ? 0 : WNOHANG)
    } while result < 0 && errno == EINTR
    guard result != 0 else { return }
    let signal = status & 0x7f
    ending =
      result < 0
      ? "it ended"
      : signal == 0
        ? "it ended with status \(status >> 8 & 0xff)"
        : "it was ended by signal \(signal) (\(String(cString: strsignal(signal))))"
  }

  @discardableResult
  private func sendSignal(_ number: Int32) -> Bool {
    // To the group: a compiler that the child has started is meant as well.
    Foundation.kill(-identifier, number) == 0
  }

  private static func spawn(
    _ command: [String], _ environment: [String: String], input: Int32, errors: Int32,
    identifier: inout pid_t
  ) -> Int32 {
    #if os(Linux)
      var actions = posix_spawn_file_actions_t()
      var attributes = posix_spawnattr_t()
    #else
      var actions: posix_spawn_file_actions_t?
      var attributes: posix_spawnattr_t?
    #endif
    posix_spawn_file_actions_init(&actions)
    posix_spawnattr_init(&attributes)
    defer {
      posix_spawn_file_actions_destroy(&actions)
      posix_spawnattr_destroy(&attributes)
    }
    posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO)
    posix_spawn_file_actions_adddup2(&actions, input, STDOUT_FILENO)
    posix_spawn_file_actions_adddup2(&actions, errors, STDERR_FILENO)
    // A group of its own: Ctrl-C is for this process alone, which then ends the child in its own time.
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETPGROUP))
    posix_spawnattr_setpgroup(&attributes, 0)
    let variables = environment.map { "\($0.key)=\($0.value)" }
    return withStrings(command) { arguments in
      withStrings(variables) { variables in
        posix_spawnp(
          &identifier, command.first ?? "", &actions, &attributes, arguments, variables)
      }
    }
  }

  /// Calls `body` with a list of C strings that ends with a null pointer.
  private static func withStrings<Result>(
    _ strings: [String], _ body: (UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> Result
  ) -> Result {
    var pointers: [UnsafeMutablePointer<CChar>?] = strings.map { strdup($0) }
    pointers.append(nil)
    defer { pointers.forEach { free($0) } }
    return pointers.withUnsafeMutableBufferPointer { buffer in
      // There is at least the null pointer at the end.
      body(buffer.baseAddress!)
    }
  }

  private static func unnamedFile() throws -> Int32 {
    var path = Array(
      FileManager.default.temporaryDirectory.appendingPathComponent("peer-XXXXXX").path.utf8CString)
    let descriptor = mkstemp(&path)
    guard descriptor >= 0 else { throw failure(errno) }
    unlink(path)
    _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
    return descriptor
  }

  private static func failure(_ code: Int32) -> POSIXError {
    POSIXError(POSIXErrorCode(rawValue: code) ?? .EIO)
  }
}
