/// Where a pass stands in a profile. Everything between two of its calls is booked somewhere.
final class ProfileCursor {
  private let profile: OperationProfile
  /// The scopes that are open, by their numbers in the profile, from the outermost.
  private var scopes = [0]
  private var last: OperationProfile.Reading
  /// The operation that is walked back at the moment.
  private var current = 0
  private var numbers: [Key: Int] = [:]

  private enum Key: Hashable {
    case scope(parent: Int, name: String)
    // A function's name stands at one place in memory.
    case operation(parent: Int, name: UnsafePointer<UInt8>)
  }

  /// An operation that was recorded.
  struct Mark {
    /// Its number in the profile.
    let node: Int
    /// What its way back has to move.
    let backwardBytes: Int
  }

  /// A pass that begins now.
  init(_ profile: OperationProfile) {
    self.profile = profile
    last = profile.reading()
  }

  /// From now on in a scope.
  func enter(_ name: String) {
    let parent = scope
    book(to: parent, isForward: true)
    scopes.append(
      number(.scope(parent: parent, name: name)) { profile.child(of: parent, name, .scope) })
  }

  /// No longer in the innermost scope.
  func leave() {
    book(to: scope, isForward: true)
    scopes.removeLast()
  }

  /// An operation has just been done.
  func finish(_ operation: StaticString, _ traffic: OperationTraffic) -> Mark {
    let parent = scope
    let node = number(.operation(parent: parent, name: operation.utf8Start)) {
      profile.child(of: parent, ProfileCursor.plainName(operation), .operation)
    }
    book(to: node, isForward: true, bytes: traffic.forward, count: 1)
    return Mark(node: node, backwardBytes: traffic.backward)
  }

  /// The way back begins.
  func turnBack() { book(to: scope, isForward: true) }

  /// An operation's way back begins.
  func walkBack(_ mark: Mark) { current = mark.node }

  /// An operation's way back has ended.
  func finishBack(_ mark: Mark) {
    book(to: mark.node, isForward: false, bytes: mark.backwardBytes, count: 1)
    current = 0
  }

  /// The operation that is walked back, to book later what it puts off.
  var operationWalkedBack: Int { current }

  /// What an operation had put off has been done.
  func settle(_ node: Int) { book(to: node, isForward: false) }

  /// The way back has ended.
  func finishAll() { book(to: scope, isForward: false) }

  private var scope: Int { scopes[scopes.count - 1] }

  private func book(to node: Int, isForward: Bool, bytes: Int = 0, count: Int = 0) {
    let now = profile.reading()
    profile.add(
      profile.difference(from: last, to: now, bytes: bytes, count: count), to: node,
      isForward: isForward)
    // What booking itself costs is the next part's, so that nothing is left out.
    last = now
  }

  private func number(_ key: Key, _ make: () -> Int) -> Int {
    if let known = numbers[key] { return known }
    let number = make()
    numbers[key] = number
    return number
  }

  /// `linear` of `linear(_:weight:bias:activation:)`.
  private static func plainName(_ function: StaticString) -> String {
    String(function.description.prefix { $0 != "(" })
  }
}
