"""The model and batch sizes that all peers and `bench` share, by name."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Configuration:
    vocabulary: int  # V
    model: int  # D
    feed_forward: int  # F
    heads: int  # H
    layers: int  # of the encoder, and again of the decoder
    batch: int  # B
    source: int  # S, tokens of a source sequence, none of them padding
    target: int  # T, tokens that the decoder is trained on per sequence

    @property
    def recurrent_layers(self) -> int:
        """An LSTM or a GRU of the same width; more layers than this do not train better."""
        return max(2, self.layers // 3)


CONFIGURATIONS = {
    #                       V      D    F    H  N   B   S   T
    "g2p": Configuration(72, 256, 512, 4, 3, 512, 9, 9),
    "m30k": Configuration(9712, 128, 256, 4, 4, 256, 16, 16),
    "tiny": Configuration(64, 128, 512, 4, 2, 32, 16, 16),
    "small": Configuration(8000, 256, 1024, 4, 3, 32, 32, 32),
    "base": Configuration(32000, 512, 2048, 8, 6, 16, 64, 64),
}
