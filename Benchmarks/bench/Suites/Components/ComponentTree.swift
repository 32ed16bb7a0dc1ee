import AttentionKit
import BenchmarkKit

/// What a profile knows of a training step, as the components that the paper names.
struct ComponentTree {
  /// Scopes become parts; what is in none is under its operation's name.
  let components: [BreakdownPart]
  /// The step's time that no part accounts for.
  let leftOver: Double
  /// Wall-clock time of the whole step.
  let seconds: Double

  /// - Parameters:
  ///   - all: of one step, or of the mean of several.
  ///   - seconds: its time by another clock.
  init(_ all: ProfilePart, seconds: Double) {
    let flat = all.dissolving(["encoder", "decoder"])
    components = flat.children.map(ComponentTree.part).sorted { $0.seconds > $1.seconds }
    self.seconds = seconds
    // Between the components, and between the profile's first and last look and the clock's.
    leftOver = seconds - components.reduce(0) { $0 + $1.seconds }
  }

  /// The share of the step that components account for.
  var accounted: Double { seconds > 0 ? 1 - leftOver / seconds : 0 }

  /// The tree with the step as its root.
  func breakdown(name: String, title: String, ceiling: Ceiling?) -> Breakdown {
    Breakdown(
      name: name, title: title, flopCeiling: ceiling?.flopRate, byteCeiling: ceiling?.byteRate,
      root: BreakdownPart(
        "training step", seconds: seconds,
        flops: components.reduce(0) { $0 + ($1.flops ?? 0) },
        bytes: components.reduce(0) { $0 + ($1.bytes ?? 0) },
        children: components + [BreakdownPart("left over", seconds: max(0, leftOver))]))
  }

  /// Components without parts of their own, and the parts of the others, under names that say whose they are.
  var leaves: [BreakdownPart] {
    components.flatMap { component -> [BreakdownPart] in
      let parts = component.children.filter { !ComponentTree.directions.contains($0.name) }
      if parts.isEmpty { return [component] }
      return parts.map {
        BreakdownPart(
          "\(component.name): \($0.name)", seconds: $0.seconds, flops: $0.flops, bytes: $0.bytes)
      }
    }
  }

  private static let directions = ["forward", "backward"]

  private static func part(_ part: ProfilePart) -> BreakdownPart {
    let scopes = part.children.filter { $0.kind == .scope }
    var children: [BreakdownPart]
    if scopes.isEmpty {
      children = both(part.forward, part.backward)
    } else {
      children = scopes.map(ComponentTree.part)
      let operations = part.children.filter { $0.kind == .operation }
      let forward = operations.reduce(part.ownForward) { $0 + $1.forward }
      let backward = operations.reduce(part.ownBackward) { $0 + $1.backward }
      if (forward + backward).seconds > 0 {
        let own = forward + backward
        children.append(
          BreakdownPart(
            "between", seconds: own.seconds, flops: own.flops, bytes: own.bytes,
            children: both(forward, backward)))
      }
    }
    return BreakdownPart(
      part.name, seconds: part.total.seconds, flops: part.total.flops, bytes: part.total.bytes,
      children: children)
  }

  /// Forward and on the way back; nothing where there is only one of them.
  private static func both(_ forward: ProfileWork, _ backward: ProfileWork) -> [BreakdownPart] {
    if backward.seconds == 0 { return [] }
    return zip(directions, [forward, backward]).map {
      BreakdownPart($0, seconds: $1.seconds, flops: $1.flops, bytes: $1.bytes)
    }
  }
}
