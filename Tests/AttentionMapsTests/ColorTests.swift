@testable import AttentionMaps
import Testing

@Suite struct ColorTests {
  @Test(arguments: ColorMap.allCases) func equalStepsLookEqual(map: ColorMap) {
    let lightness = map.colors.map(\.lightness)
    #expect(lightness.count == 256)
    let isRising = lightness[255] > lightness[0]
    // The middle of every stretch lies near the mean of its ends.
    for (start, end) in [(0, 255), (0, 128), (64, 192), (128, 255)] {
      let middle = lightness[(start + end) / 2]
      #expect(abs(middle - (lightness[start] + lightness[end]) / 2) < 3, "\(map) \(start) \(end)")
    }
    // No step back, but for rounding to 8 bits.
    for (a, b) in zip(lightness, lightness.dropFirst()) {
      #expect(isRising ? b > a - 0.35 : b < a + 0.35)
    }
  }

  @Test func endsAndMiddleAreThePublishedOnes() {
    #expect(ColorMap.viridis.color(at: 0).hexadecimal == "#440154")
    #expect(ColorMap.viridis.color(at: 0.5).hexadecimal == "#21918c")
    #expect(ColorMap.viridis.color(at: 1).hexadecimal == "#fde725")
    #expect(ColorMap.cividis.color(at: 0).hexadecimal == "#00224e")
    #expect(ColorMap.cividis.color(at: 1).hexadecimal == "#fee838")
    #expect(ColorMap.grays.color(at: 0).hexadecimal == "#ffffff")
    #expect(ColorMap.grays.color(at: 1).hexadecimal == "#000000")
  }

  @Test func whatLiesOutsideTheScaleHasTheColorOfItsEnd() {
    for (share, expected) in [(-1, 0), (2, 255), (.infinity, 255), (.nan, 0), (0.5, 128)]
      as [(Float, Int)]
    {
      #expect(ColorMap.index(of: share) == expected)
    }
  }

  @Test func terminalsGetTheNearestOfTheirColors() {
    for (color, index) in [
      (RGBColor(red: 0, green: 0, blue: 0), 16), (.white, 231),
      (RGBColor(red: 255, green: 0, blue: 0), 196),
      (RGBColor(red: 128, green: 128, blue: 128), 244),
      (RGBColor(red: 95, green: 135, blue: 175), 67),
    ] {
      #expect(color.terminalIndex == index, "\(color)")
    }
  }
}
