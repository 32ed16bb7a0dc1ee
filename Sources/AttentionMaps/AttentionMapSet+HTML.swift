import Foundation
import ModelFiles

extension AttentionMapSet {
  /// One page with every map, which needs nothing from a network: kinds, layers and heads to click or step
  /// through with the keyboard, tokens on both axes, the weight under the pointer, an overview of all heads,
  /// and a table of the statistics.
  ///
  /// The page holds the weights exactly. It is well-formed XML as well as HTML.
  /// - Parameters:
  ///   - title: what stands above.
  ///   - style: the colours, the size of cells and the scale.
  public func html(
    title: String = "Attention weights", style: AttentionMapStyle = AttentionMapStyle()
  ) -> String {
    let title = SVGText.escaped(title)
    return """
      <!DOCTYPE html>
      <html lang="en" xmlns="http://www.w3.org/1999/xhtml">
      <head>
      <meta charset="utf-8"/>
      <meta name="viewport" content="width=device-width, initial-scale=1"/>
      <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; \
      script-src 'unsafe-inline'; img-src data:"/>
      <title>\(title)</title>
      <style>
      \(AttentionPage.styleSheet)</style>
      </head>
      <body>
      <h1>\(title)</h1>
      \(AttentionPage.body)<script type="application/json" id="data">\(pageData(style))</script>
      <script>//<![CDATA[
      \(AttentionPage.script)//]]></script>
      </body>
      </html>

      """
  }

  /// The tokens, weights and statistics as JSON in which no character means anything to HTML.
  private func pageData(_ style: AttentionMapStyle) -> String {
    let kinds = kinds.map { kind -> StrictJSON in
      let maps = maps(of: kind)
      func labels(_ tokens: [String]) -> StrictJSON {
        .array(tokens.map { .string(TokenLabel.text($0)) })
      }
      return .object([
        .init("kind", .string(kind.rawValue)),
        .init("title", .string(maps[0].title.prefix { $0 != "," }.description)),
        .init("rows", .string(maps[0].axes.queries)),
        .init("columns", .string(maps[0].axes.keys)),
        .init("queries", labels(maps[0].queries)), .init("keys", labels(maps[0].keys)),
        .init("maps", .array(maps.map(Self.pageObject))),
      ])
    }
    let data = StrictJSON.object([
      .init("kinds", .array(kinds)), .init("cell", .number(style.cell)),
      .init("top", style.largestWeight.map { .number("\($0)") } ?? .null),
      .init("labelLimit", .number(max(1, style.labelLimit))),
      .init("colors", .array(style.colorMap.colors.map { .string($0.hexadecimal) })),
    ]).text
    var text = ""
    for scalar in data.unicodeScalars {
      switch scalar {
      case "<": text += "\\u003c"
      case ">": text += "\\u003e"
      case "&": text += "\\u0026"
      default: text.unicodeScalars.append(scalar)
      }
    }
    return text
  }

  private static func pageObject(_ map: LabeledAttentionMap) -> StrictJSON {
    // 32-bit floats, least significant byte first, in base 64.
    var bytes = Data(capacity: 4 * map.weights.count)
    for weight in map.weights {
      withUnsafeBytes(of: weight.bitPattern.littleEndian) { bytes.append(contentsOf: $0) }
    }
    let statistics = map.statistics
    let numbers = [
      statistics?.entropy, statistics?.normalizedEntropy, statistics?.meanDistance,
      statistics?.confidence, statistics?.diagonality,
    ]
    return .object([
      .init("layer", map.layer.map { .number($0) } ?? .null),
      .init("head", map.head.map { .number($0) } ?? .null),
      .init("weights", .string(bytes.base64EncodedString())),
      .init("statistics", .array(numbers.map { $0.map { .number("\($0)") } ?? .null })),
    ])
  }
}
