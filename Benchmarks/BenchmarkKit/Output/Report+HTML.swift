import Foundation

extension Report {
  /// The report as one page that needs no other file and no network: findings, plots, tables, environment, method and
  /// raw samples. It follows the reader's choice of light or dark.
  ///
  /// - Parameters:
  ///   - picture: a chart's picture as SVG for a place within a page (``Gnuplot/inlineSVG(of:id:)``); nil draws it
  ///     with characters.
  ///   - notes: what the reader should know of the page itself, such as why there are no pictures.
  public func html(
    notes: [String] = [], picture: (SuiteReport, Chart) -> String? = { _, _ in nil }
  ) -> String {
    let title = "\(program), \(context.date)"
    var body = HTML.element("header", header(notes))
    for (index, suite) in suites.enumerated() {
      body += HTML.element(
        "section", id: "suite-\(index)", suite.html { picture(suite, $0) })
    }
    return """
      <!DOCTYPE html>
      <html lang="en">
      <head>
      <meta charset="utf-8">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <meta name="color-scheme" content="light dark">
      <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
      <title>\(HTML.escaped(title))</title>
      <style>
      \(Self.style)
      </style>
      </head>
      <body>
      \(body)\(footer)
      </body>
      </html>

      """
  }

  private func header(_ notes: [String]) -> String {
    var parts = [HTML.text("h1", program)]
    let machine = "\(context.processor), \(context.cores) cores · \(context.date)"
    parts.append(HTML.text("p", class: "subtitle", machine))
    if !warnings.isEmpty { parts.append(HTML.list(warnings, class: "warnings")) }
    if !notes.isEmpty { parts.append(HTML.list(notes, class: "notes")) }
    let links = suites.enumerated().map { index, suite in
      "<a href=\"#suite-\(index)\"><b>\(HTML.escaped(suite.name))</b> "
        + "<span>\(HTML.escaped(suite.title))</span></a>"
    }
    parts.append(HTML.element("nav", links.joined(separator: "\n")))
    let rows = environment.map { HTML.text("dt", $0.name) + HTML.text("dd", $0.value) }
    parts.append(
      HTML.details("Environment", isOpen: true, HTML.element("dl", rows.joined(separator: "\n"))))
    return parts.joined(separator: "\n")
  }

  private var footer: String {
    func link(_ name: String, _ text: String) -> String {
      let data = Data(text.utf8).base64EncodedString()
      return "<a download=\"\(name)\" href=\"data:text/csv;base64,\(data)\">\(name)</a>"
    }
    return HTML.element(
      "footer",
      "The numbers of this page as files: \(link("results.csv", csv())), "
        + "\(link("samples.csv", samplesCSV())). Report of schema version \(schemaVersion).")
  }
}
