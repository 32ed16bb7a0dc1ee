import AttentionKit
import TestSupport
import Testing

/// Parameters by name and nothing else.
private struct ParameterList: Layer {
  let children: [LayerChild]
}

@Suite struct AdamTests {
  /// Five updates against torch.optim.Adam and AdamW, clipped with torch.nn.utils.clip_grad_norm_.
  @Test(arguments: ["adam", "adamw", "adam_clipped"])
  func matchesFixture(_ name: String) throws {
    let fixture = try Fixture(name)
    let layer = ParameterList(
      children: try ["weight", "bias"].map {
        .parameter($0, Parameter(try fixture.tensor("parameter.\($0)")))
      })
    let parameters = layer.parameters
    var configuration = Adam.Configuration()
    if name == "adamw" {
      configuration.beta2 = 0.999
      configuration.epsilon = 1e-8
      configuration.weightDecay = 0.07
    }
    let limit = try fixture.tensor("input.limit").scalar
    let norms = try fixture.tensor("output.norms").scalars
    let optimizer = Adam(parameters, configuration: configuration)
    for step in 1...5 {
      let gradients = Gradients()
      for item in parameters {
        gradients[item.parameter] = try fixture.tensor("input.\(step).\(item.path)")
      }
      let report = optimizer.update(
        gradients, learningRate: 0.03, maximumNorm: limit > 0 ? limit : nil)
      #expect(abs(report.gradientNorm - Double(norms[step - 1])) < 1e-6 * report.gradientNorm)
      for item in parameters {
        // The parameters are of order 1; what is compared is what the updates changed, 0.03 each.
        let before = try fixture.tensor("parameter.\(item.path)")
        let expected = try fixture.tensor("output.\(step).\(item.path)")
        expectClose(
          Tensor(zip(item.parameter.value.scalars, before.scalars).map { $0 - $1 }),
          Tensor(zip(expected.scalars, before.scalars).map { $0 - $1 }), absolute: 5e-7,
          relative: 1e-5, "\(item.path), step \(step)")
      }
    }
    #expect(optimizer.step == 5)
  }

  @Test func reportsParametersWithoutAGradient() {
    let frozen = Parameter(Tensor([1]))
    frozen.isTrainable = false
    let parameters = ParameterList(children: [
      .parameter("a", Parameter(Tensor([1]))), .parameter("b", Parameter(Tensor([1]))),
      .parameter("frozen", frozen),
    ]).parameters
    let gradients = Gradients()
    gradients[parameters[0].parameter] = Tensor([2])
    gradients[frozen] = Tensor([2])
    let report = Adam(parameters).update(gradients, learningRate: 0.1)
    #expect(report.withoutGradient == ["b"])
    #expect(parameters[1].parameter.value == Tensor([1]))
    #expect(frozen.value == Tensor([1]))
    // The first update of Adam is the learning rate against the sign of the gradient.
    #expect(abs(parameters[0].parameter.value.scalar - 0.9) < 1e-6)
  }
}
