import Foundation
import ModelFiles

/// Files that `Tests/Fixtures/make_numpy.py` wrote with NumPy; that file says what is in them.
enum NumPyFixture {
  static func path(_ name: String) -> String {
    URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appendingPathComponent("Fixtures/numpy/\(name)").path
  }

  static func archive(_ name: String) throws -> NumPyArchive {
    try NumPyArchive(contentsOf: path(name))
  }
}
