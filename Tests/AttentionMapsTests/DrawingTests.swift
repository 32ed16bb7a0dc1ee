import AttentionMaps
import Foundation
import ModelFiles
import Testing

#if canImport(FoundationXML)
  import FoundationXML
#endif

@Suite struct DrawingTests {
  private let hostile: AttentionMapSet

  init() throws { hostile = try sampleSet(source: hostileTokens, target: hostileTokens + japanese) }

  @Test func drawingsAreXMLWithTheTokensAsText() throws {
    let map = try hostile.selecting(kind: .cross, layer: 1, head: 2).maps[0]
    let drawing = try XMLDocument.read(map.svg(style: AttentionMapStyle(labelLimit: 40)))
    let texts = drawing.texts(of: "text")
    for token in [
      "<s>", "</script>", "]]>", "&amp;", "\"", "'", "a⇥b", "↵", "∅", "-->", "<!--", "猫",
    ] {
      // Once on each axis.
      #expect(texts.filter { $0 == token }.count == 2, "\(token)")
    }
    #expect(texts.contains("cross-attention, layer 1, head 2"))
    #expect(drawing.texts(of: "title") == ["cross-attention, layer 1, head 2"])
    #expect(
      drawing.names.subtracting([
        "svg", "title", "rect", "text", "g", "path", "linearGradient", "stop",
      ]).isEmpty)
  }

  @Test func cellsOfADrawingCoverTheirWeights() throws {
    let map = try LabeledAttentionMap(
      kind: .cross, layer: 0, head: 0, queries: ["a", "b"], keys: ["x", "y", "z"],
      rows: [[1, 1, 0], [0, 0.5, 1]])
    let svg = map.svg(style: AttentionMapStyle(largestWeight: 1, cellSize: 10))
    // Neighbours of one colour are one rectangle; the lowest colour is the ground.
    func path(_ color: String) -> String? {
      svg.split(separator: "\n").first { $0.contains("<path fill=\"\(color)\"") }.map(String.init)
    }
    let bright = try #require(path("#fde725"))
    #expect(bright.contains("h20v10h-20z") && bright.contains("h10v10h-10z"))
    #expect(try #require(path("#21918c")).contains("h10v10h-10z"))
    #expect(svg.contains("width=\"30\" height=\"20\" fill=\"#440154\""))
    #expect(path("#440154") == nil)
    // The scale names its end.
    let texts = try XMLDocument.read(svg).texts(of: "text")
    #expect(texts.suffix(3) == ["0", "0.5", "1"])
    let half = map.svg(style: AttentionMapStyle(largestWeight: 4))
    #expect(try XMLDocument.read(half).texts(of: "text").suffix(3) == ["0", "2", "4"])
  }

  @Test func labelsHaveRoom() throws {
    // Everything lies inside of what the drawing says is its size.
    for (queries, keys) in [
      (["a"], ["a very long token indeed"]), ([String(repeating: "狐", count: 12)], ["x"]),
      (hostileTokens, japanese), ([], []), (["x"], []),
    ] {
      let svg = try sampleMap(queries: queries, keys: keys).svg()
      let root = try #require(try XMLDocument.read(svg).elements.first)
      let width = try #require(root.attributes["width"].flatMap(Double.init))
      let height = try #require(root.attributes["height"].flatMap(Double.init))
      #expect(width > Double(18 * keys.count) && height > Double(18 * queries.count))
      #expect(root.attributes["viewBox"] == "0 0 \(Int(width)) \(Int(height))")
    }
    let short = try sampleMap(queries: ["a"], keys: ["b"]).svg()
    let long = try sampleMap(queries: ["a"], keys: [String(repeating: "b", count: 24)]).svg()
    #expect(short != long)
  }

  @Test func aSetIsOneDrawingOfAllHeads() throws {
    let drawing = try XMLDocument.read(hostile.svg())
    #expect(drawing.elements.filter { $0.name == "g" }.count == 18)
    let texts = drawing.texts(of: "text")
    #expect(texts.filter { $0 == "head 2" }.count == 3)
    #expect(texts.filter { $0 == "layer 1" }.count == 3)
    // One map is drawn with its tokens.
    let one = try hostile.selecting(kind: .cross, layer: 0, head: 0)
    #expect(one.svg() == one.maps[0].svg())
    #expect(try XMLDocument.read(AttentionMapSet([]).svg()).texts(of: "text").isEmpty)
  }

  @Test func pagesAreWellFormedAndNeedNoNetwork() throws {
    for set in [hostile, try AttentionMapSet([]), try sampleSet(source: [], target: [])] {
      let html = set.html(title: "<b>\"&'</b>\u{0}")
      let page = try XMLDocument.read(html)
      #expect(page.texts(of: "title") == ["<b>\"&'</b>"])
      #expect(page.texts(of: "h1") == ["<b>\"&'</b>"])
      for element in page.elements {
        #expect(element.attributes["src"] == nil && element.attributes["href"] == nil)
      }
      // The names of two XML languages are the only addresses.
      let addresses = html.ranges(of: "://").map { html[..<$0.lowerBound].suffix(4) }
      #expect(addresses.count == 2)
      #expect(html.contains("default-src 'none'"))
    }
  }

  @Test func pagesHoldTheWeightsExactlyAndNoMarkupInTheirData() throws {
    let page = try XMLDocument.read(hostile.html())
    let data = try #require(page.texts(of: "script").first)
    #expect(!data.contains("<") && !data.contains(">") && !data.contains("&"))
    let root = try StrictJSON(parsing: data)
    guard case .array(let kinds)? = root["kinds"] else {
      Issue.record("no kinds")
      return
    }
    #expect(kinds.count == 3)
    for (kind, group) in zip(hostile.kinds, kinds) {
      guard case .array(let maps)? = group["maps"] else {
        Issue.record("no maps")
        continue
      }
      let expected = hostile.maps(of: kind)
      #expect(maps.count == expected.count)
      for (map, found) in zip(expected, maps) {
        guard case .string(let text)? = found["weights"], let bytes = Data(base64Encoded: text)
        else {
          Issue.record("no weights")
          continue
        }
        let words = stride(from: 0, to: bytes.count, by: 4).map { place in
          (0..<4).reduce(UInt32(0)) { $0 | UInt32(bytes[place + $1]) << UInt32(8 * $1) }
        }
        #expect(words == map.weights.map(\.bitPattern))
        #expect(found["layer"]?.integer == map.layer && found["head"]?.integer == map.head)
      }
    }
  }
}

/// What an XML parser finds.
private final class XMLDocument: NSObject, XMLParserDelegate {
  struct Element {
    let name: String
    let attributes: [String: String]
    var text = ""
  }

  private(set) var elements: [Element] = []
  private var open: [Int] = []

  var names: Set<String> { Set(elements.map(\.name)) }

  func texts(of name: String) -> [String] { elements.filter { $0.name == name }.map(\.text) }

  static func read(_ text: String) throws -> XMLDocument {
    let document = XMLDocument()
    let parser = XMLParser(data: Data(text.utf8))
    parser.delegate = document
    if !parser.parse() { throw parser.parserError ?? CocoaError(.fileReadCorruptFile) }
    return document
  }

  func parser(
    _ parser: XMLParser, didStartElement name: String, namespaceURI: String?,
    qualifiedName: String?, attributes: [String: String]
  ) {
    open.append(elements.count)
    elements.append(Element(name: name, attributes: attributes))
  }

  func parser(
    _ parser: XMLParser, didEndElement name: String, namespaceURI: String?, qualifiedName: String?
  ) { open.removeLast() }

  func parser(_ parser: XMLParser, foundCharacters text: String) {
    if let last = open.last { elements[last].text += text }
  }

  func parser(_ parser: XMLParser, foundCDATA data: Data) {
    if let last = open.last { elements[last].text += String(decoding: data, as: UTF8.self) }
  }
}
