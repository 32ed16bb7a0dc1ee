import Foundation
internal import Kernels

/// Where the time of forward and backward passes goes: by the scopes that layers name and by operations.
///
/// ```swift
/// let profile = OperationProfile()
/// let context = ForwardContext.training(seed: 1, profile: profile)
/// let loss = try model.loss(batch, labelSmoothing: 0.1, normalizer: 1, in: context).objective
/// let gradients = context.backward(from: loss)
/// profile.measure("optimiser") { _ = adam.update(gradients, learningRate: 1e-3) }
/// print(profile)
/// ```
///
/// A pass is accounted for without gaps, from the making of its context to the end of its backward pass: the time up to
/// the end of an operation is the operation's, and what passes until a scope is left is the scope's own. The way back
/// through an operation is booked where its way forward was. In a pass without gradients there is no tape, and so there
/// are scopes but no operations.
///
/// It changes nothing of what is computed, and costs two readings of a clock for each operation. A context without a
/// profile pays one test of an optional for a scope. Several passes may write to one profile, also on several threads at a
/// time; but floating-point operations are counted for the whole process, so those of passes that overlap are mixed up.
public final class OperationProfile: Sendable {
  private struct Node {
    let name: String
    let kind: ProfilePart.Kind
    var forward = ProfileWork()
    var backward = ProfileWork()
    var children: [Int] = []
  }

  private let nodes = LockedValue<[Node]>([Node(name: "all", kind: .scope)])
  private let clock: @Sendable () -> Double

  /// An empty profile. Floating-point operations are counted as long as it lives.
  ///
  /// - Parameter clock: seconds since some moment; the system's monotonic clock unless a test brings its own.
  public init(clock: @escaping @Sendable () -> Double = OperationProfile.monotonicSeconds) {
    self.clock = clock
    OperationCounter.begin()
  }

  deinit { OperationCounter.end() }

  /// What happened so far: the scope of everything, `all`.
  public var root: ProfilePart {
    let nodes = nodes.withLock { $0 }
    func part(_ index: Int) -> ProfilePart {
      let node = nodes[index]
      return ProfilePart(
        node.name, kind: node.kind, ownForward: node.forward, ownBackward: node.backward,
        children: node.children.map(part))
    }
    return part(0)
  }

  /// Books what `body` does outside of any pass, such as an optimiser's step, under a name.
  ///
  /// - Parameter bytes: that it has to move at the least, if they are known.
  public func measure<Result>(_ name: String, bytes: Int = 0, _ body: () throws -> Result)
    rethrows -> Result
  {
    let node = child(of: 0, name, .scope)
    let start = reading()
    defer {
      add(difference(from: start, to: reading(), bytes: bytes, count: 1), to: node, isForward: true)
    }
    return try body()
  }

  /// Seconds of the system's monotonic clock.
  public static func monotonicSeconds() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
  }

  // ---- for the cursors of passes ----

  /// Clock and counter at a moment.
  struct Reading {
    let seconds: Double
    let flops: Int
  }

  func reading() -> Reading { Reading(seconds: clock(), flops: OperationCounter.total) }

  func difference(from start: Reading, to end: Reading, bytes: Int, count: Int) -> ProfileWork {
    var work = ProfileWork()
    work.seconds = end.seconds - start.seconds
    work.flops = Double(end.flops &- start.flops)
    work.bytes = Double(bytes)
    work.count = Double(count)
    return work
  }

  /// The number of a part inside another one; it is made when it is met first.
  func child(of parent: Int, _ name: String, _ kind: ProfilePart.Kind) -> Int {
    nodes.withLock { nodes in
      let known = nodes[parent].children.first {
        nodes[$0].kind == kind && nodes[$0].name == name
      }
      if let known { return known }
      nodes.append(Node(name: name, kind: kind))
      nodes[parent].children.append(nodes.count - 1)
      return nodes.count - 1
    }
  }

  func add(_ work: ProfileWork, to node: Int, isForward: Bool) {
    nodes.withLock { nodes in
      if isForward {
        nodes[node].forward = nodes[node].forward + work
      } else {
        nodes[node].backward = nodes[node].backward + work
      }
    }
  }
}
