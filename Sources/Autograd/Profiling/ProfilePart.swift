/// A scope or an operation of an ``OperationProfile``, with what happened in it.
///
/// All numbers of a part are sums over its children and what is its own, so that a tree always adds up.
public struct ProfilePart: Codable, Hashable, Sendable {
  /// What a part is.
  public enum Kind: String, Codable, Sendable {
    /// Named by a layer: ``ForwardContext/inScope(_:_:)``.
    case scope
    /// A step of the tape, named by its function.
    case operation
  }

  /// The name of the scope or the operation.
  public let name: String
  /// Scope or operation.
  public let kind: Kind
  /// Done forward in this part and in none of its children.
  public internal(set) var ownForward: ProfileWork
  /// Done on the way back in this part and in none of its children.
  public internal(set) var ownBackward: ProfileWork
  /// Scopes and operations inside, in the order in which they were first met.
  public internal(set) var children: [ProfilePart]

  /// A part from its pieces.
  public init(
    _ name: String, kind: Kind = .scope, ownForward: ProfileWork = ProfileWork(),
    ownBackward: ProfileWork = ProfileWork(), children: [ProfilePart] = []
  ) {
    self.name = name
    self.kind = kind
    self.ownForward = ownForward
    self.ownBackward = ownBackward
    self.children = children
  }

  /// Done forward.
  public var forward: ProfileWork { children.reduce(ownForward) { $0 + $1.forward } }
  /// Done on the way back.
  public var backward: ProfileWork { children.reduce(ownBackward) { $0 + $1.backward } }
  /// Both ways.
  public var total: ProfileWork { forward + backward }

  /// The part at the end of a path of names, or nil.
  public func part(_ path: String...) -> ProfilePart? {
    path.reduce(Optional(self)) { part, name in part?.children.first { $0.name == name } }
  }
}
