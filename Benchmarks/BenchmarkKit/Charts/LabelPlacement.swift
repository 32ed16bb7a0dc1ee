/// Finds places for labels beside their points so that they do not cover one another, in pixels with y upwards.
struct LabelPlacement {
  struct Box {
    let left: Double
    let bottom: Double
    let right: Double
    let top: Double

    /// The area that two boxes share.
    func overlap(_ other: Box) -> Double {
      max(0, min(right, other.right) - max(left, other.left))
        * max(0, min(top, other.top) - max(bottom, other.bottom))
    }
  }

  /// The area that labels should stay in.
  let width: Double
  let height: Double
  /// What is taken already.
  private(set) var taken: [Box]

  init(width: Double, height: Double, taken: [Box]) {
    self.width = width
    self.height = height
    self.taken = taken
  }

  /// The box of a label beside a point: the place that covers the least, the nearest of those.
  mutating func place(x: Double, y: Double, width: Double, height: Double) -> Box {
    let gap = 13.0
    var best: (box: Box, cost: Double)?
    for distance in [0.0, 1, 2, 3] {
      for (side, shift) in [
        (1.0, 0.0), (-1, 0), (1, 1), (1, -1), (-1, 1), (-1, -1), (0, 1), (0, -1),
      ] {
        let middle = y + shift * height * (distance + (side == 0 ? 1 : 0.6))
        let left = side > 0 ? x + gap : side < 0 ? x - gap - width : x - width / 2
        let box = Box(
          left: left, bottom: middle - height / 2, right: left + width, top: middle + height / 2)
        let outside =
          max(0, -box.left) + max(0, box.right - self.width) + max(0, -box.bottom)
          + max(0, box.top - self.height)
        let cost =
          taken.reduce(0) { $0 + $1.overlap(box) } + outside * height
          + distance * 0.02 * width * height
        if cost < best?.cost ?? .infinity { best = (box, cost) }
      }
    }
    let box = best?.box ?? Box(left: x, bottom: y, right: x, top: y)
    taken.append(box)
    return box
  }
}
