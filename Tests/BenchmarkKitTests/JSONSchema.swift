import Foundation

/// The part of JSON Schema (draft 2020-12) that the report's schema uses. A keyword that it does not know is an error,
/// so that nothing in the schema goes unchecked.
final class JSONSchema {
  private let root: [String: Any]
  /// Paths in the schema of properties that some checked document had.
  private(set) var visited: Set<String> = []

  init(_ data: Data) throws {
    guard let root = try JSONSerialization.jsonObject(with: data) as? [String: Any] else {
      throw CocoaError(.fileReadCorruptFile)
    }
    self.root = root
  }

  /// What is wrong with a document, each with its place.
  func problems(in data: Data) throws -> [String] {
    check(try JSONSerialization.jsonObject(with: data), root, at: "$", schemaPath: "#")
  }

  /// The paths of all properties that the schema describes.
  var properties: Set<String> {
    var found: Set<String> = []
    func collect(_ schema: Any, _ path: String) {
      guard let schema = schema as? [String: Any] else { return }
      for (name, property) in schema["properties"] as? [String: Any] ?? [:] {
        found.insert("\(path)/properties/\(name)")
        collect(property, "\(path)/properties/\(name)")
      }
      for (name, definition) in schema["$defs"] as? [String: Any] ?? [:] {
        collect(definition, "\(path)/$defs/\(name)")
      }
      for key in ["items", "additionalProperties"] { collect(schema[key] as Any, "\(path)/\(key)") }
      for (index, choice) in (schema["anyOf"] as? [Any] ?? []).enumerated() {
        collect(choice, "\(path)/anyOf/\(index)")
      }
    }
    collect(root, "#")
    return found
  }

  private func check(_ value: Any, _ schema: [String: Any], at place: String, schemaPath: String)
    -> [String]
  {
    var problems: [String] = []
    for (keyword, rule) in schema {
      switch keyword {
      case "$schema", "$defs", "title", "description", "additionalProperties": continue
      case "$ref":
        let name = String((rule as? String ?? "").dropFirst("#/$defs/".count))
        guard let target = (root["$defs"] as? [String: Any])?[name] as? [String: Any] else {
          problems.append("\(place): no definition \(name)")
          continue
        }
        problems += check(value, target, at: place, schemaPath: "#/$defs/\(name)")
      case "type":
        if !has(value, type: rule as? String ?? "") {
          problems.append("\(place): \(value) is no \(rule)")
        }
      case "enum":
        if !(rule as? [String] ?? []).contains(value as? String ?? "") {
          problems.append("\(place): \(value) is not among \(rule)")
        }
      case "const":
        if (rule as? NSNumber) != (value as? NSNumber) {
          problems.append("\(place): \(value) is not \(rule)")
        }
      case "minimum":
        if (value as? Double ?? -.infinity) < (rule as? Double ?? 0) {
          problems.append("\(place): \(value) is less than \(rule)")
        }
      case "required":
        let keys = (value as? [String: Any] ?? [:]).keys
        for name in rule as? [String] ?? [] where !keys.contains(name) {
          problems.append("\(place): there is no \(name)")
        }
      case "properties":
        problems += checkProperties(of: value, schema, at: place, schemaPath: schemaPath)
      case "items":
        for (index, item) in (value as? [Any] ?? []).enumerated() {
          problems += check(
            item, rule as? [String: Any] ?? [:], at: "\(place)[\(index)]",
            schemaPath: "\(schemaPath)/items")
        }
      case "anyOf":
        let before = visited
        var found = false
        for (index, choice) in (rule as? [[String: Any]] ?? []).enumerated() where !found {
          visited = before
          found =
            check(value, choice, at: place, schemaPath: "\(schemaPath)/anyOf/\(index)").isEmpty
        }
        if !found { problems.append("\(place): \(value) is none of the choices") }
      default: problems.append("\(schemaPath): unknown keyword \(keyword)")
      }
    }
    return problems
  }

  private func checkProperties(
    of value: Any, _ schema: [String: Any], at place: String, schemaPath: String
  ) -> [String] {
    let known = schema["properties"] as? [String: Any] ?? [:]
    var problems: [String] = []
    for (name, item) in value as? [String: Any] ?? [:] {
      if let rule = known[name] as? [String: Any] {
        let path = "\(schemaPath)/properties/\(name)"
        visited.insert(path)
        problems += check(item, rule, at: "\(place).\(name)", schemaPath: path)
      } else if schema["additionalProperties"] as? Bool == false {
        problems.append("\(place): \(name) is not in the schema")
      }
    }
    return problems
  }

  private func has(_ value: Any, type: String) -> Bool {
    switch type {
    case "object": return value is [String: Any]
    case "array": return value is [Any]
    case "string": return value is String
    case "boolean": return value is Bool
    case "number": return value is NSNumber && !isBoolean(value)
    case "integer":
      guard let number = value as? NSNumber, !isBoolean(value) else { return false }
      return number.doubleValue == number.doubleValue.rounded()
    default: return false
    }
  }

  private func isBoolean(_ value: Any) -> Bool {
    (value as? NSNumber).map { String(cString: $0.objCType) == "c" } ?? false
  }
}
