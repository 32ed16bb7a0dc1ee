import Foundation

/// Text for the user: results on standard output, everything else on standard error.
enum Console {
  static func print(_ lines: [String], indent: Int = 0) {
    let space = String(repeating: " ", count: indent)
    for line in lines {
      FileHandle.standardOutput.write(Data((line.isEmpty ? "\n" : space + line + "\n").utf8))
    }
  }

  static func warn(_ warnings: [String]) {
    print(warnings.map { "WARNING   \($0)" })
  }

  static func error(_ text: String) {
    FileHandle.standardError.write(Data((text + "\n").utf8))
  }
}
