#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif
import Foundation
import ModelFiles

/// Decompression by the program `gzip`, so that the package needs no library for it.
enum Gzip {
  /// Decompresses what a descriptor gives from its position on.
  ///
  /// The program reads from a file and writes to files, so there is no pipe that could fill up and block.
  /// - Parameter file: the name in messages.
  /// - Throws: `TextFileError` where there is no `gzip`, or the data are damaged or followed by others;
  ///   `FileError` where there can be no temporary file.
  static func decompress(_ source: Int32, into output: ScratchFile, file: String) throws {
    let complaints = try ScratchFile()
    let process: pid_t
    switch start(["gzip", "-d", "-c"], source, output.descriptor, complaints.descriptor) {
    case .failure(let error):
      throw TextFileError(
        file: file, problem: .noGzip(reason: String(cString: strerror(error.code))))
    case .success(let started): process = started
    }
    var status: Int32 = 0
    while waitpid(process, &status, 0) < 0 {
      // Where children are waited for elsewhere, only the complaints tell about success.
      if errno != EINTR { break }
    }
    // A warning, such as about what follows the compressed data, has a status of its own and is a failure.
    if status == 0 { return }
    let complaint = message(complaints)
    if status & 0x7F == 0 && status >> 8 == 127 {
      throw TextFileError(file: file, problem: .noGzip(reason: complaint))
    }
    throw TextFileError(
      file: file,
      problem: .damagedGzip(
        reason: complaint.isEmpty ? "gzip ended with status \(status)" : complaint))
  }

  /// What the program wrote to standard error, in one line and without its name.
  private static func message(_ complaints: ScratchFile) -> String {
    var bytes = [UInt8](repeating: 0, count: 1024)
    let count = pread(complaints.descriptor, &bytes, bytes.count, 0)
    return String(decoding: bytes.prefix(max(0, count)), as: UTF8.self)
      .split(separator: "\n")
      .map { $0.replacingOccurrences(of: "gzip: ", with: "") }
      .map { $0.replacingOccurrences(of: "stdin: ", with: "") }
      .filter { !$0.isEmpty }
      .joined(separator: "; ")
  }

  private static func start(
    _ words: [String], _ input: Int32, _ output: Int32, _ errors: Int32
  ) -> Result<pid_t, FileError> {
    #if canImport(Darwin)
      var actions: posix_spawn_file_actions_t?
    #else
      var actions = posix_spawn_file_actions_t()
    #endif
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    for (descriptor, number) in [(input, STDIN_FILENO), (output, STDOUT_FILENO)] {
      posix_spawn_file_actions_adddup2(&actions, descriptor, number)
    }
    posix_spawn_file_actions_adddup2(&actions, errors, STDERR_FILENO)
    // GZIP can hold options, which could change what comes out.
    var environment = ProcessInfo.processInfo.environment
    environment["GZIP"] = nil
    environment["LC_ALL"] = "C"
    var arguments: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) } + [nil]
    var variables: [UnsafeMutablePointer<CChar>?] =
      environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
    defer { for word in arguments + variables { free(word) } }
    var process: pid_t = 0
    let code = posix_spawnp(&process, words[0], &actions, nil, &arguments, &variables)
    return code == 0
      ? .success(process) : .failure(FileError(operation: "start", path: words[0], code: code))
  }
}
