@testable import AttentionMaps
import Foundation
import TestSupport
import Testing

/// What the page's program does with clicks, keys and addresses, where there is a `node` to run it.
@Suite(.enabled(if: node != nil, "node is not installed"))
struct PageScriptTests {
  private static let english = [
    "the", "quick", "brown", "</script>", "\"fox\"", "&amp;", "a\tb", "", "\u{202E}x", "'", "it",
  ]

  @Test func everyMapCanBeClickedThrough() throws {
    let set = try AttentionMapSet(
      sampleSet(source: Self.english, target: japanese).maps
        + sampleSet(source: Self.english, target: japanese).meansOfLayers().maps)
    let page = try Self.run(set)
    // The means of a layer come after its heads.
    #expect(page.maps.map(\.title) == set.maps.map(\.title))
    #expect(page.byAddress == page.maps.map(\.title))
    #expect(
      page.byOverview == set.maps(of: .encoderSelf).map(\.title))
    for (shown, map) in zip(page.maps, set.maps) {
      #expect(shown.pixels == Self.pixels(map, top: map.largestWeight))
      #expect(shown.rows.map { $0[1] } == map.queries.map(TokenLabel.text))
      #expect(shown.columns.map { $0[1] } == map.keys.map(TokenLabel.text))
      #expect(shown.rows.allSatisfy { $0[0] == $0[1] })
      let layer = try #require(map.layer)
      let head = map.head.map(String.init) ?? "mean"
      #expect(shown.hash == "#\(map.kind.rawValue)/\(layer)/\(head)")
      #expect(shown.pressed.dropFirst() == [["\(layer)"], [head]])
      #expect(shown.pressed[0].count == 1 && map.title.hasPrefix(shown.pressed[0][0]))
      let maps = set.maps(of: map.kind)
      let place = try #require(maps.firstIndex(of: map))
      #expect(shown.overview == maps.indices.map { $0 == place })
      let row = try #require(map.statistics)
      #expect(shown.statistics.count == maps.count)
      #expect(
        shown.statistics[place]
          == ["\(layer)", head]
          + [
            row.entropy, row.normalizedEntropy, row.meanDistance, row.confidence, row.diagonality,
          ].map { $0.map { String(format: "%.3f", $0) } ?? "–" })
    }
  }

  @Test func keysStepThroughMapsAndScales() throws {
    let source = ["a", "b", "c"]
    // Of three layers and three heads, the next is not the one before.
    let set = try AttentionMapSet(
      sampleSet(source: source, target: ["x", "y"]).maps
        + (0..<3).map {
          try sampleMap(.encoderSelf, layer: 2, head: $0, queries: source, keys: source)
        })
    let page = try Self.run(set)
    func title(_ kind: String, _ layer: Int, _ head: Int) -> String {
      "\(kind), layer \(layer), head \(head)"
    }
    let own = "encoder self-attention"
    #expect(page.first.title == title(own, 0, 0))
    #expect(page.keys["ArrowRight"]?.title == title(own, 0, 1))
    #expect(page.keys["ArrowDown"]?.title == title(own, 1, 1))
    #expect(page.keys["ArrowLeft"]?.title == title(own, 1, 0))
    #expect(page.keys["ArrowUp"]?.title == title(own, 0, 0))
    #expect(page.keys["k"]?.title == title("decoder self-attention", 0, 0))
    // The second "s" goes back to the map's own scale.
    let map = try set.selecting(kind: .decoderSelf, layer: 0, head: 0).maps[0]
    #expect(page.keys["+"]?.pixels == Self.pixels(map, top: 1))
    #expect(page.keys["+"]?.most == "1.0000")
    #expect(page.keys["s"]?.pixels == Self.pixels(map, top: map.largestWeight))
    #expect(page.keys["s"]?.title == page.keys["k"]?.title)
  }

  @Test func rowsAreReadAndLeftBehind() throws {
    // The attention to the source has fewer rows than the source's own.
    let set = try sampleSet(source: Self.english, target: ["x", "y"])
    let page = try Self.run(set)
    let first = set.maps[0]
    let row = Array(first.row(10))
    let best = try #require(row.firstIndex(of: row.max()!))
    let labels = first.keys.map(TokenLabel.text)
    let weight = String(format: "%.4f", row[best])
    #expect(page.kept?.reading == "it: most on \(labels[best]), \(weight)")
    #expect(page.kept?.sentence == labels)
    #expect(page.released?.reading.hasPrefix("Point at a cell") == true)
    #expect(page.released?.sentence == [])
    let last = try #require(set.maps.last)
    let reading = try #require(page.pointed?.reading.split(separator: ": "))
    #expect(reading.first == "y → it")
    let found = try #require(reading.last.flatMap { Float($0) })
    #expect(abs(found - last[1, 10]) < 0.05 * last[1, 10])
    #expect(page.pointed?.sentence == labels)
  }

  @Test func aScaleThatIsGivenStays() throws {
    let set = try sampleSet(source: ["a", "b", "c"], target: ["x", "y"])
    let page = try Self.run(set, style: AttentionMapStyle(largestWeight: 0.5))
    #expect(page.maps[0].pixels == Self.pixels(set.maps[0], top: 0.5))
    #expect(page.keys["s"]?.most == "0.5000")
  }

  @Test func pagesOfNothingSaySo() throws {
    #expect(try Self.run(AttentionMapSet([])).first.title == "no attention weights")
    let empty = try Self.run(sampleSet(source: [], target: []))
    #expect(empty.maps.count == 18 && empty.maps.allSatisfy { $0.pixels.isEmpty })
    let one = try Self.run(sampleSet(source: ["a"], target: []))
    #expect(one.first.pixels == Self.pixels(try sampleMap(queries: ["a"], keys: ["a"]), top: 1))
  }

  @Test func longTokensAreCut() throws {
    let page = try Self.run(
      sampleSet(source: ["internationalization", "國際化與本地化"], target: ["x"]),
      style: AttentionMapStyle(labelLimit: 6))
    #expect(
      page.maps[0].rows == [["inter…", "internationalization"], ["國際化與本…", "國際化與本地化"]])
  }

  // MARK: - The page as the script sees it

  /// What stands on the page at a time.
  private struct Shown: Decodable {
    let title, hash, reading, most: String
    let pixels: [UInt8]
    /// Each token as it is drawn, and in full.
    let rows, columns: [[String]]
    let pressed: [[String]]
    let overview: [Bool]
    let statistics: [[String]]
    let sentence: [String]
  }

  private struct Page: Decodable {
    let first: Shown
    /// All maps, by the buttons of kinds, layers and heads.
    let maps: [Shown]
    let byAddress, byOverview: [String]?
    let keys: [String: Shown]
    let kept, released, pointed: Shown?
  }

  private static func pixels(_ map: LabeledAttentionMap, top: Float) -> [UInt8] {
    let colors = ColorMap.viridis.colors
    return map.weights.flatMap { weight -> [UInt8] in
      let color = colors[ColorMap.index(of: weight / top)]
      return [color.red, color.green, color.blue, 255]
    }
  }

  private static func run(
    _ set: AttentionMapSet, style: AttentionMapStyle = AttentionMapStyle()
  ) throws -> Page {
    let folder = try TemporaryFolder()
    let page = try folder.file("page.html", set.html(title: "</script>", style: style))
    let program = URL(fileURLWithPath: "\(#filePath)").deletingLastPathComponent()
      .deletingLastPathComponent().appendingPathComponent("Fixtures/page.js")
    let process = Process()
    process.executableURL = URL(fileURLWithPath: try #require(node))
    process.arguments = [program.path, page]
    let output = Pipe()
    process.standardOutput = output
    try process.run()
    let data = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    try #require(process.terminationStatus == 0)
    return try JSONDecoder().decode(Page.self, from: data)
  }
}

private let node: String? = (ProcessInfo.processInfo.environment["PATH"] ?? "")
  .split(separator: ":").map { "\($0)/node" }
  .first { FileManager.default.isExecutableFile(atPath: $0) }
