/// A command line that makes no sense, and what was expected instead.
enum ArgumentError: Error, Equatable, CustomStringConvertible {
  case unknownOption(String)
  case unknownSuite(String, known: [String])
  case missingValue(option: String)
  case notANumber(option: String, found: String, expected: String)
  case contradiction(String, String)
  case noFolder(option: String, path: String, folder: String)

  var description: String {
    switch self {
    case .unknownOption(let option):
      "unknown option \(option)"
    case .unknownSuite(let name, let known):
      "unknown suite '\(name)'; there are: \(known.joined(separator: ", "))"
    case .missingValue(let option):
      "\(option) needs a value"
    case .notANumber(let option, let found, let expected):
      "\(option) needs \(expected), found '\(found)'"
    case .contradiction(let one, let other):
      "\(one) and \(other) exclude each other"
    case .noFolder(let option, let path, let folder):
      "\(option) \(path): there is no folder \(folder) that can be written to"
    }
  }
}
