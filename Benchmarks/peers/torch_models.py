"""The models of `bench` built from PyTorch's modules, with the dropout that ours have and no other."""

import math

import torch
from torch import nn


def sinusoids(length: int, width: int) -> torch.Tensor:
    """The position table of section 3.5 of the paper, [length, width]."""
    position = torch.arange(length).double().unsqueeze(1)
    frequency = torch.exp(torch.arange(0, width, 2).double() * (-math.log(10000.0) / width))
    table = torch.zeros(length, width)
    table[:, 0::2] = torch.sin(position * frequency)
    table[:, 1::2] = torch.cos(position * frequency)
    return table


class Transformer(nn.Module):
    """Post-norm, one embedding for source, target and output, no norm after the last layer:
    the paper's model, and its number of parameters."""

    def __init__(self, a: dict):
        super().__init__()
        width, dropout = a["width"], a["dropout"]
        shape = dict(d_model=width, nhead=a["heads"], dim_feedforward=a["feedForward"],
                     dropout=dropout, layer_norm_eps=a["normEpsilon"], batch_first=True)
        self.embedding = nn.Embedding(a["vocabulary"], width)
        self.encoder = nn.TransformerEncoder(
            nn.TransformerEncoderLayer(**shape), a["layers"], enable_nested_tensor=False)
        self.decoder = nn.TransformerDecoder(nn.TransformerDecoderLayer(**shape), a["layers"])
        for layer in [*self.encoder.layers, *self.decoder.layers]:
            # The paper drops neither attention weights nor inside the feed-forward layer. PyTorch
            # does, and where it drops weights it writes them out, which is slow.
            layer.dropout.p = 0
            layer.self_attn.dropout = 0
            if isinstance(layer, nn.TransformerDecoderLayer):
                layer.multihead_attn.dropout = 0
        self.dropout = nn.Dropout(dropout)
        self.scale = math.sqrt(width)
        length = a["length"]
        self.register_buffer("positions", sinusoids(length, width), persistent=False)
        mask = nn.Transformer.generate_square_subsequent_mask(length)
        self.register_buffer("mask", mask, persistent=False)

    def embed(self, tokens: torch.Tensor) -> torch.Tensor:
        return self.dropout(
            self.embedding(tokens) * self.scale + self.positions[: tokens.shape[1]])

    def forward(self, source: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
        memory = self.encoder(self.embed(source))
        mask = self.mask[: target.shape[1], : target.shape[1]]
        states = self.decoder(self.embed(target), memory, tgt_mask=mask, tgt_is_causal=True)
        return states @ self.embedding.weight.T

    def parts(self) -> dict:
        """Our names of all parameters, each with the parameter here and its rows in it, if not all."""
        parts = {"source_embedding.weight": (self.embedding.weight, None)}
        for side, stack in (("encoder", self.encoder), ("decoder", self.decoder)):
            for index, layer in enumerate(stack.layers):
                prefix = f"{side}.layers.{index}."
                attentions = {"self_attention": (layer.self_attn, layer.norm1)}
                if side == "decoder":
                    attentions["cross_attention"] = (layer.multihead_attn, layer.norm2)
                for name, (attention, norm) in attentions.items():
                    parts |= self.attention_parts(f"{prefix}{name}.", attention)
                    parts |= linear_parts(f"{prefix}{name}_norm", norm)
                parts |= linear_parts(f"{prefix}feed_forward.inner", layer.linear1)
                parts |= linear_parts(f"{prefix}feed_forward.outer", layer.linear2)
                last = layer.norm3 if side == "decoder" else layer.norm2
                parts |= linear_parts(f"{prefix}feed_forward_norm", last)
        return parts

    @staticmethod
    def attention_parts(prefix: str, attention: nn.MultiheadAttention) -> dict:
        """nn.MultiheadAttention has three projections in one matrix."""
        parts, width = linear_parts(f"{prefix}output", attention.out_proj), attention.embed_dim
        for index, name in enumerate(("query", "key", "value")):
            rows = slice(index * width, (index + 1) * width)
            parts[f"{prefix}{name}.weight"] = (attention.in_proj_weight, rows)
            parts[f"{prefix}{name}.bias"] = (attention.in_proj_bias, rows)
        return parts


class Recurrent(nn.Module):
    """`kind` is nn.LSTM or nn.GRU. Bidirectional encoder, decoder with dot attention after its last
    layer (Luong et al. 2015, without input feeding, so that the whole target goes through the fast
    path at once)."""

    def __init__(self, kind: type, a: dict):
        super().__init__()
        self.width, self.layers = a["width"], a["layers"]
        shape = dict(num_layers=self.layers, batch_first=True, dropout=a["dropout"])
        self.embedding = nn.Embedding(a["vocabulary"], self.width)
        self.encoder = kind(self.width, self.width // 2, bidirectional=True, **shape)
        self.decoder = kind(self.width, self.width, **shape)
        self.combine = nn.Linear(2 * self.width, self.width)

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

    def parts(self) -> dict:
        names = {"input_weight": "weight_ih", "recurrent_weight": "weight_hh",
                 "input_bias": "bias_ih", "recurrent_bias": "bias_hh"}
        parts = {"source_embedding.weight": (self.embedding.weight, None)}
        for layer in range(self.layers):
            for ours, theirs in names.items():
                name = f"{theirs}_l{layer}"
                encoder = f"encoder.layers.{layer}."
                parts[f"{encoder}forward.{ours}"] = (getattr(self.encoder, name), None)
                parts[f"{encoder}backward.{ours}"] = (
                    getattr(self.encoder, name + "_reverse"), None)
                parts[f"decoder.layers.{layer}.{ours}"] = (getattr(self.decoder, name), None)
        return parts | linear_parts("decoder.combination", self.combine)


def linear_parts(prefix: str, layer: nn.Module) -> dict:
    return {f"{prefix}.weight": (layer.weight, None), f"{prefix}.bias": (layer.bias, None)}


MODELS = {
    "transformer": Transformer,
    "lstm": lambda a: Recurrent(nn.LSTM, a),
    "gru": lambda a: Recurrent(nn.GRU, a),
}


def load(model: nn.Module, values: dict) -> None:
    """Fills all parameters with ours."""
    parts = model.parts()
    ours = {name for name in values if not name.startswith("batch.")}
    if set(parts) != ours:
        raise ValueError(f"parameters differ: {sorted(set(parts) ^ ours)[:4]}")
    with torch.no_grad():
        for name, (parameter, rows) in parts.items():
            (parameter if rows is None else parameter[rows]).copy_(values[name])
