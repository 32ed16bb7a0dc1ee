/// A command line that makes no sense, and what was expected instead.
enum ArgumentError: Error, Equatable, CustomStringConvertible {
  case unknownOption(String)
  case unknownSuite(String, known: [String])
  case missingValue(option: String)
  case unexpectedValue(String)
  case notANumber(option: String, found: String, expected: String)
  case contradiction(String, String)
  case notAlone(option: String)
  case noFolder(option: String, path: String, folder: String)
  case noName(option: String, found: String)
  case badExpression(option: String, found: String, reason: String)
  case badSweep(found: String, reason: String)
  case wrongFileCount(command: String, expected: String, found: Int)

  var description: String {
    switch self {
    case .unknownOption(let option):
      "unknown option \(option)"
    case .unknownSuite(let name, let known):
      "unknown suite '\(name)'; there are: \(known.joined(separator: ", "))"
    case .missingValue(let option):
      "\(option) needs a value"
    case .unexpectedValue(let word):
      "\(word): this option takes no value"
    case .notANumber(let option, let found, let expected):
      "\(option) needs \(expected), found '\(found)'"
    case .contradiction(let one, let other):
      "\(one) and \(other) exclude each other"
    case .notAlone(let option):
      "\(option) goes on with a run as it was begun and takes no other arguments"
    case .noFolder(let option, let path, let folder):
      "\(option) \(path): there is no folder \(folder) that can be written to"
    case .noName(let option, let found):
      "\(option) needs a name without slashes that does not begin with a dot, found '\(found)'"
    case .badExpression(let option, let found, let reason):
      "\(option) needs a regular expression, found '\(found)': \(reason)"
    case .badSweep(let found, let reason):
      "--sweep needs such as n=64,128,256 or d=64..512, found '\(found)': \(reason)"
    case .wrongFileCount(let command, let expected, let found):
      "`bench \(command)` needs \(expected), found \(found) file\(found == 1 ? "" : "s")"
    }
  }
}
