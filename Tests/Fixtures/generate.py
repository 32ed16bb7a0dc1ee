#!/usr/bin/env python3
"""Makes the reference values of the tests: what PyTorch computes for the layers and models of this package.

Every file holds the arguments, parameters, results and gradients of one computation:

    input.NAME               an argument (integers: tokens, lengths, masks)
    parameter.PATH           a parameter, by its path in the package's layers
    output.NAME              a result
    upstream.NAME            the gradient of that result from which the backward pass starts
    input_gradient.NAME      the gradient of an argument
    parameter_gradient.PATH  the gradient of a parameter

Arguments and parameters are float32 numbers; PyTorch computes with them in float64, and the results are
rounded to float32 at the end, so that a difference is the error of the package and not of PyTorch.

Needs torch, numpy and safetensors. The same versions write the same bytes.
"""

import math
import pathlib

import torch
from safetensors.torch import save_file
from torch import nn
from torch.nn import functional as F

FOLDER = pathlib.Path(__file__).resolve().parent
EPSILON = 1e-5


def rounded(tensor):
    """The nearest float32 numbers, as float64."""
    return tensor.float().double()


def random(*shape, scale=1.0):
    return rounded(torch.randn(*shape) * scale)


def variable(*shape, scale=1.0):
    return random(*shape, scale=scale).requires_grad_()


class Record:
    """The contents of one file."""

    def __init__(self, name):
        self.name = name
        self.tensors = {}
        torch.manual_seed(sum(ord(c) * (i + 1) for i, c in enumerate(name)))

    def put(self, name, value):
        if not torch.is_tensor(value):
            value = torch.tensor(value)
        value = value.detach()
        if value.is_floating_point():
            value = value.float()
        elif value.dtype != torch.uint8:
            value = value.long()
        assert name not in self.tensors, name
        # A copy with memory of its own: parts of one tensor may not share theirs.
        self.tensors[name] = value.contiguous().clone()

    def differentiate(self, outputs, inputs=None, parameters=None, real=None):
        """Stores everything about results, and the gradients of arguments and parameters.

        `real`: 1 where an output's row counts, [B, T]; the others get no gradient.
        """
        total = 0
        for name, output in outputs.items():
            upstream = random(*output.shape)
            if real is not None:
                upstream = upstream * real.unsqueeze(-1)
            total = total + (output * upstream).sum()
            self.put("output." + name, output)
            self.put("upstream." + name, upstream)
        self.backward(total, inputs, parameters)

    def backward(self, total, inputs=None, parameters=None):
        inputs, parameters = inputs or {}, parameters or {}
        names = [("input", n) for n in inputs] + [("parameter", n) for n in parameters]
        leaves = list(inputs.values()) + [p.source for p in parameters.values()]
        gradients = torch.autograd.grad(total, leaves)
        for (kind, name), gradient in zip(names, gradients):
            value = inputs[name] if kind == "input" else parameters[name].part(
                parameters[name].source)
            if kind == "parameter":
                gradient = parameters[name].part(gradient)
            self.put(f"{kind}.{name}", value)
            self.put(f"{kind}_gradient.{name}", gradient)

    def save(self):
        # Tensors go in by name, so that the bytes do not depend on the order here.
        save_file(dict(sorted(self.tensors.items())), FOLDER / f"{self.name}.safetensors")


class Part:
    """A parameter of ours that is a tensor of PyTorch's, or some of its rows."""

    def __init__(self, source, rows=None):
        self.source = source
        self.rows = rows

    def part(self, tensor):
        return tensor if self.rows is None else tensor[self.rows]


def randomize(module, scale=0.4):
    """Parameters that hide no mistake: no zeros, no ones."""
    with torch.no_grad():
        for name, parameter in module.named_parameters():
            if "norm" in name and name.endswith("weight"):
                parameter.copy_(rounded(1 + 0.3 * torch.randn_like(parameter)))
            else:
                parameter.copy_(random(*parameter.shape, scale=scale))
    return module


def linear_parts(prefix, layer):
    return {f"{prefix}.weight": Part(layer.weight), f"{prefix}.bias": Part(layer.bias)}


def attention_parts(prefix, layer):
    """nn.MultiheadAttention keeps three projections in one tensor where it can."""
    width = layer.embed_dim
    parts = {}
    for index, name in enumerate(["query", "key", "value"]):
        rows = slice(index * width, (index + 1) * width)
        if layer.in_proj_weight is not None:
            weight = Part(layer.in_proj_weight, rows)
        else:
            weight = Part([layer.q_proj_weight, layer.k_proj_weight, layer.v_proj_weight][index])
        parts[f"{prefix}{name}.weight"] = weight
        parts[f"{prefix}{name}.bias"] = Part(layer.in_proj_bias, rows)
    return parts | linear_parts(f"{prefix}output", layer.out_proj)


def layer_parts(prefix, layer):
    """The parameters of nn.TransformerEncoderLayer or nn.TransformerDecoderLayer."""
    parts = attention_parts(f"{prefix}self_attention.", layer.self_attn)
    parts |= linear_parts(f"{prefix}self_attention_norm", layer.norm1)
    last = layer.norm2
    if isinstance(layer, nn.TransformerDecoderLayer):
        parts |= attention_parts(f"{prefix}cross_attention.", layer.multihead_attn)
        parts |= linear_parts(f"{prefix}cross_attention_norm", layer.norm2)
        last = layer.norm3
    parts |= linear_parts(f"{prefix}feed_forward.inner", layer.linear1)
    parts |= linear_parts(f"{prefix}feed_forward.outer", layer.linear2)
    return parts | linear_parts(f"{prefix}feed_forward_norm", last)


ACTIVATIONS = {
    "identity": lambda x: x,
    "relu": F.relu,
    "gelu": F.gelu,
    "geluTanh": lambda x: F.gelu(x, approximate="tanh"),
    "silu": F.silu,
    "tanh": torch.tanh,
    "sigmoid": torch.sigmoid,
}


def sinusoids(length, width):
    """Section 3.5 of the paper, sines and cosines in turn."""
    position = torch.arange(length).double().unsqueeze(1)
    pair = torch.div(torch.arange(width), 2, rounding_mode="floor").double()
    angle = position / 10000 ** (2 * pair / width)
    return torch.where(torch.arange(width) % 2 == 0, angle.sin(), angle.cos())


def padding(lengths, length):
    """1 for real positions, [B, length]."""
    return torch.arange(length).unsqueeze(0) < torch.tensor(lengths).unsqueeze(1)


def linear():
    for name, activation in ACTIVATIONS.items():
        record = Record(f"linear_{name}")
        x, w, b = variable(2, 5, 7), variable(11, 7), variable(11)
        record.differentiate(
            {"y": activation(F.linear(x, w, b))}, {"x": x},
            {"weight": Part(w), "bias": Part(b)})
        record.save()


def layer_norm():
    record = Record("layer_norm")
    x, w, b = variable(3, 5, 17, scale=2), variable(17), variable(17)
    record.differentiate(
        {"y": F.layer_norm(x, (17,), w, b, EPSILON)}, {"x": x},
        {"weight": Part(w), "bias": Part(b)})
    record.save()


def add_norm():
    record = Record("add_norm")
    residual, branch = variable(3, 5, 17), variable(3, 5, 17)
    w, b = variable(17), variable(17)
    record.differentiate(
        {"y": F.layer_norm(residual + branch, (17,), w, b, EPSILON)},
        {"residual": residual, "branch": branch}, {"weight": Part(w), "bias": Part(b)})
    record.save()


def embedding():
    tokens = torch.tensor([[3, 1, 30, 7, 3, 0, 11], [2, 2, 29, 5, 13, 17, 19], [23, 0, 1, 4, 6, 8, 3]])
    record = Record("embedding_sinusoidal")
    table = variable(31, 13)
    record.put("input.tokens", tokens)
    record.put("output.positions", sinusoids(101, 13))
    y = F.embedding(tokens, table) * math.sqrt(13) + sinusoids(7, 13)
    record.differentiate({"y": y}, parameters={"weight": Part(table)})
    record.save()

    record = Record("embedding_learned")
    table, positions = variable(31, 13), variable(11, 13)
    record.put("input.tokens", tokens)
    y = F.embedding(tokens, table) * math.sqrt(13) + positions[:7]
    record.differentiate(
        {"y": y}, parameters={"weight": Part(table), "positions.weight": Part(positions)})
    record.save()

    record = Record("embedding_tied")
    table = variable(31, 13)
    record.put("input.tokens", tokens)
    y = F.linear(torch.tanh(F.embedding(tokens, table) * math.sqrt(13)), table)
    record.differentiate({"y": y}, parameters={"weight": Part(table)})
    record.save()


def attention():
    batch, queries, keys, heads, width, value_width = 3, 7, 11, 2, 5, 3
    query_place = torch.arange(queries).unsqueeze(1) + keys - queries
    key_place = torch.arange(keys).unsqueeze(0)
    everything = torch.ones(batch, queries, keys, dtype=torch.bool)
    arbitrary = torch.rand(batch, queries, keys, generator=torch.Generator().manual_seed(5)) < 0.4
    arbitrary[0, 3] = False
    arbitrary[2, 0] = False
    lengths = [11, 4, 0]
    masks = {
        "plain": everything,
        "causal": everything & (key_place <= query_place),
        "padding": everything & padding(lengths, keys).unsqueeze(1),
        "window": everything & ((key_place - query_place).abs() <= 2),
        "arbitrary": arbitrary,
    }
    for name, mask in masks.items():
        record = Record(f"attention_{name}")
        q = variable(batch, queries, heads * width)
        k = variable(batch, keys, heads * width)
        v = variable(batch, keys, heads * value_width)

        def split(x):
            return x.view(batch, x.shape[1], heads, -1).transpose(1, 2)

        allowed = mask.unsqueeze(1)
        scores = split(q) @ split(k).transpose(2, 3) / math.sqrt(width)
        # A query with no key gets zeros and passes no gradient on: its softmax is over zeros and then
        # multiplied by 0.
        scores = scores.masked_fill(~allowed, -math.inf)
        scores = scores.masked_fill(~allowed.any(-1, keepdim=True), 0)
        weights = scores.softmax(-1) * allowed
        y = (weights @ split(v)).transpose(1, 2).reshape(batch, queries, -1)
        if mask.any(-1).all():
            # PyTorch's own function, where it is defined.
            own = F.scaled_dot_product_attention(split(q), split(k), split(v), allowed)
            assert torch.allclose(own.transpose(1, 2).reshape(y.shape), y)
        record.put("input.lengths", lengths)
        record.put("input.allowed", mask.to(torch.uint8))
        record.put("output.weights", weights)
        record.differentiate({"y": y}, {"query": q, "key": k, "value": v})
        record.save()


def multi_head_attention():
    record = Record("multi_head_self_attention")
    layer = randomize(nn.MultiheadAttention(15, 3, batch_first=True))
    lengths = [11, 7, 1]
    x = variable(3, 11, 15)
    y, weights = layer(
        x, x, x, key_padding_mask=~padding(lengths, 11), average_attn_weights=False)
    record.put("input.lengths", lengths)
    record.put("output.weights", weights)
    record.differentiate({"y": y}, {"x": x}, attention_parts("", layer))
    record.save()

    record = Record("multi_head_cross_attention")
    layer = randomize(nn.MultiheadAttention(15, 3, kdim=13, vdim=17, batch_first=True))
    query, key, value = variable(3, 7, 15), variable(3, 11, 13), variable(3, 11, 17)
    y, weights = layer(
        query, key, value, key_padding_mask=~padding(lengths, 11), average_attn_weights=False)
    record.put("input.lengths", lengths)
    record.put("output.weights", weights)
    record.differentiate(
        {"y": y}, {"query": query, "key": key, "value": value}, attention_parts("", layer))
    record.save()


def feed_forward():
    for name in ["relu", "gelu", "geluTanh", "silu"]:
        record = Record(f"feed_forward_{name}")
        inner, outer = randomize(nn.Linear(13, 29)), randomize(nn.Linear(29, 13))
        x = variable(3, 5, 13)
        y = outer(ACTIVATIONS[name](inner(x)))
        record.differentiate(
            {"y": y}, {"x": x}, linear_parts("inner", inner) | linear_parts("outer", outer))
        record.save()


def layer_options(norm_first, activation=F.relu):
    return dict(
        d_model=15, nhead=3, dim_feedforward=23, dropout=0.0, activation=activation,
        layer_norm_eps=EPSILON, batch_first=True, norm_first=norm_first)


def transformer_layers():
    source_lengths, target_lengths = [11, 5, 8], [7, 3, 1]
    for placement in ["post", "pre"]:
        record = Record(f"encoder_layer_{placement}")
        layer = randomize(nn.TransformerEncoderLayer(**layer_options(placement == "pre")))
        x = variable(3, 11, 15)
        real = padding(source_lengths, 11)
        record.put("input.lengths", source_lengths)
        record.differentiate(
            {"y": layer(x, src_key_padding_mask=~real)}, {"x": x}, layer_parts("", layer), real)
        record.save()

        record = Record(f"decoder_layer_{placement}")
        layer = randomize(nn.TransformerDecoderLayer(**layer_options(placement == "pre")))
        x, memory = variable(3, 7, 15), variable(3, 11, 15)
        real = padding(target_lengths, 7)
        record.put("input.lengths", target_lengths)
        record.put("input.memory_lengths", source_lengths)
        y = layer(
            x, memory, tgt_mask=torch.ones(7, 7, dtype=torch.bool).triu(1),
            tgt_key_padding_mask=~real, memory_key_padding_mask=~padding(source_lengths, 11))
        record.differentiate(
            {"y": y}, {"x": x, "memory": memory}, layer_parts("", layer), real)
        record.save()


class Model(nn.Module):
    """The encoder-decoder of the paper from PyTorch's layers."""

    def __init__(self, norm_first=False, tying="all", learned=False, activation="relu"):
        super().__init__()
        options = layer_options(norm_first, ACTIVATIONS[activation])
        self.width = options["d_model"]
        self.encoder = nn.ModuleList(nn.TransformerEncoderLayer(**options) for _ in range(2))
        self.decoder = nn.ModuleList(nn.TransformerDecoderLayer(**options) for _ in range(2))
        vocabularies = (29, 29) if tying == "all" else (31, 29)
        self.target = nn.Embedding(vocabularies[1], self.width)
        self.source = self.target if tying == "all" else nn.Embedding(vocabularies[0], self.width)
        self.output = (
            nn.Linear(self.width, vocabularies[1], bias=False) if tying == "none" else self.target)
        self.positions = nn.Embedding(19, self.width) if learned else None
        self.encoder_norm = nn.LayerNorm(self.width, EPSILON) if norm_first else nn.Identity()
        self.decoder_norm = nn.LayerNorm(self.width, EPSILON) if norm_first else nn.Identity()
        randomize(self, scale=0.3)

    def parts(self):
        parts = {"source_embedding.weight": Part(self.source.weight)}
        if self.target is not self.source:
            parts["target_embedding.weight"] = Part(self.target.weight)
        if self.output is not self.target:
            parts["output_projection.weight"] = Part(self.output.weight)
        if self.positions is not None:
            parts["positions.weight"] = Part(self.positions.weight)
        for side in ["encoder", "decoder"]:
            for index, layer in enumerate(getattr(self, side)):
                parts |= layer_parts(f"{side}.layers.{index}.", layer)
            norm = getattr(self, f"{side}_norm")
            if isinstance(norm, nn.LayerNorm):
                parts |= linear_parts(f"{side}.final_norm", norm)
        return parts

    def embed(self, tokens, table):
        length = tokens.shape[1]
        positions = (
            sinusoids(length, self.width) if self.positions is None
            else self.positions.weight[:length])
        return table(tokens) * math.sqrt(self.width) + positions

    def forward(self, batch):
        hidden_source = ~padding(batch.source_lengths, batch.source.shape[1])
        length = batch.decoder_input.shape[1]
        memory = self.embed(batch.source, self.source)
        for layer in self.encoder:
            memory = layer(memory, src_key_padding_mask=hidden_source)
        memory = self.encoder_norm(memory)
        x = self.embed(batch.decoder_input, self.target)
        for layer in self.decoder:
            x = layer(
                x, memory, tgt_mask=torch.ones(length, length, dtype=torch.bool).triu(1),
                tgt_key_padding_mask=~padding(batch.target_lengths, length),
                memory_key_padding_mask=hidden_source)
        return F.linear(self.decoder_norm(x), self.output.weight)

    def loss(self, batch):
        logits = self(batch)
        total = F.cross_entropy(
            logits.flatten(0, 1), batch.expected.flatten(), ignore_index=-1, reduction="sum",
            label_smoothing=0.1)
        return logits, total / batch.token_count


class Batch:
    """Random sentences. Tokens 0, 1 and 2 are padding, start and end."""

    def __init__(self, source_lengths, target_lengths, vocabularies=(29, 29)):
        self.source_lengths = source_lengths
        # What the decoder reads: the start token and the target.
        self.target_lengths = [length + 1 for length in target_lengths]
        self.token_count = sum(self.target_lengths)
        self.sources = [torch.randint(3, vocabularies[0], (n,)) for n in source_lengths]
        self.targets = [torch.randint(3, vocabularies[1], (n,)) for n in target_lengths]

        def pad(rows, value):
            return nn.utils.rnn.pad_sequence(rows, batch_first=True, padding_value=value)

        self.source = pad(self.sources, 0)
        self.decoder_input = pad([F.pad(t, (1, 0), value=1) for t in self.targets], 0)
        self.expected = pad([F.pad(t, (0, 1), value=2) for t in self.targets], -1)

    def put_into(self, record, prefix="input."):
        record.put(prefix + "source_lengths", self.source_lengths)
        record.put(prefix + "target_lengths", [len(t) for t in self.targets])
        record.put(prefix + "sources", torch.cat(self.sources))
        record.put(prefix + "targets", torch.cat(self.targets))


def transformer():
    variants = {
        "transformer": dict(),
        "transformer_pre_norm": dict(
            norm_first=True, tying="decoder", learned=True, activation="gelu"),
        "transformer_untied": dict(tying="none", activation="silu"),
    }
    for name, options in variants.items():
        record = Record(name)
        model = Model(**options)
        size = (29, 29) if name == "transformer" else (31, 29)
        batch = Batch([11, 3, 1, 7], [5, 9, 1, 0], size)
        batch.put_into(record)
        logits, loss = model.loss(batch)
        real = padding(batch.target_lengths, logits.shape[1])
        record.put("output.logits", logits * real.unsqueeze(-1))
        record.put("output.loss", loss)
        record.backward(loss, parameters=model.parts())
        record.save()


def training():
    """Ten updates as in section 5.3, at a learning rate with which the loss falls visibly."""
    record = Record("training")
    model = Model()
    warmup = 100
    optimizer = torch.optim.Adam(model.parameters(), betas=(0.9, 0.98), eps=1e-9)
    for name, part in model.parts().items():
        record.put(f"parameter.{name}", part.part(part.source))
    losses, rates = [], []
    for step in range(1, 11):
        lengths = torch.randint(1, 10, (2, 5)).tolist()
        batch = Batch(*lengths)
        batch.put_into(record, f"input.{step}.")
        rate = model.width**-0.5 * min(step**-0.5, step * warmup**-1.5)
        for group in optimizer.param_groups:
            group["lr"] = rate
        optimizer.zero_grad()
        loss = model.loss(batch)[1]
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
        rates.append(rate)
    record.put("input.warmup", warmup)
    record.put("output.losses", losses)
    record.put("output.learning_rates", rates)
    for name, part in model.parts().items():
        record.put(f"output.parameter.{name}", part.part(part.source))
    record.save()


def cross_entropy():
    record = Record("cross_entropy")
    hidden, weight, bias = variable(3, 7, 13), variable(31, 13), variable(31)
    expected = torch.randint(0, 31, (3, 7))
    expected[1, 4:] = -1
    expected[2, 1:] = -1
    logits = F.linear(hidden, weight, bias)
    count = (expected >= 0).sum()
    record.put("input.expected", expected)
    record.put("output.logits", logits)
    for name, smoothing in [("smoothed", 0.1), ("plain", 0.0)]:
        loss = F.cross_entropy(
            logits.flatten(0, 1), expected.flatten(), ignore_index=-1, reduction="sum",
            label_smoothing=smoothing) / count
        record.put(f"output.{name}_loss", loss)
        gradients = torch.autograd.grad(loss, [logits, hidden, weight, bias], retain_graph=True)
        for leaf, gradient in zip(["logits", "hidden", "weight", "bias"], gradients):
            record.put(f"input_gradient.{name}_{leaf}", gradient)
    for name, value in [("hidden", hidden), ("weight", weight), ("bias", bias)]:
        record.put(f"input.{name}", value)
    record.save()


def adam():
    """Five updates of two parameters from given gradients."""
    options = {
        "adam": (torch.optim.Adam, dict(lr=0.03, betas=(0.9, 0.98), eps=1e-9), None),
        "adamw": (
            torch.optim.AdamW, dict(lr=0.03, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.07), None),
        "adam_clipped": (torch.optim.Adam, dict(lr=0.03, betas=(0.9, 0.98), eps=1e-9), 2.5),
    }
    for name, (optimizer_type, arguments, limit) in options.items():
        record = Record(name)
        parameters = {"weight": variable(7, 5), "bias": variable(11)}
        optimizer = optimizer_type(parameters.values(), **arguments)
        for key, parameter in parameters.items():
            record.put(f"parameter.{key}", parameter)
        norms = []
        for step in range(1, 6):
            for key, parameter in parameters.items():
                # The first row is so small that ε counts beside it.
                parameter.grad = random(*parameter.shape, scale=0.1 * step)
                parameter.grad[0] *= 1e-7
                parameter.grad = rounded(parameter.grad)
                record.put(f"input.{step}.{key}", parameter.grad)
            norm = nn.utils.clip_grad_norm_(parameters.values(), limit or math.inf)
            norms.append(norm.item())
            optimizer.step()
            for key, parameter in parameters.items():
                record.put(f"output.{step}.{key}", parameter)
        record.put("output.norms", norms)
        record.put("input.limit", float(limit or 0))
        record.save()


def recurrent():
    """Parameters under PyTorch's names; gates in PyTorch's order: input, forget, cell, output (LSTM); reset,
    update, candidate (GRU)."""
    for name, kind in [("lstm", nn.LSTM), ("gru", nn.GRU), ("rnn", nn.RNN)]:
        has_cell = kind is nn.LSTM

        def outputs(y, state):
            return {"y": y, "h": state[0], "c": state[1]} if has_cell else {"y": y, "h": state}

        def parts(layer):
            return {n: Part(p) for n, p in layer.named_parameters()}

        record = Record(name)
        layer = randomize(kind(7, 11, num_layers=2, batch_first=True))
        inputs = {"x": variable(3, 5, 7), "h0": variable(2, 3, 11)}
        if has_cell:
            inputs["c0"] = variable(2, 3, 11)
        y, state = layer(inputs["x"], (inputs["h0"], inputs["c0"]) if has_cell else inputs["h0"])
        record.differentiate(outputs(y, state), inputs, parts(layer))
        record.save()

        record = Record(name + "_bidirectional_packed")
        layer = randomize(kind(7, 11, num_layers=2, batch_first=True, bidirectional=True))
        x = variable(3, 5, 7)
        lengths = [5, 2, 3]
        packed = nn.utils.rnn.pack_padded_sequence(
            x, lengths, batch_first=True, enforce_sorted=False)
        y, state = layer(packed)
        y = nn.utils.rnn.pad_packed_sequence(y, batch_first=True)[0]
        record.put("input.lengths", lengths)
        record.differentiate(outputs(y, state), {"x": x}, parts(layer))
        record.save()


class RecurrentModel(nn.Module):
    """An encoder-decoder of D 10 with output bias. `attention`: none, luong (with or without input feeding: õ of
    a step is input of the next) or bahdanau; `score`: dot, general or additive. The source's last states, both
    directions side by side, are the decoder's first, through a learned transform where directions have full
    width."""

    WIDTH = 10

    def __init__(self, kind, layers, attention, score=None, feeds=False, bidirectional=True, full=False):
        super().__init__()
        width = self.WIDTH
        direction = width if full or not bidirectional else width // 2
        memory = direction * (2 if bidirectional else 1)
        self.kind, self.attention, self.score, self.feeds = kind, attention, score, feeds
        self.layers, self.bidirectional, self.full = layers, bidirectional, full
        self.source = nn.Embedding(31, width)
        self.target = nn.Embedding(29, width)
        self.encoder = kind(
            width, direction, layers, batch_first=True, bidirectional=bidirectional)
        inputs = width + (memory if attention == "bahdanau" else 0) + (width if feeds else 0)
        self.decoder = kind(inputs, width, layers, batch_first=True)
        if full:
            self.transforms = nn.ModuleList(nn.Linear(memory, width) for _ in range(layers))
        if score == "general":
            self.general = nn.Parameter(torch.empty(width, memory))
        if score == "additive":
            self.query = nn.Linear(width, width, bias=False)
            self.key = nn.Linear(memory, width, bias=False)
            self.vector = nn.Parameter(torch.empty(width))
        if attention != "none":
            self.combination = nn.Linear(width + memory, width)
        self.projection = nn.Linear(width, 29)
        randomize(self)

    def look(self, query, memory, lengths):
        """query [B, D] to what it finds, [B, E]."""
        if self.score == "dot":
            scores = (memory * query.unsqueeze(1)).sum(-1)
        elif self.score == "general":
            scores = torch.einsum("bd,de,bse->bs", query, self.general, memory)
        else:
            hidden = torch.tanh(self.query(query).unsqueeze(1) + self.key(memory))
            scores = hidden @ self.vector
        hidden_keys = torch.arange(memory.shape[1]) >= torch.tensor(lengths).unsqueeze(1)
        weights = torch.softmax(scores.masked_fill(hidden_keys, -math.inf), -1)
        return torch.einsum("bs,bse->be", weights, memory)

    def loss(self, batch):
        packed = nn.utils.rnn.pack_padded_sequence(
            self.source(batch.source), batch.source_lengths, batch_first=True,
            enforce_sorted=False)
        outputs, state = self.encoder(packed)
        memory = nn.utils.rnn.pad_packed_sequence(outputs, batch_first=True)[0]
        count = len(batch.source_lengths)

        def joined(states):
            directions = 2 if self.bidirectional else 1
            states = states.view(self.layers, directions, count, -1)
            rows = [torch.cat(list(layer), -1) for layer in states]
            if self.full:
                rows = [torch.tanh(t(row)) for t, row in zip(self.transforms, rows)]
            return torch.stack(rows)

        is_lstm = self.kind is nn.LSTM
        state = tuple(joined(s) for s in state) if is_lstm else joined(state)
        fed = torch.zeros(count, self.WIDTH)
        results = []
        for step in range(batch.decoder_input.shape[1]):
            x = [self.target(batch.decoder_input[:, step])]
            if self.attention == "bahdanau":
                found = self.look(state[-1], memory, batch.source_lengths)
                x.append(found)
            if self.feeds:
                x.append(fed)
            y, state = self.decoder(torch.cat(x, -1).unsqueeze(1), state)
            y = y.squeeze(1)
            if self.attention == "luong":
                found = self.look(y, memory, batch.source_lengths)
            if self.attention != "none":
                y = torch.tanh(self.combination(torch.cat([y, found], -1)))
            fed = y
            results.append(y)
        logits = self.projection(torch.stack(results, 1))
        loss = F.cross_entropy(
            logits.reshape(-1, 29), batch.expected.reshape(-1), ignore_index=-1,
            label_smoothing=0.1, reduction="sum") / batch.token_count
        return logits, loss

    def parts(self):
        names = {
            "input_weight": "weight_ih", "recurrent_weight": "weight_hh", "input_bias": "bias_ih",
            "recurrent_bias": "bias_hh"}
        parts = {
            "source_embedding.weight": Part(self.source.weight),
            "target_embedding.weight": Part(self.target.weight),
            "output_projection.weight": Part(self.projection.weight),
            "output_bias": Part(self.projection.bias)}
        for layer in range(self.layers):
            for ours, theirs in names.items():
                path = f"encoder.layers.{layer}."
                name = f"{theirs}_l{layer}"
                parts[f"{path}forward.{ours}"] = Part(getattr(self.encoder, name))
                if self.bidirectional:
                    parts[f"{path}backward.{ours}"] = Part(
                        getattr(self.encoder, name + "_reverse"))
                parts[f"decoder.layers.{layer}.{ours}"] = Part(getattr(self.decoder, name))
            if self.full:
                parts |= linear_parts(f"bridge.hidden.{layer}", self.transforms[layer])
        if self.score == "general":
            parts["decoder.score.weight"] = Part(self.general)
        if self.score == "additive":
            parts["decoder.score.query.weight"] = Part(self.query.weight)
            parts["decoder.score.key.weight"] = Part(self.key.weight)
            parts["decoder.score.vector"] = Part(self.vector)
        if self.attention != "none":
            parts |= linear_parts("decoder.combination", self.combination)
        return parts


def recurrent_models():
    variants = {
        "recurrent_fixed_vector": dict(
            kind=nn.GRU, layers=1, attention="none", bidirectional=False),
        "recurrent_luong": dict(kind=nn.LSTM, layers=2, attention="luong", score="dot"),
        "recurrent_luong_feeding": dict(
            kind=nn.LSTM, layers=2, attention="luong", score="general", feeds=True),
        "recurrent_bahdanau": dict(
            kind=nn.GRU, layers=1, attention="bahdanau", score="additive", full=True),
    }
    for name, options in variants.items():
        record = Record(name)
        model = RecurrentModel(**options)
        batch = Batch([11, 3, 1, 7], [5, 9, 1, 0], (31, 29))
        batch.put_into(record)
        logits, loss = model.loss(batch)
        real = padding(batch.target_lengths, logits.shape[1])
        record.put("output.logits", logits * real.unsqueeze(-1))
        record.put("output.loss", loss)
        record.backward(loss, parameters=model.parts())
        record.save()


def main():
    torch.set_default_dtype(torch.float64)
    torch.set_num_threads(1)
    for make in [
        linear, layer_norm, add_norm, embedding, attention, multi_head_attention, feed_forward,
        transformer_layers, transformer, training, cross_entropy, adam, recurrent,
        recurrent_models,
    ]:
        make()


if __name__ == "__main__":
    main()
