/// The dictionary of an array's header, in Python's syntax: as much of it as NumPy writes.
struct NumPyHeaderParser {
  struct Fields {
    let dataType: NumPyDataType
    let isFortranOrder: Bool
    let dimensions: [Int]
  }

  private let bytes: UnsafeRawBufferPointer
  private var place = 0

  init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

  mutating func parse() throws(NumPyProblem) -> Fields {
    var dataType: NumPyDataType?
    var isFortranOrder: Bool?
    var dimensions: [Int]?
    func requireNew(_ value: Any?, _ key: String) throws(NumPyProblem) {
      if value != nil { throw .init(.duplicateKey(key)) }
    }
    try take("{", "a dictionary")
    while try !takeIfPresent("}") {
      let key = try text()
      try take(":", "':'")
      switch key {
      case "descr":
        try requireNew(dataType, key)
        dataType = try descriptor()
      case "fortran_order":
        try requireNew(isFortranOrder, key)
        isFortranOrder = try truth()
      case "shape":
        try requireNew(dimensions, key)
        dimensions = try sizes()
      default: throw .init(.unknownKey(key))
      }
      if try takeIfPresent(",") { continue }
      try take("}", "',' or '}'")
      break
    }
    // Spaces, and a line feed as the last byte.
    while place < bytes.count - 1, bytes[place] == UInt8(ascii: " ") { place += 1 }
    if place != bytes.count - 1 || bytes[place] != UInt8(ascii: "\n") {
      throw unexpected("spaces and a line feed to the end")
    }
    guard let dataType else { throw .init(.missingKey("descr")) }
    guard let isFortranOrder else { throw .init(.missingKey("fortran_order")) }
    guard let dimensions else { throw .init(.missingKey("shape")) }
    return Fields(dataType: dataType, isFortranOrder: isFortranOrder, dimensions: dimensions)
  }

  private mutating func descriptor() throws(NumPyProblem) -> NumPyDataType {
    if next() == UInt8(ascii: "[") { throw .init(.unsupportedType("a record")) }
    let text = try text()
    let order = text.first
    let name = String(text.dropFirst())
    if name == "O" || text == "O" { throw .init(.pickledObjects) }
    guard let type = NumPyDataType(rawValue: name), let order else {
      throw .init(.unsupportedType("'\(text)'"))
    }
    switch order {
    case "<": return type
    case "|" where type.byteCount == 1: return type
    case ">" where type.byteCount > 1: throw .init(.bigEndian(text))
    default: throw .init(.unsupportedType("'\(text)'"))
    }
  }

  private mutating func sizes() throws(NumPyProblem) -> [Int] {
    try take("(", "a tuple of sizes")
    var sizes: [Int] = []
    while try !takeIfPresent(")") {
      sizes.append(try size())
      if try takeIfPresent(",") { continue }
      // In Python a number in parentheses is no tuple.
      if sizes.count == 1 { throw unexpected("','") }
      try take(")", "',' or ')'")
      break
    }
    return sizes
  }

  private mutating func size() throws(NumPyProblem) -> Int {
    _ = next()
    var size: Int?
    while place < bytes.count, case let digit = Int(bytes[place]) - 0x30, (0...9).contains(digit) {
      let (tens, isTooLarge) = (size ?? 0).multipliedReportingOverflow(by: 10)
      let (sum, overflow) = tens.addingReportingOverflow(digit)
      if isTooLarge || overflow {
        throw .init(.header(offset: place, expected: "a size below 2^63", found: "more digits"))
      }
      size = sum
      place += 1
    }
    guard let size else { throw unexpected("a size") }
    // Python 2 marked some numbers as long ones.
    if place < bytes.count, bytes[place] == UInt8(ascii: "L") { place += 1 }
    return size
  }

  private mutating func truth() throws(NumPyProblem) -> Bool {
    _ = next()
    for (word, value) in [("True", true), ("False", false)]
    where bytes[place...].starts(with: word.utf8) {
      place += word.utf8.count
      return value
    }
    throw unexpected("True or False")
  }

  /// A string in quotation marks of either kind, of printable ASCII without a backslash.
  private mutating func text() throws(NumPyProblem) -> String {
    guard let quote = next(), quote == UInt8(ascii: "'") || quote == UInt8(ascii: "\"") else {
      throw unexpected("a text in quotation marks")
    }
    place += 1
    let start = place
    while place < bytes.count, bytes[place] != quote {
      if !(0x20..<0x7F).contains(bytes[place]) || bytes[place] == UInt8(ascii: "\\") {
        throw unexpected("printable ASCII without a backslash")
      }
      place += 1
    }
    if place == bytes.count { throw unexpected("a closing quotation mark") }
    place += 1
    return String(decoding: bytes[start..<place - 1], as: UTF8.self)
  }

  /// The next byte that is no space, which is not taken.
  private mutating func next() -> UInt8? {
    while place < bytes.count, bytes[place] == UInt8(ascii: " ") { place += 1 }
    return place < bytes.count ? bytes[place] : nil
  }

  private mutating func take(_ mark: Unicode.Scalar, _ expected: String) throws(NumPyProblem) {
    if next() != UInt8(ascii: mark) { throw unexpected(expected) }
    place += 1
  }

  private mutating func takeIfPresent(_ mark: Unicode.Scalar) throws(NumPyProblem) -> Bool {
    guard let byte = next() else { throw unexpected("more") }
    if byte != UInt8(ascii: mark) { return false }
    place += 1
    return true
  }

  private func unexpected(_ expected: String) -> NumPyProblem {
    let found: String
    if place >= bytes.count {
      found = "the end"
    } else if (0x20..<0x7F).contains(bytes[place]) {
      found = "'\(Character(Unicode.Scalar(bytes[place])))'"
    } else {
      found = "the byte \(bytes[place])"
    }
    return .init(.header(offset: place, expected: expected, found: found))
  }
}
