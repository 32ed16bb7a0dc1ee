/// Tokens of the made-up vocabularies; 0 and 1 stand for padding and for what is unknown.
enum SpecialTokens {
  static let start = 2
  static let end = 3
}
