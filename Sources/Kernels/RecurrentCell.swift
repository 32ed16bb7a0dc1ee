/// What a recurrent layer does in one step, from its input x and its state h.
public enum RecurrentCell: String, Codable, Sendable, CaseIterable {
  /// h' = tanh(W x + U h + b) (Elman, 1990).
  case rnn
  /// A gated recurrent unit whose reset gate acts after the product, n = tanh(W x + b + r (U h + c)), as PyTorch
  /// and cuDNN compute it; h' = (1 - z) n + z h.
  case gru
  /// A gated recurrent unit whose reset gate acts before the product, n = tanh(W x + U (r h) + b), as it was
  /// published (Cho et al. 2014).
  case gruResetBefore
  /// Long short-term memory with a forget gate (Hochreiter and Schmidhuber, 1997; Gers et al. 2000).
  case lstm

  /// Rows of the weights divided by H: the gates, in PyTorch's order. LSTM: input, forget, cell, output; GRU:
  /// reset, update, candidate.
  public var gateCount: Int {
    switch self {
    case .rnn: 1
    case .gru, .gruResetBefore: 3
    case .lstm: 4
    }
  }

  /// Whether the state has a second part, c.
  public var hasCellState: Bool { self == .lstm }
}
