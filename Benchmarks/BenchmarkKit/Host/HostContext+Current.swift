import Foundation

extension HostContext {
  /// Looks at this machine. It sleeps a fifth of a second to see what else is running.
  public static func current() -> HostContext {
    var load = [Double](repeating: 0, count: 3)
    let loadCount = Int(getloadavg(&load, 3))
    let before = ProcessorUsage.now()
    usleep(200_000)
    var othersShare: Double?
    if let before, let after = ProcessorUsage.now() {
      othersShare = after.othersShare(since: before)
    }
    let formatter = ISO8601DateFormatter()
    formatter.timeZone = .current
    return HostContext(
      date: formatter.string(from: Date()), processor: processorName(),
      cores: ProcessInfo.processInfo.activeProcessorCount,
      memory: Int(ProcessInfo.processInfo.physicalMemory),
      operatingSystem: operatingSystemName(), build: .current,
      compiler: BuildConfiguration.compilerVersion,
      loadAverage: Array(load.prefix(max(0, loadCount))), othersShareAtStart: othersShare,
      megahertz: fields(of: "/proc/cpuinfo", separator: ":")["cpu MHz"].flatMap(Double.init),
      frequencyGovernor: ProcessFile.line(
        "/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor"))
  }

  private static func processorName() -> String {
    let fields = fields(of: "/proc/cpuinfo", separator: ":")
    let name = fields["model name"] ?? fields["Model"] ?? "unknown processor"
    // Virtual machines often hide the model's name, and the numbers then say more than it does.
    guard let family = fields["cpu family"], let model = fields["model"] else { return name }
    return "\(name) (family \(family), model \(model))"
  }

  private static func operatingSystemName() -> String {
    let pretty = fields(of: "/etc/os-release", separator: "=")["PRETTY_NAME"]
    let name = pretty?.trimmingCharacters(in: CharacterSet(charactersIn: "\""))
    let kernel = ProcessFile.line("/proc/sys/kernel/osrelease").map { ", kernel \($0)" } ?? ""
    return (name ?? ProcessInfo.processInfo.operatingSystemVersionString) + kernel
  }

  /// `key<separator>value` lines; the first of equal keys wins.
  private static func fields(of path: String, separator: Character) -> [String: String] {
    var result: [String: String] = [:]
    for line in (ProcessFile.read(path) ?? "").split(separator: "\n") {
      guard let index = line.firstIndex(of: separator) else { continue }
      let key = line[..<index].trimmingCharacters(in: .whitespaces)
      guard result[key] == nil else { continue }
      result[key] = line[line.index(after: index)...].trimmingCharacters(in: .whitespaces)
    }
    return result
  }
}
