import ModelFiles
import TestSupport

/// The bytes of a safetensors file with any header, right or wrong.
func safetensorsBytes(_ header: String, dataCount: Int, headerLength: UInt64? = nil) -> [UInt8] {
  let length = headerLength ?? UInt64(header.utf8.count)
  return (0..<8).map { UInt8(truncatingIfNeeded: length >> (8 * $0)) } + Array(header.utf8)
    + (0..<dataCount).map { UInt8(truncatingIfNeeded: $0) }
}

extension TemporaryFolder {
  func open(_ bytes: [UInt8]) throws -> SafetensorsFile {
    try SafetensorsFile(contentsOf: file("file.safetensors", bytes: bytes))
  }
}
