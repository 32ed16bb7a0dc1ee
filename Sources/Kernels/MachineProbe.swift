internal import Foundation

/// Looks at the machine and measures what bounds the speed of any model on it.
public enum MachineProbe {
  /// What the system tells about the machine. Sets up the BLAS if that has not happened.
  public static func describe() -> MachineDescription {
    let cpuInfo = readText("/proc/cpuinfo") ?? ""
    let blas = BLASCore.selection
    let process = ProcessInfo.processInfo
    return MachineDescription(
      processor: value(of: ["model name", "Model"], in: cpuInfo),
      logicalCores: process.activeProcessorCount,
      instructionSets: instructionSets(in: cpuInfo),
      caches: caches(),
      memory: process.physicalMemory,
      operatingSystem: process.operatingSystemVersionString,
      kernel: readText("/proc/sys/kernel/osrelease"),
      vectorKernels: VectorKernels.activeName,
      blas: blas.configuration,
      blasCoreBefore: blas.coreBefore,
      blasCoreAfter: blas.coreAfter)
  }

  /// The first `key : value` line with one of the keys.
  static func value(of keys: [String], in cpuInfo: String) -> String? {
    for line in cpuInfo.split(separator: "\n") {
      guard let colon = line.firstIndex(of: ":") else { continue }
      let key = line[..<colon].trimmingCharacters(in: .whitespaces)
      if keys.contains(key) {
        return line[line.index(after: colon)...].trimmingCharacters(in: .whitespaces)
      }
    }
    return nil
  }

  /// The known instruction sets among the CPU's flags (x86) or features (Arm).
  static func instructionSets(in cpuInfo: String) -> [String] {
    let flags = value(of: ["flags", "Features"], in: cpuInfo) ?? ""
    let present = Set(flags.split(separator: " ").map(String.init))
    return MachineDescription.knownInstructionSets.filter { present.contains($0) }
  }

  /// Caches of the first core, as Linux lists them.
  private static func caches() -> [String] {
    var found: [String] = []
    for index in 0..<8 {
      let folder = "/sys/devices/system/cpu/cpu0/cache/index\(index)/"
      guard let level = readText(folder + "level"), let type = readText(folder + "type"),
        let size = readText(folder + "size")
      else { continue }
      found.append("L\(level)" + (type == "Unified" ? "" : " " + type.lowercased()) + " " + size)
    }
    return found
  }

  /// The text of a file of the system without surrounding white space, nil if there is none.
  private static func readText(_ path: String) -> String? {
    guard let text = try? String(contentsOfFile: path, encoding: .utf8) else { return nil }
    return text.trimmingCharacters(in: .whitespacesAndNewlines)
  }
}
