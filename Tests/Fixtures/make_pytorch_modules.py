#!/usr/bin/env python3
"""Makes what PyTorch's own modules save and compute: the tests of the tables of names.

For each module two files in Tests/Fixtures/pytorch:

    NAME.safetensors           module.state_dict(), as safetensors.torch saves it
    NAME_expected.safetensors  input.*, output.*, upstream.*, and gradient.PARAMETER by PyTorch's names

Parameters and arguments are float32 numbers; PyTorch computes with them in float64, and the results are rounded at the
end. Parameters are PyTorch's own random ones, but biases and norms, which begin as zeros and ones, are random too.

Needs torch and safetensors. The same versions write the same bytes.
"""

import math
import pathlib

import torch
from safetensors.torch import save_file, save_model
from torch import nn

FOLDER = pathlib.Path(__file__).resolve().parent / "pytorch"


def rounded(tensor):
    return tensor.float().double()


class Case:
    def __init__(self, name, make):
        self.name = name
        torch.manual_seed(sum(ord(c) * (i + 1) for i, c in enumerate(name)))
        self.module = make().double().eval()
        with torch.no_grad():
            for parameter in self.module.parameters():
                if parameter.dim() == 1:
                    parameter.add_(0.2 * torch.randn_like(parameter))
                parameter.copy_(rounded(parameter))
        self.expected = {}

    def input(self, name, *shape):
        value = rounded(torch.randn(*shape)).requires_grad_()
        self.expected["input." + name] = value
        return value

    def tokens(self, name, rows):
        width = max(map(len, rows))
        value = torch.tensor([row + [0] * (width - len(row)) for row in rows])
        self.expected["input." + name] = value
        self.expected[f"input.{name}_lengths"] = torch.tensor([len(row) for row in rows])
        return value

    def finish(self, output, real=None):
        upstream = rounded(torch.randn(*output.shape) / math.sqrt(output.numel()))
        if real is not None:
            upstream = upstream * real.unsqueeze(-1)
        names, leaves = zip(*self.module.named_parameters())
        gradients = torch.autograd.grad((output * upstream).sum(), leaves)
        self.expected |= {"output.y": output, "upstream.y": upstream}
        self.expected |= {"gradient." + name: g for name, g in zip(names, gradients)}
        FOLDER.mkdir(exist_ok=True)
        # save_model keeps tied tensors once and says so in the metadata.
        save_model(self.module.float(), str(FOLDER / f"{self.name}.safetensors"))
        save_file(
            {
                name: (t.float() if t.is_floating_point() else t.long()).detach().contiguous().clone()
                for name, t in sorted(self.expected.items())
            },
            FOLDER / f"{self.name}_expected.safetensors",
        )


def padding(rows):
    width = max(map(len, rows))
    return torch.tensor([[column >= len(row) for column in range(width)] for row in rows])


class TokenTransformer(nn.Module):
    """nn.Transformer with what stands around it in PyTorch's tutorials."""

    def __init__(self, width=14, vocabularies=(11, 13), tied=False, **options):
        super().__init__()
        self.source_embedding = nn.Embedding(vocabularies[0], width)
        self.target_embedding = nn.Embedding(vocabularies[1], width)
        self.transformer = nn.Transformer(width, 2, 2, 2, 17, 0.1, batch_first=True, **options)
        self.generator = nn.Linear(width, vocabularies[1])
        if tied:
            self.generator.weight = self.target_embedding.weight
        self.width = width

    def embed(self, tokens, table):
        length = tokens.shape[1]
        angle = torch.arange(length, dtype=torch.float64).unsqueeze(1) * torch.exp(
            torch.arange(0, self.width, 2, dtype=torch.float64) * (-math.log(10000.0) / self.width))
        places = torch.zeros(length, self.width, dtype=torch.float64)
        places[:, 0::2], places[:, 1::2] = torch.sin(angle), torch.cos(angle)
        return table(tokens) * math.sqrt(self.width) + places.float().double()

    def forward(self, source, target, source_padding, target_padding):
        causal = nn.Transformer.generate_square_subsequent_mask(target.shape[1]).bool()
        hidden = self.transformer(
            self.embed(source, self.source_embedding), self.embed(target, self.target_embedding),
            tgt_mask=causal, src_key_padding_mask=source_padding, tgt_key_padding_mask=target_padding,
            memory_key_padding_mask=source_padding)
        return self.generator(hidden)


def modules():
    case = Case("multi_head_attention", lambda: nn.MultiheadAttention(14, 2, batch_first=True))
    x = case.input("x", 2, 5, 14)
    case.finish(case.module(x, x, x, need_weights=False)[0])

    case = Case(
        "multi_head_attention_widths",
        lambda: nn.MultiheadAttention(14, 2, kdim=7, vdim=9, batch_first=True))
    query, key, value = (
        case.input("query", 2, 3, 14), case.input("key", 2, 5, 7), case.input("value", 2, 5, 9))
    case.finish(case.module(query, key, value, need_weights=False)[0])

    for name, norm_first in [("encoder_layer", False), ("encoder_layer_pre", True)]:
        case = Case(
            name, lambda: nn.TransformerEncoderLayer(14, 2, 17, batch_first=True, norm_first=norm_first))
        case.finish(case.module(case.input("x", 2, 5, 14)))

    case = Case("decoder_layer", lambda: nn.TransformerDecoderLayer(14, 2, 17, batch_first=True))
    x, memory = case.input("x", 2, 5, 14), case.input("memory", 2, 3, 14)
    causal = nn.Transformer.generate_square_subsequent_mask(5).bool()
    case.finish(case.module(x, memory, tgt_mask=causal, tgt_is_causal=True))

    sources, targets = [[1, 2, 3, 4, 5], [6, 7, 8]], [[2, 3, 4], [5, 6, 7, 8]]
    for name, options in [
        ("transformer", {}), ("transformer_tied", {"tied": True, "norm_first": True})
    ]:
        case = Case(name, lambda: TokenTransformer(**options))
        source, target = case.tokens("source", sources), case.tokens("target", targets)
        output = case.module(source, target, padding(sources), padding(targets))
        case.finish(output, (~padding(targets)).double())

    for name, kind in [("lstm", nn.LSTM), ("gru", nn.GRU)]:
        case = Case(name, lambda: kind(14, 7, num_layers=2, bidirectional=True, batch_first=True))
        case.finish(case.module(case.input("x", 2, 6, 14))[0])

    case = Case("linear", lambda: nn.Linear(5, 7))
    case.finish(case.module(case.input("x", 3, 5)))
    case = Case("layer_norm", lambda: nn.LayerNorm(11))
    case.finish(case.module(case.input("x", 3, 11)))
    case = Case("embedding", lambda: nn.Embedding(11, 5))
    case.finish(case.module(case.tokens("x", [[1, 2, 3], [10, 0, 10]])))


if __name__ == "__main__":
    modules()
