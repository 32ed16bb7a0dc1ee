/// A field of characters to draw on, each a grid of dots of its own.
struct TerminalCanvas {
  let columns: Int
  let rows: Int
  /// Dots of one character.
  private let across: Int
  private let down: Int
  private var dots: [UInt8]
  private var glyphs: [Character?]
  /// Which series a character belongs to: the last that drew on it.
  private var owners: [Int?]

  init(columns: Int, rows: Int, isUnicode: Bool) {
    self.columns = columns
    self.rows = rows
    across = isUnicode ? 2 : 1
    down = isUnicode ? 4 : 1
    dots = [UInt8](repeating: 0, count: columns * rows)
    glyphs = [Character?](repeating: nil, count: columns * rows)
    owners = [Int?](repeating: nil, count: columns * rows)
  }

  /// The character at a place, both numbers from 0 (left, bottom) to 1.
  func cell(_ x: Double, _ y: Double) -> (column: Int, row: Int) {
    let dot = dot(x, y)
    return (dot.x / across, dot.y / down)
  }

  private func dot(_ x: Double, _ y: Double) -> (x: Int, y: Int) {
    let width = columns * across - 1
    let height = rows * down - 1
    return (
      Int((min(max(x, 0), 1) * Double(width)).rounded()),
      Int(((1 - min(max(y, 0), 1)) * Double(height)).rounded())
    )
  }

  /// A straight line of dots; a dashed one leaves out every other few.
  mutating func line(
    from start: (x: Double, y: Double), to end: (x: Double, y: Double), isDashed: Bool = false,
    owner: Int
  ) {
    let (a, b) = (dot(start.x, start.y), dot(end.x, end.y))
    let steps = max(abs(b.x - a.x), abs(b.y - a.y), 1)
    for step in 0...steps where !isDashed || step / (across + 1) % 2 == 0 {
      let share = Double(step) / Double(steps)
      let x = Int((Double(a.x) + share * Double(b.x - a.x)).rounded())
      let y = Int((Double(a.y) + share * Double(b.y - a.y)).rounded())
      let index = y / down * columns + x / across
      // The numbers of the dots of a Braille character, column by column (Unicode, chapter 21.1).
      let bits: [[UInt8]] = [[0x01, 0x02, 0x04, 0x40], [0x08, 0x10, 0x20, 0x80]]
      dots[index] |= bits[x % across][y % down]
      owners[index] = owner
    }
  }

  /// Whether nothing is drawn on the characters from here to the right.
  func isFree(column: Int, row: Int, count: Int) -> Bool {
    guard rows > row, row >= 0, column >= 0, column + count <= columns else { return false }
    return (0..<count).allSatisfy {
      let index = row * columns + column + $0
      return dots[index] == 0 && glyphs[index] == nil
    }
  }

  /// Puts a character in place of the dots.
  mutating func put(_ glyph: Character, column: Int, row: Int, owner: Int?) {
    let index = row * columns + column
    glyphs[index] = glyph
    owners[index] = owner
  }

  /// A row as text; `style` colours what belongs to a series.
  func text(row: Int, style: (String, Int) -> String) -> String {
    var text = ""
    for index in (row * columns)..<((row + 1) * columns) {
      var piece = " "
      if let glyph = glyphs[index] {
        piece = String(glyph)
      } else if dots[index] != 0 {
        let braille = Unicode.Scalar(0x2800 + UInt32(dots[index])).map(Character.init)
        piece = across == 1 ? "." : braille.map(String.init) ?? "."
      }
      text += owners[index].map { style(piece, $0) } ?? piece
    }
    return text
  }
}
