import Autograd
import Kernels
import Tensors
import TestSupport
import Testing

/// Time that passes by one second at every look, so that every look is visible.
private final class TickingClock: Sendable {
  private let ticks = LockedValue(0)
  var seconds: Double { ticks.withLock { Double($0) } }
  func look() -> Double {
    ticks.withLock {
      $0 += 1
      return Double($0)
    }
  }
}

@Suite struct ProfileTests {
  private let weight = Parameter(Tensor.ones([5, 3]))
  private let table = Parameter(Tensor.ones([11, 3]))

  // Operations are counted for the whole process, so tests of them have one of their own.

  /// Two scopes of one name, one inside another, operations in and between them.
  private func pass(_ context: ForwardContext) -> Variable {
    let x = context.inScope("embedding") {
      embed([1, 4], shape: [2], table: context.variable(table))
    }
    let y = context.inScope("outer") {
      let hidden = context.inScope("inner") { linear(x, weight: context.variable(weight)) }
      return softmax(hidden)
    }
    let again = context.inScope("outer") {
      context.inScope("inner") { linear(x, weight: context.variable(weight)) }
    }
    return (y + again).sum()
  }

  private func forEachPart(_ part: ProfilePart, _ body: (ProfilePart) -> Void) {
    body(part)
    for child in part.children { forEachPart(child, body) }
  }

  @Test func everythingIsBookedOnceAndNothingIsLeftOut() {
    let clock = TickingClock()
    let profile = OperationProfile(clock: clock.look)
    let context = ForwardContext.differentiating(profile: profile)
    let began = clock.seconds
    _ = context.backward(from: pass(context))
    let root = profile.root
    // The clock was looked at in the making of the context for the first time, and last at the end of the way back.
    #expect(root.total.seconds == clock.seconds - began)
    // Operations: embed, linear twice, softmax, +, sum.
    #expect(root.forward.count == 6)
    #expect(root.backward.count == 6)
    forEachPart(root) { part in
      let children = part.children.reduce(ProfileWork()) { $0 + $1.total }
      #expect(part.total == children + part.ownForward + part.ownBackward)
      #expect(part.kind == .scope || part.children.isEmpty)
      // Scopes do nothing by themselves.
      if part.kind == .scope { #expect(part.ownForward.count == 0 && part.ownForward.bytes == 0) }
    }
  }

  @Test func operationsAreInTheScopeTheyWereCalledIn() throws {
    let profile = OperationProfile()
    let context = ForwardContext.differentiating(profile: profile)
    _ = context.backward(from: pass(context))
    let root = profile.root
    #expect(root.children.map(\.name) == ["embedding", "outer", "add", "sum"])
    let outer = try #require(root.part("outer"))
    #expect(outer.children.map(\.name) == ["inner", "softmax"])
    let linear = try #require(outer.part("inner", "linear"))
    #expect(linear.kind == .operation)
    // The way back lands where the way forward was.
    #expect(linear.forward.count == 2 && linear.backward.count == 2)
    #expect(linear.backward.seconds > 0)
    #expect(root.part("embedding", "embed")?.backward.count == 1)
  }

  @Test func productsAndBytesAreCounted() async {
    await #expect(processExitsWith: .success) { try ProfileTests().checkProductsAndBytes() }
  }

  private func checkProductsAndBytes() throws {
    let profile = OperationProfile()
    let context = ForwardContext.differentiating(profile: profile)
    _ = context.backward(from: pass(context))
    let linear = try #require(profile.root.part("outer", "inner", "linear"))
    // x [2, 3] times Wᵀ [3, 5], twice; back two products of the same size each time.
    #expect(linear.forward.flops == 2 * 2 * 2 * 3 * 5)
    #expect(linear.backward.flops == 2 * linear.forward.flops)
    let (x, w, y) = (2 * 3 * 4, 5 * 3 * 4, 2 * 5 * 4)
    #expect(linear.forward.bytes == Double(2 * (x + w + y)))
    // Read: the gradient of y, x and W. Written: the gradients of x and W.
    #expect(linear.backward.bytes == Double(2 * (y + 2 * (x + w))))
    // Of the table only the rows of the tokens.
    let embed = try #require(profile.root.part("embedding", "embed"))
    #expect(embed.forward.bytes == Double(2 * x))
    #expect(embed.forward.flops == 0)
  }

  @Test func aViewMovesNothing() throws {
    let profile = OperationProfile()
    let context = ForwardContext.differentiating(profile: profile)
    let x = context.input(Tensor.ones([2, 6]))
    let y = x.reshaped([3, 4])
    // One tensor twice is read once.
    _ = context.backward(from: (y * y).sum())
    #expect(try #require(profile.root.part("reshaped")).total.bytes == 0)
    #expect(try #require(profile.root.part("multiply")).forward.bytes == 2 * 12 * 4)
  }

  /// Gradients of weights from few rows wait for others; they are booked where they come from.
  @Test func whatIsPutOffIsBookedWhereItComesFrom() async {
    await #expect(processExitsWith: .success) { try ProfileTests().checkWhatIsPutOff() }
  }

  private func checkWhatIsPutOff() throws {
    let clock = TickingClock()
    let profile = OperationProfile(clock: clock.look)
    let context = ForwardContext.differentiating(profile: profile)
    let x = context.input(Tensor.ones([2, 3]))
    let y = context.inScope("layer") { linear(x, weight: context.variable(weight)) }
    let loss = y.sum()
    let gradients = context.backward(from: loss)
    #expect(gradients[weight] != nil)
    let product = try #require(profile.root.part("layer", "linear"))
    #expect(product.backward.flops == 2 * product.forward.flops)
    // Seconds in the operation itself, and when its product is done at the end.
    #expect(product.backward.seconds > 1)
  }

  @Test func aProfileChangesNoBit() throws {
    func run(_ profile: OperationProfile?) throws -> [Tensor] {
      let context = ForwardContext.training(seed: 3, step: 2, profile: profile)
      let x = context.inScope("x") {
        context.input(Tensor([1, -2, 3, 0.5, 7, -1], shape: [2, 3]))
      }
      let y = context.inScope("y") {
        dropout(linear(x, weight: context.variable(weight)), context.nextDropout(rate: 0.5))
      }
      let gradients = context.backward(from: softmax(y).slice(axis: 1, 1..<3).sum())
      return [y.value, try #require(gradients[x]), try #require(gradients[weight])]
    }
    for (with, without) in zip(try run(OperationProfile()), try run(nil)) {
      expectSameBits(with, without)
    }
  }

  @Test func aPassWithoutGradientsHasScopesAlone() throws {
    let clock = TickingClock()
    let profile = OperationProfile(clock: clock.look)
    let context = ForwardContext.inference(profile: profile)
    _ = pass(context)
    let root = profile.root
    #expect(root.forward.count == 0)
    #expect(try #require(root.part("outer", "inner")).total.seconds > 0)
  }

  @Test func aScopeThatThrowsIsLeft() throws {
    struct Failure: Error {}
    let profile = OperationProfile()
    let context = ForwardContext.differentiating(profile: profile)
    #expect(throws: Failure.self) {
      try context.inScope("a") { try context.inScope("b") { throw Failure() } }
    }
    _ = context.inScope("c") { context.input(Tensor([1])) * 2 }
    #expect(profile.root.children.map(\.name) == ["a", "c"])
    #expect(profile.root.part("c", "scale")?.forward.count == 1)
  }

  @Test func workOutsideOfPassesHasItsPlace() throws {
    let clock = TickingClock()
    let profile = OperationProfile(clock: clock.look)
    for _ in 0..<3 {
      let answer = profile.measure("optimiser", bytes: 10) { 42 }
      #expect(answer == 42)
    }
    let part = try #require(profile.root.part("optimiser"))
    #expect(part.total.seconds == 3)
    #expect(part.total.bytes == 30)
    #expect(part.total.count == 3)
  }

  /// Contexts of several threads write to one profile.
  @Test func severalThreadsMayWriteToOneProfile() async {
    let profile = OperationProfile()
    let expected = 8 * 20
    await withTaskGroup(of: Void.self) { group in
      for _ in 0..<8 {
        group.addTask {
          let weight = Parameter(Tensor.ones([5, 3]))
          for _ in 0..<20 {
            let context = ForwardContext.differentiating(profile: profile)
            let x = context.input(Tensor.ones([2, 3]))
            let y = context.inScope("layer") { linear(x, weight: context.variable(weight)) }
            _ = context.backward(from: y.sum())
          }
        }
      }
    }
    let root = profile.root
    #expect(root.children.map(\.name).sorted() == ["layer", "sum"])
    #expect(root.part("layer", "linear")?.forward.count == Double(expected))
    #expect(root.part("sum")?.backward.count == Double(expected))
  }

  @Test func treesAreAddedByName() throws {
    let profile = OperationProfile()
    for _ in 0..<2 {
      let context = ForwardContext.differentiating(profile: profile)
      _ = context.backward(from: pass(context))
    }
    let both = profile.root
    let twice = both + both
    #expect(twice.total.count == 2 * both.total.count)
    #expect((twice * 0.5).total.flops == both.total.flops)
    #expect(twice.children.map(\.name) == both.children.map(\.name))
    #expect(twice.part("outer", "inner", "linear")?.forward.count == 8)
  }

  @Test func dissolvedScopesLeaveTheirContents() throws {
    func work(_ seconds: Double) -> ProfileWork {
      var work = ProfileWork()
      work.seconds = seconds
      return work
    }
    func layer(_ seconds: Double) -> ProfilePart {
      ProfilePart("layer", ownForward: work(seconds))
    }
    let root = ProfilePart(
      "all",
      children: [
        ProfilePart("encoder", ownForward: work(1), children: [layer(2)]),
        ProfilePart("decoder", ownBackward: work(4), children: [layer(8), ProfilePart("norm")]),
        layer(16),
      ])
    let flat = root.dissolving(["encoder", "decoder"])
    #expect(flat.children.map(\.name) == ["layer", "norm"])
    #expect(flat.part("layer")?.total.seconds == 26)
    #expect(flat.ownForward.seconds == 1 && flat.ownBackward.seconds == 4)
    #expect(flat.total == root.total)
  }

  @Test func theTreeIsATable() {
    var work = ProfileWork()
    work.seconds = 0.002
    work.flops = 4e9
    let root = ProfilePart(
      "all", children: [ProfilePart("linear", kind: .operation, ownForward: work)])
    #expect(
      root.description == """
        part      forward ms    back ms    share  GFLOP/s     GB/s
        all            2.000      0.000  100.0 %   2000.0
          linear       2.000      0.000  100.0 %   2000.0
        """)
  }
}
