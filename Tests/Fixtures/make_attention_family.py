#!/usr/bin/env python3
"""Makes the reference values of the attention family with PyTorch: score functions, positions inside attention, gated
convolutions. The names are those of generate.py."""

import math

import torch
from generate import Part, Record, padding, variable
from torch import nn
from torch.nn import functional as F

BATCH, QUERIES, KEYS, HEADS, WIDTH, VALUE_WIDTH = 2, 7, 7, 6, 4, 3
LENGTHS = [7, 5]


def split(x, heads=HEADS):
    return x.view(x.shape[0], x.shape[1], heads, -1).transpose(1, 2)


def merge(x):
    return x.transpose(1, 2).reshape(x.shape[0], x.shape[2], -1)


def distances():
    return torch.arange(KEYS).unsqueeze(0) - torch.arange(QUERIES).unsqueeze(1)


def allowed(causal):
    mask = padding(LENGTHS, KEYS)[:, None, None, :]
    return mask & (distances() <= 0) if causal else mask


def inputs():
    return {
        "query": variable(BATCH, QUERIES, HEADS * WIDTH),
        "key": variable(BATCH, KEYS, HEADS * WIDTH),
        "value": variable(BATCH, KEYS, HEADS * VALUE_WIDTH),
    }


def softmax(scores, causal):
    return scores.masked_fill(~allowed(causal), -math.inf).softmax(-1)


def save(name, causal, y, weights, arguments, parameters=None):
    record = name if isinstance(name, Record) else Record(name)
    record.put("input.lengths", LENGTHS)
    record.put("input.causal", int(causal))
    record.put("output.weights", weights)
    parameters = {n: Part(p) for n, p in (parameters or {}).items()}
    record.differentiate({"y": y}, arguments, parameters)
    record.save()


def scores():
    record = Record("attention_general")
    x = inputs()
    weight = variable(HEADS, WIDTH, WIDTH)
    result = torch.einsum("bhtd,hdk,bhsk->bhts", split(x["query"]), weight, split(x["key"]))
    weights = softmax(result, False)
    save(record, False, merge(weights @ split(x["value"])), weights, x, {"score.weight": weight})

    record = Record("attention_additive")
    x = inputs()
    query, key = nn.Linear(HEADS * WIDTH, HEADS * 5, bias=False), nn.Linear(HEADS * WIDTH, HEADS * 5)
    vector = variable(HEADS * 5)
    with torch.no_grad():
        for parameter in [query.weight, key.weight, key.bias]:
            parameter.copy_(parameter.float())
    pairs = split(query(x["query"]))[:, :, :, None] + split(key(x["key"]))[:, :, None]
    result = torch.einsum("bhtsa,ha->bhts", pairs.tanh(), vector.view(HEADS, 5))
    weights = softmax(result, True)
    save(
        record, True, merge(weights @ split(x["value"])), weights, x,
        {"score.query.weight": query.weight, "score.key.weight": key.weight,
         "score.key.bias": key.bias, "score.vector": vector})

    record = Record("attention_cosine")
    x = inputs()
    log_scale = variable(HEADS)
    cosines = F.cosine_similarity(
        split(x["query"])[:, :, :, None], split(x["key"])[:, :, None], dim=-1)
    weights = softmax(cosines * log_scale.exp()[:, None, None], True)
    save(
        record, True, merge(weights @ split(x["value"])), weights, x,
        {"score.log_scale": log_scale})


def shaw():
    """Shaw et al. 2018, equations 3 and 4, a vector for each pair written out."""
    for name, causal in [("attention_relative", False), ("attention_relative_causal", True)]:
        record = Record(name)
        x = inputs()
        keys, values = variable(HEADS, 5, WIDTH), variable(HEADS, 5, VALUE_WIDTH)
        place = distances().clamp(-2, 2) + 2
        pair_keys = split(x["key"])[:, :, None] + keys[:, place]
        result = (split(x["query"])[:, :, :, None] * pair_keys).sum(-1) / math.sqrt(WIDTH)
        weights = softmax(result, causal)
        pair_values = split(x["value"])[:, :, None] + values[:, place]
        y = merge((weights[..., None] * pair_values).sum(3))
        save(record, causal, y, weights, x, {"positions.keys": keys, "positions.values": values})


def rotary():
    """Su et al. 2021, section 3.4.2: multiplication of complex numbers."""
    record = Record("attention_rotary")
    x = inputs()
    frequencies = 10_000 ** -(torch.arange(0, WIDTH, 2) / WIDTH)
    angles = torch.arange(KEYS)[:, None] * frequencies

    def turned(x):
        pairs = torch.view_as_complex(split(x).unflatten(-1, (-1, 2)))
        return torch.view_as_real(pairs * torch.polar(torch.ones_like(angles), angles)).flatten(-2)

    weights = softmax(turned(x["query"]) @ turned(x["key"]).mT / math.sqrt(WIDTH), True)
    save(record, True, merge(weights @ split(x["value"])), weights, x)


def slopes(heads):
    """As printed in the repository of Press et al. 2022."""
    def powers(n):
        start = 2 ** (-(2 ** -(math.log2(n) - 3)))
        return [start * start**i for i in range(n)]

    if math.log2(heads).is_integer():
        return powers(heads)
    closest = 2 ** math.floor(math.log2(heads))
    return powers(closest) + slopes(2 * closest)[0::2][: heads - closest]


def alibi():
    record = Record("attention_alibi")
    x = inputs()
    bias = -torch.tensor(slopes(HEADS))[:, None, None] * distances().abs()
    mask = torch.where(allowed(True), bias, -math.inf)
    y = merge(F.scaled_dot_product_attention(
        split(x["query"]), split(x["key"]), split(x["value"]), mask))
    weights = (split(x["query"]) @ split(x["key"]).mT / math.sqrt(WIDTH) + mask).softmax(-1)
    record.put("input.slopes", torch.tensor(slopes(HEADS)))
    save(record, True, y, weights, x)


def bucket(distance, bidirectional, buckets, largest):
    """The buckets of Raffel et al. 2020, in T5's single precision."""
    result, steps = 0, max(-distance, 0)
    if bidirectional:
        buckets //= 2
        result += buckets if distance > 0 else 0
        steps = abs(distance)
    exact = buckets // 2
    if steps < exact:
        return result + steps
    share = torch.log(torch.tensor(steps, dtype=torch.float32) / exact)
    share = share / math.log(largest / exact) * (buckets - exact)
    return result + min(exact + int(share), buckets - 1)


def t5():
    for name, causal in [("attention_t5", False), ("attention_t5_causal", True)]:
        record = Record(name)
        x = inputs()
        weight = variable(8, HEADS)
        table = torch.tensor([
            [bucket(int(d), not causal, 8, 5) for d in row] for row in distances()])
        bias = F.embedding(table, weight).permute(2, 0, 1)
        mask = torch.where(allowed(causal), bias, -math.inf)
        # T5 does not scale its scores.
        y = merge(F.scaled_dot_product_attention(
            split(x["query"]), split(x["key"]), split(x["value"]), mask, scale=1.0))
        weights = (split(x["query"]) @ split(x["key"]).mT + mask).softmax(-1)
        record.put("output.buckets", [bucket(d, not causal, 32, 128) for d in range(-300, 301)])
        save(record, causal, y, weights, x, {"positions.weight": weight})


def convolutions():
    """The gated convolution of Gehring et al. 2017: a convolution to twice the width, then a gated linear unit."""
    for name, causal in [("gated_convolution", False), ("gated_convolution_causal", True)]:
        record = Record(name)
        x = variable(2, 9, 5)
        weight, bias = variable(3, 2 * 4, 5), variable(2 * 4)
        left = 2 if causal else 1
        y = F.conv1d(F.pad(x.mT, (left, 2 - left)), weight.permute(1, 2, 0), bias)
        record.differentiate(
            {"y": F.glu(y, dim=1).mT}, {"x": x}, {"weight": Part(weight), "bias": Part(bias)})
        record.save()


def main():
    torch.set_default_dtype(torch.float64)
    torch.set_num_threads(1)
    for make in [scores, shaw, rotary, alibi, t5, convolutions]:
        make()


if __name__ == "__main__":
    main()
