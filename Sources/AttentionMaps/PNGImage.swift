import ModelFiles

/// A picture of 24-bit colours that becomes a PNG file (ISO/IEC 15948) without a library.
struct PNGImage {
  /// More would be a mistake: 16384 x 16384.
  static let pixelLimit = 1 << 28

  let width: Int
  let height: Int
  /// Red, green and blue of each pixel, each line of pixels after a 0: no filter.
  private var lines: [UInt8]

  /// A picture of one colour.
  ///
  /// - Throws: ``AttentionMapError/pictureSize(width:height:)`` for no pixels or too many.
  init(width: Int, height: Int, color: RGBColor = .white) throws(AttentionMapError) {
    let (count, overflow) = width.multipliedReportingOverflow(by: height)
    guard width > 0, height > 0, !overflow, count <= Self.pixelLimit else {
      throw .pictureSize(width: width, height: height)
    }
    self.width = width
    self.height = height
    var line: [UInt8] = [0]
    for _ in 0..<width { line += [color.red, color.green, color.blue] }
    lines = []
    lines.reserveCapacity(line.count * height)
    for _ in 0..<height { lines += line }
  }

  /// The bytes of a line: a filter's number and three for each pixel.
  private var stride: Int { 1 + 3 * width }

  /// Colours a rectangle, which must lie inside.
  mutating func fill(x: Int, y: Int, width: Int, height: Int, _ color: RGBColor) {
    if x < 0 || y < 0 || width < 0 || height < 0 || x + width > self.width
      || y + height > self.height
    {
      fatalError(
        "PNGImage: a rectangle of \(width) x \(height) at (\(x), \(y)) leaves a picture of "
          + "\(self.width) x \(self.height)")
    }
    for row in y..<y + height {
      var place = row * stride + 1 + 3 * x
      for _ in 0..<width {
        lines[place] = color.red
        lines[place + 1] = color.green
        lines[place + 2] = color.blue
        place += 3
      }
    }
  }

  /// The file.
  var bytes: [UInt8] {
    var file: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
    // 8 bits a channel, colour type 2 (RGB), and the only compression, filter method and order without interlace.
    Self.append(
      "IHDR", Self.bigEndian(width) + Self.bigEndian(height) + [8, 2, 0, 0, 0], to: &file)
    // zlib (RFC 1950): deflate, window of 32 KiB, fastest.
    var data: [UInt8] = [0x78, 0x01]
    // Cells repeat the last pixel and the last line.
    data += Deflate.compressed(lines, distances: [3, stride])
    data += Self.bigEndian(Adler32.of(lines))
    Self.append("IDAT", data, to: &file)
    Self.append("IEND", [], to: &file)
    return file
  }

  private static func append(_ type: String, _ data: [UInt8], to file: inout [UInt8]) {
    file += bigEndian(data.count)
    let body = Array(type.utf8) + data
    file += body
    file += bigEndian(body.withUnsafeBytes { CRC32.of($0) })
  }

  private static func bigEndian(_ value: some BinaryInteger) -> [UInt8] {
    let word = UInt32(value)
    return [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: word >> $0) }
  }
}
