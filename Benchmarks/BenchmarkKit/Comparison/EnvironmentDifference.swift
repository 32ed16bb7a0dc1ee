/// Something about the machine, the build or the way of measuring that differs between two reports.
public struct EnvironmentDifference: Codable, Hashable, Sendable {
  /// What it is, such as `processor`.
  public let name: String
  /// What the old report says.
  public let old: String
  /// What the new report says.
  public let new: String
  /// Whether times can no longer be compared: they would say more about this than about the program.
  public let isGrave: Bool

  /// For example `DIFFERENT build: release, now debug`.
  public var description: String {
    (isGrave ? "DIFFERENT \(name.uppercased()): " : "different \(name): ") + "\(old), now \(new)"
  }

  /// What differs between two reports.
  static func all(_ old: Report, _ new: Report) -> [EnvironmentDifference] {
    var found: [EnvironmentDifference] = []
    func compare(_ name: String, _ old: String?, _ new: String?, isGrave: Bool = false) {
      guard old != new else { return }
      found.append(
        EnvironmentDifference(
          name: name, old: old ?? "unknown", new: new ?? "unknown", isGrave: isGrave))
    }
    let (a, b) = (old.context, new.context)
    compare("program", old.program, new.program)
    compare("processor", a.processor, b.processor, isGrave: true)
    compare("cores", "\(a.cores)", "\(b.cores)", isGrave: true)
    compare("memory", Format.bytes(a.memory), Format.bytes(b.memory))
    compare("build", a.build.rawValue, b.build.rawValue, isGrave: true)
    compare("compiler", a.compiler, b.compiler)
    compare("system", a.operatingSystem, b.operatingSystem)
    compare("clock policy", a.frequencyGovernor, b.frequencyGovernor)
    for name in Set(old.facts.keys).union(new.facts.keys).sorted() {
      compare(name, old.facts[name], new.facts[name], isGrave: name == "threads")
    }
    for suite in old.suites {
      guard let other = new.suites.first(where: { $0.name == suite.name }),
        let before = suite.options, let after = other.options
      else { continue }
      func words(_ flag: Bool) -> String { flag ? "cold" : "warm" }
      compare(
        "caches of \(suite.name)", words(before.coldCache), words(after.coldCache), isGrave: true)
      compare("seed of \(suite.name)", "\(before.seed)", "\(after.seed)")
    }
    return found
  }
}
