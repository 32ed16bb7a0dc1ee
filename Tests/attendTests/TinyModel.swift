import Foundation
import TestSupport

/// A very small model that a test uses, trained for a few steps on made-up words.
struct TinyModel {
  let folder: TemporaryFolder
  var path: String { folder.path + "/run" }

  static let settings = [
    "model.modelDimension=16", "model.feedForwardDimension=23", "model.headCount=2",
    "model.encoderLayerCount=1", "model.decoderLayerCount=1", "model.maximumLength=64",
  ]

  /// - Parameter settings: beside those of the size.
  init(_ settings: [String]) throws {
    folder = try TemporaryFolder()
    let result = try Tool.run(
      ["train", "--output", folder.path + "/run"]
        + (Self.settings + settings).flatMap { ["--set", $0] })
    if result.status != 0 { throw Failure(description: result.errors) }
  }

  /// A model that knows the copy task a little.
  static func copy(steps: Int = 5, _ more: [String] = []) throws -> TinyModel {
    try TinyModel(
      [
        "data.task=copy", "data.pairCount=200", "data.symbolCount=5", "data.longest=4",
        "data.pairsPerBatch=16", "training.maximumSteps=\(steps)", "training.logInterval=2",
      ] + more)
  }

  struct Failure: Error, CustomStringConvertible { let description: String }
}
