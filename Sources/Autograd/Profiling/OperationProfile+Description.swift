import Foundation

extension OperationProfile: CustomStringConvertible {
  /// The tree as a table: time forward and on the way back, the share of the whole, GFLOP/s and GB/s.
  public var description: String { root.description }
}

extension ProfilePart: CustomStringConvertible {
  /// The tree as a table: time forward and on the way back, the share of the whole, GFLOP/s and GB/s.
  public var description: String {
    let whole = total.seconds
    var rows: [(name: String, numbers: String)] = []
    func add(_ part: ProfilePart, depth: Int) {
      let work = part.total
      func rate(_ amount: Double) -> String {
        amount > 0 && work.seconds > 0 ? String(format: "%.1f", amount / work.seconds / 1e9) : ""
      }
      func columns(_ forward: Double, _ backward: Double, _ share: Double) -> String {
        String(
          format: "%10.3f %10.3f %6.1f %%", forward * 1e3, backward * 1e3,
          whole > 0 ? 100 * share / whole : 0)
      }
      func right(_ text: String) -> String {
        String(repeating: " ", count: max(0, 9 - text.count)) + text
      }
      let indent = String(repeating: "  ", count: depth)
      rows.append(
        (
          indent + part.name,
          columns(part.forward.seconds, part.backward.seconds, work.seconds)
            + right(rate(work.flops)) + right(rate(work.bytes))
        ))
      for child in part.children { add(child, depth: depth + 1) }
      let own = part.ownForward + part.ownBackward
      // What a scope spends between its operations is worth a line where it is more than rounding.
      if part.kind == .scope && !part.children.isEmpty && own.seconds > 0.0005 * whole {
        rows.append(
          (
            indent + "  (between)",
            columns(part.ownForward.seconds, part.ownBackward.seconds, own.seconds)
          ))
      }
    }
    add(self, depth: 0)
    let width = max(4, rows.map(\.name.count).max() ?? 0)
    func left(_ text: String) -> String {
      text + String(repeating: " ", count: width - text.count)
    }
    let header = left("part") + "  forward ms    back ms    share  GFLOP/s     GB/s"
    let lines = rows.map { row -> String in
      let line = left(row.name) + "  " + row.numbers
      return String(line.prefix(line.count - line.reversed().prefix { $0 == " " }.count))
    }
    return ([header] + lines).joined(separator: "\n")
  }
}
