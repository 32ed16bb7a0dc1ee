public import Testing

/// Expects that a stopped process said all of the given words on standard error.
public func expectMessage(
  _ result: ExitTest.Result?, naming words: [String],
  sourceLocation: SourceLocation = #_sourceLocation
) {
  guard let result else { return }
  let message = String(decoding: result.standardErrorContent, as: UTF8.self)
  for word in words {
    #expect(message.contains(word), "\(message)", sourceLocation: sourceLocation)
  }
}
