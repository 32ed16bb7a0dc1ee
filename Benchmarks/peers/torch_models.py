"""Encoder-decoders in PyTorch, built from the modules that a user would take."""

import math

import torch
from torch import nn

from configurations import Configuration

DROPOUT = 0.1


def sinusoids(length: int, width: int) -> torch.Tensor:
    """The position table of section 3.5 of the paper, [length, width]."""
    position = torch.arange(length).unsqueeze(1)
    frequency = torch.exp(torch.arange(0, width, 2) * (-math.log(10000.0) / width))
    table = torch.zeros(length, width)
    table[:, 0::2] = torch.sin(position * frequency)
    table[:, 1::2] = torch.cos(position * frequency)
    return table


class Transformer(nn.Module):
    """Post-norm, one embedding for source, target and output, no norm after the last layer:
    the paper's model, and its number of parameters."""

    def __init__(self, c: Configuration):
        super().__init__()
        shape = dict(d_model=c.model, nhead=c.heads, dim_feedforward=c.feed_forward,
                     dropout=DROPOUT, batch_first=True)
        self.embedding = nn.Embedding(c.vocabulary, c.model)
        nn.init.normal_(self.embedding.weight, std=c.model**-0.5)
        self.encoder = nn.TransformerEncoder(
            nn.TransformerEncoderLayer(**shape), c.layers, enable_nested_tensor=False)
        self.decoder = nn.TransformerDecoder(nn.TransformerDecoderLayer(**shape), c.layers)
        self.dropout = nn.Dropout(DROPOUT)
        self.scale = math.sqrt(c.model)
        longest = max(c.source, c.target)
        self.register_buffer("positions", sinusoids(longest, c.model), persistent=False)
        mask = nn.Transformer.generate_square_subsequent_mask(c.target)
        self.register_buffer("mask", mask, persistent=False)

    def embed(self, tokens: torch.Tensor) -> torch.Tensor:
        return self.dropout(
            self.embedding(tokens) * self.scale + self.positions[: tokens.shape[1]])

    def forward(self, source: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
        memory = self.encoder(self.embed(source))
        mask = self.mask[: target.shape[1], : target.shape[1]]
        states = self.decoder(self.embed(target), memory, tgt_mask=mask, tgt_is_causal=True)
        return states @ self.embedding.weight.T


class Recurrent(nn.Module):
    """`kind` is nn.LSTM or nn.GRU. Bidirectional encoder, decoder with dot attention after its last layer (Luong et al. 2015,
    without input feeding, so that the whole target goes through the fast path at once)."""

    def __init__(self, kind: type, c: Configuration):
        super().__init__()
        self.width, self.layers = c.model, c.recurrent_layers
        self.embedding = nn.Embedding(c.vocabulary, c.model)
        nn.init.normal_(self.embedding.weight, std=c.model**-0.5)
        self.encoder = kind(c.model, c.model // 2, self.layers, batch_first=True,
                            bidirectional=True, dropout=DROPOUT)
        self.decoder = kind(c.model, c.model, self.layers, batch_first=True, dropout=DROPOUT)
        self.combine = nn.Linear(2 * c.model, c.model)

    def join(self, state: torch.Tensor) -> torch.Tensor:
        """[layers * 2, B, D/2] of the two directions to [layers, B, D]."""
        batch = state.shape[1]
        state = state.view(self.layers, 2, batch, self.width // 2).transpose(1, 2)
        return state.reshape(self.layers, batch, self.width).contiguous()

    def forward(self, source: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
        memory, state = self.encoder(self.embedding(source))
        first = tuple(map(self.join, state)) if isinstance(state, tuple) else self.join(state)
        states, _ = self.decoder(self.embedding(target), first)
        weights = torch.softmax(states @ memory.transpose(1, 2), dim=-1)
        mixed = torch.tanh(self.combine(torch.cat([states, weights @ memory], dim=-1)))
        return mixed @ self.embedding.weight.T


class LSTM(Recurrent):
    """Of nn.LSTM."""

    def __init__(self, c: Configuration):
        super().__init__(nn.LSTM, c)


class GRU(Recurrent):
    """Of nn.GRU."""

    def __init__(self, c: Configuration):
        super().__init__(nn.GRU, c)
