@testable import AttentionMaps
import Testing

@Suite struct TextTests {
  @Test(arguments: [
    ("", 0), ("abc", 3), ("狐", 2), ("素早い", 6), ("한국어", 6), ("\u{1112}\u{1161}\u{11AB}", 2),
    ("é", 1), ("e\u{301}", 1), ("Ω", 1), ("ｱｲｳ", 3), ("ＡＢ", 4), ("、。", 4), ("🦊", 2),
    ("👩‍👩‍👧", 2), ("🇩🇪", 2), ("☺", 1), ("☺\u{FE0F}", 2), ("—", 1), ("…", 1), ("ह", 1),
    ("𠮷", 2), ("\u{200B}", 0), ("a狐b", 4),
  ])
  func columnsOfText(text: String, columns: Int) {
    #expect(TextWidth.columns(of: text) == columns)
  }

  @Test func labelsShowWhatCannotBeSeen() {
    for (token, label) in [
      ("", "∅"), ("\t", "⇥"), ("a\nb", "a↵b"), (" ", "␣"), ("\u{0}", "⟨0000⟩"),
      ("\u{1B}[31m", "⟨001B⟩[31m"), ("\r\n", "⟨000D⟩↵"), ("\u{7F}", "⟨007F⟩"),
      ("\u{202E}x", "⟨202E⟩x"), ("\u{FEFF}", "⟨FEFF⟩"), ("\u{FFFE}", "⟨FFFE⟩"),
      ("\u{1FFFF}", "⟨1FFFF⟩"), ("\u{200D}", "⟨200D⟩"), ("\u{301}", "◌\u{301}"),
      ("<s>", "<s>"), ("狐", "狐"), ("👩‍👩‍👧", "👩‍👩‍👧"), ("@@", "@@"),
    ] {
      #expect(TokenLabel.text(token) == label)
    }
    for token in hostileTokens {
      for scalar in TokenLabel.text(token).unicodeScalars {
        #expect(scalar.properties.generalCategory != .control)
      }
    }
  }

  @Test func longLabelsAreCutAtTheirColumns() {
    #expect(TokenLabel.text("abcdef", columns: 6) == "abcdef")
    #expect(TokenLabel.text("abcdefg", columns: 6) == "abcde…")
    #expect(TokenLabel.text("素早い狐", columns: 6) == "素早…")
    #expect(TokenLabel.text("素早い狐", columns: 8) == "素早い狐")
    #expect(TokenLabel.text("abc", columns: 1) == "…")
    for limit in 1...12 {
      for token in hostileTokens + japanese {
        #expect(TextWidth.columns(of: TokenLabel.text(token, columns: limit)) <= limit)
      }
    }
  }

  @Test func plainMapsHaveShadesBesideTheirTokens() throws {
    let map = try LabeledAttentionMap(
      kind: .cross, layer: 1, head: 2, queries: ["狐", "a"], keys: ["xy", "猫", "z"],
      rows: [[0, 0.3, 0.7], [0.1, 0.9, 0]])
    let text = map.terminalText(style: AttentionMapStyle(largestWeight: 1))
    #expect(
      text
        == """
        cross-attention, layer 1, head 2
           x
           y 猫z
        狐   ▒▒▓▓
         a ░░██ 
           0  ░░░▒▒▒▒▓▓▓▓████ 1

        """.replacing(" a ░░██ ", with: " a ░░██  "))
  }

  @Test(arguments: TerminalStyle.allCases) func everyLineOfCellsIsAsWide(style: TerminalStyle)
    throws
  {
    let map = try sampleMap(queries: japanese, keys: english + english + ["<s>", "", "\t"])
    for width in [nil, 80, 31, 1] as [Int?] {
      let lines = map.terminalText(style, width: width).split(separator: "\n").map {
        $0.replacing(#/\u{1B}\[[0-9;]*m/#, with: "")
      }
      let cells = lines.filter { line in
        japanese.contains { line.drop { $0 == " " }.hasPrefix($0 + " ") }
      }
      // Each query stands in each block.
      #expect(cells.count % japanese.count == 0 && !cells.isEmpty)
      let widths = cells.map { TextWidth.columns(of: $0) }
      #expect(Set(widths).count <= 2)
      let margin = 11
      let blocks = cells.count / japanese.count
      #expect(widths.reduce(0, +) == japanese.count * (margin * blocks + 2 * map.keys.count))
      if let width, width > 13 { #expect(widths.allSatisfy { $0 <= width }) }
    }
  }

  @Test func coloredCellsHaveTheColorsOfTheirWeights() throws {
    let map = try LabeledAttentionMap(
      kind: .cross, layer: 0, head: 0, queries: ["a"], keys: ["x", "y"], rows: [[0, 1]])
    let lines = map.terminalText(.trueColor).split(separator: "\n")
    #expect(lines[2] == "a \u{1B}[48;2;68;1;84m  \u{1B}[48;2;253;231;37m  \u{1B}[0m")
    let indexed = map.terminalText(.indexed).split(separator: "\n")
    #expect(indexed[2] == "a \u{1B}[48;5;53m  \u{1B}[48;5;220m  \u{1B}[0m")
  }

  @Test func nothingToShowIsShownAsNothing() throws {
    for (queries, keys) in [([], []), (["a"], []), ([], ["a"])] as [([String], [String])] {
      let map = try sampleMap(queries: queries, keys: keys)
      #expect(map.terminalText(width: 10).hasPrefix("cross-attention, layer 0, head 0\n"))
    }
    #expect(try AttentionMapSet([]).terminalText().isEmpty)
  }

  @Test func terminalsGetWhatTheyCanShow() {
    func style(_ variables: [String: String], isTerminal: Bool = true) -> TerminalStyle {
      .fitting(isTerminal: isTerminal, environment: variables)
    }
    #expect(style(["TERM": "xterm-256color"]) == .indexed)
    #expect(style(["TERM": "xterm-256color", "COLORTERM": "truecolor"]) == .trueColor)
    #expect(style(["TERM": "xterm-direct"]) == .trueColor)
    #expect(style(["TERM": "xterm"]) == .plain)
    #expect(style(["TERM": "dumb", "COLORTERM": "truecolor"]) == .plain)
    #expect(style([:]) == .plain)
    #expect(style(["TERM": "xterm-256color", "NO_COLOR": "1"]) == .plain)
    #expect(style(["TERM": "xterm-256color", "NO_COLOR": ""]) == .indexed)
    #expect(style(["TERM": "xterm-256color"], isTerminal: false) == .plain)
  }
}
