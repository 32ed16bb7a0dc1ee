import Foundation

extension Report {
  /// Reads the report at a path.
  ///
  /// - Throws: `ReportError`, with the path and what is wrong with it.
  public init(contentsOf path: String) throws {
    let data: Data
    do {
      data = try Data(contentsOf: URL(fileURLWithPath: path))
    } catch {
      throw ReportError.cannotRead(path: path, reason: error.localizedDescription)
    }
    do {
      try self.init(json: data)
    } catch let error as DecodingError {
      throw ReportError.malformed(path: path, reason: error.place)
    } catch let error as ReportError {
      throw ReportError.malformed(path: path, reason: error.description)
    }
  }
}

extension DecodingError {
  /// What was expected, and where in the file.
  fileprivate var place: String {
    func text(_ context: Context) -> String {
      let path = context.codingPath.map { $0.intValue.map { "[\($0)]" } ?? "." + $0.stringValue }
      return "\(context.debugDescription) At: \(path.isEmpty ? "the top" : path.joined())"
    }
    switch self {
    case .typeMismatch(_, let context), .valueNotFound(_, let context),
      .keyNotFound(_, let context), .dataCorrupted(let context):
      return text(context)
    @unknown default: return "\(self)"
    }
  }
}
