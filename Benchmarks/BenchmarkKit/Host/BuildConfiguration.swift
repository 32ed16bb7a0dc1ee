/// How this library, and so the program that it is part of, was compiled.
public enum BuildConfiguration: String, Codable, Sendable {
  case debug
  case release

  /// How the code that asks was built.
  public static var current: BuildConfiguration {
    #if DEBUG
      .debug
    #else
      .release
    #endif
  }

  /// The compiler's version as far as conditional compilation can tell it.
  public static var compilerVersion: String {
    #if compiler(>=6.5)
      "Swift 6.5 or later"
    #elseif compiler(>=6.4)
      "Swift 6.4"
    #elseif compiler(>=6.3)
      "Swift 6.3"
    #elseif compiler(>=6.2)
      "Swift 6.2"
    #else
      "Swift 6.1"
    #endif
  }
}
