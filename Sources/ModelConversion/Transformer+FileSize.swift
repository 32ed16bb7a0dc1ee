internal import Tensors
internal import TransformerModels

extension Transformer {
  /// A model for the weights of a file, which must have as many numbers as its matrices need: a small file cannot ask for
  /// a model that is larger than memory.
  ///
  /// - Throws: ``ConversionError``, also for a configuration that describes no model.
  init(_ configuration: TransformerConfiguration, forFile path: String, elementCount: Int) throws {
    try configuration.validate()
    let positions = Double(configuration.maximumLength) * Double(configuration.modelDimension)
    let needed = configuration.leastParameterCount
    // Sinusoids are in no file; a table of 2^26 numbers is more than any model has.
    if needed > Double(elementCount) || positions > 0x1p26 {
      throw ConversionError(
        file: path, key: "the size of the model",
        expected:
          "no more numbers than the file has, \(elementCount), and at most 2^26 for positions",
        found: "at least \(needed), and \(positions) for positions")
    }
    try self.init(configuration)
  }
}
