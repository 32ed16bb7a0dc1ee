import AttentionKit
import BenchmarkKit

/// What the layer consists of, as the profile saw it.
struct AttentionParts {
  let form: AttentionLayer.Form
  let task: String
  let length: Int
  /// In the order of the computation.
  let parts: [Part]

  struct Part {
    let name: String
    let seconds: Double
    /// Whether it is work of pairs, and so grows with n²: scores, softmax and mix.
    var isOfPairs = false
  }

  var total: Double { parts.reduce(0) { $0 + $1.seconds } }

  static func label(_ form: AttentionLayer.Form, _ task: String, length: Int) -> String {
    "\(form.rawValue) \(task) \(length)"
  }

  /// Nil where it was not measured.
  init?(_ form: AttentionLayer.Form, _ task: String, length: Int, _ steps: ProfiledSteps) {
    guard let step = steps.typical(Self.label(form, task, length: length))?.step else {
      return nil
    }
    self.form = form
    self.task = task
    self.length = length
    func seconds(_ path: [String]) -> Double {
      path.reduce(Optional(step.parts)) { part, name in part?.part(name) }?.total.seconds ?? 0
    }
    let pairs: [(name: String, path: [String])] =
      form == .tiles
      ? [("scores, softmax, mix", ["scores and mix"])]
      : ["scores", "softmax", "mix"].map { ($0, ["scores and mix", $0]) }
    let known =
      [Part(name: "projections", seconds: seconds(["projections"]))]
      + pairs.map { Part(name: $0.name, seconds: seconds($0.path), isOfPairs: true) }
      + [Part(name: "output projection", seconds: seconds(["output projection"]))]
    let rest = step.seconds - known.reduce(0) { $0 + $1.seconds }
    parts = known + [Part(name: "rest", seconds: max(0, rest))]
  }

  /// The share of what grows with n².
  var pairShare: Double {
    total > 0 ? parts.filter(\.isOfPairs).reduce(0) { $0 + $1.seconds } / total : 0
  }
}
