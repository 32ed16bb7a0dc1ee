import PositionalEncodings
import ResidualLayers

let positions = SinusoidalPositions(modelDimension: 6, maximumLength: 4)
guard positions.maximumLength == 4, AddNorm(dimension: 3).placement == .post else {
  fatalError("unexpected components")
}
print("components: positions and Add&Norm alone")
