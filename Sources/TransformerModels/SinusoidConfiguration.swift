public import PositionalEncodings

/// The layout of sinusoidal positions. The defaults are the paper's (section 3.5).
public struct SinusoidConfiguration: Codable, Equatable, Sendable {
  /// The order of sines and cosines.
  public var arrangement = SinusoidalPositions.Arrangement.interleaved
  /// How wave lengths grow.
  public var waveLengths = SinusoidalPositions.WaveLengths.exclusive
  /// The number of the first position.
  public var firstPosition = 0

  /// The paper's.
  public init() {}

  /// The arguments are the properties.
  public init(
    arrangement: SinusoidalPositions.Arrangement,
    waveLengths: SinusoidalPositions.WaveLengths = .exclusive, firstPosition: Int = 0
  ) {
    self.arrangement = arrangement
    self.waveLengths = waveLengths
    self.firstPosition = firstPosition
  }

  /// Keys that are missing keep their defaults; one that is unknown is an error.
  public init(from decoder: any Swift.Decoder) throws {
    try decoder.refuseUnknownKeys(CodingKeys.self)
    let values = try decoder.container(keyedBy: CodingKeys.self)
    self.init()
    arrangement =
      try values.decodeIfPresent(SinusoidalPositions.Arrangement.self, forKey: .arrangement)
      ?? arrangement
    waveLengths =
      try values.decodeIfPresent(SinusoidalPositions.WaveLengths.self, forKey: .waveLengths)
      ?? waveLengths
    firstPosition =
      try values.decodeIfPresent(Int.self, forKey: .firstPosition) ?? firstPosition
  }

  private enum CodingKeys: String, CodingKey, CaseIterable {
    case arrangement, waveLengths, firstPosition
  }
}
