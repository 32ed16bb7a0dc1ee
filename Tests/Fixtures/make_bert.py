#!/usr/bin/env python3
"""Makes the reference values of BERT with the transformers library, in float64, from float32 parameters.

bert.safetensors, bert_plain.safetensors  as in generate.py: outputs and the gradients of all parameters
bert/                                     the model of bert.safetensors as the library saves it, with a vocabulary of
                                          word pieces
bert/sentences.json                       texts, their tokens and their embeddings by that model

Needs torch, safetensors and transformers 5. The same versions write the same bytes.
"""

import json

import torch
from torch.nn import functional as F
from transformers import BertConfig, BertModel, BertTokenizer
from transformers.utils import logging

from generate import FOLDER, Part, Record, linear_parts, padding, random

logging.disable_progress_bar()
LENGTHS = [11, 4, 7]
PIECES = """[PAD] [UNK] [CLS] [SEP] [MASK] the a cat dog sat ran on under mat tree . , ! ? un ##s ##ning ##aff ##able is
 not ##a ##b ##c b c 日 本 cafe""".split()


def configuration(**changes):
    settings = dict(
        vocab_size=len(PIECES), hidden_size=15, num_hidden_layers=2, num_attention_heads=3, intermediate_size=23,
        max_position_embeddings=19, type_vocab_size=2, hidden_act="gelu", layer_norm_eps=1e-12)
    return BertConfig(**(settings | changes), attn_implementation="eager")


def make(config, pooler):
    model = BertModel(config, add_pooling_layer=pooler).double().eval()
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            value = random(*parameter.shape, scale=0.25)
            parameter.copy_((1 + value).float().double() if name.endswith("LayerNorm.weight") else value)
    return model


def parts(model):
    embeddings = model.embeddings
    result = {
        "embeddings.tokens.weight": Part(embeddings.word_embeddings.weight),
        "embeddings.positions.weight": Part(embeddings.position_embeddings.weight),
        "embeddings.segments.weight": Part(embeddings.token_type_embeddings.weight),
    } | linear_parts("embeddings.norm", embeddings.LayerNorm)
    for index, layer in enumerate(model.encoder.layer):
        prefix = f"encoder.layers.{index}."
        attention = layer.attention
        for name in ["query", "key", "value"]:
            result |= linear_parts(f"{prefix}self_attention.{name}", getattr(attention.self, name))
        result |= linear_parts(f"{prefix}self_attention.output", attention.output.dense)
        result |= linear_parts(f"{prefix}self_attention_norm", attention.output.LayerNorm)
        result |= linear_parts(f"{prefix}feed_forward.inner", layer.intermediate.dense)
        result |= linear_parts(f"{prefix}feed_forward.outer", layer.output.dense)
        result |= linear_parts(f"{prefix}feed_forward_norm", layer.output.LayerNorm)
    if model.pooler is not None:
        result |= linear_parts("pooler", model.pooler.dense)
    return result


def mean(hidden, real):
    real = real.unsqueeze(-1)
    return (hidden * real).sum(1) / real.sum(1)


def record(name, config, pooler, segments):
    record = Record(name)
    model = make(config, pooler)
    real = padding(LENGTHS, max(LENGTHS))
    tokens = torch.randint(1, config.vocab_size, (len(LENGTHS), max(LENGTHS))) * real
    kinds = torch.zeros_like(tokens)
    if segments:
        for row, start in enumerate([5, 2, 7]):
            kinds[row, start:LENGTHS[row]] = 1
    record.put("input.tokens", tokens[real])
    record.put("input.segments", kinds[real])
    record.put("input.lengths", LENGTHS)
    result = model(tokens, attention_mask=real.long(), token_type_ids=kinds)
    hidden = result.last_hidden_state * real.unsqueeze(-1)
    outputs = {"hidden": hidden, "mean": F.normalize(mean(hidden, real)), "first": hidden[:, 0]}
    if pooler:
        outputs["pooled"] = result.pooler_output
    total = 0
    for output, value in outputs.items():
        # So small that gradients are of order 1.
        upstream = random(*value.shape, scale=0.1)
        total = total + (value * upstream).sum()
        record.put("output." + output, value)
        record.put("upstream." + output, upstream)
    record.backward(total, parameters=parts(model))
    record.save()
    return model


def save(model):
    """The folder as the library writes it, and what the library makes of some texts with it."""
    folder = FOLDER / "bert"
    folder.mkdir(exist_ok=True)
    (folder / "vocab.txt").write_text("".join(piece + "\n" for piece in PIECES), encoding="utf-8")
    model.float().save_pretrained(folder)
    tokenizer = BertTokenizer.from_pretrained(folder)
    texts = [
        "The cat sat on the mat.", "A dog is running!", "", "unaffable cats, un dogs", "日本 café", "xyzzy the",
        "the " * 40, "[MASK] sat under a tree?",
    ]
    model = BertModel.from_pretrained(folder, attn_implementation="eager").double().eval()
    batch = tokenizer(texts, truncation=True, max_length=19, padding=True, return_tensors="pt")
    with torch.no_grad():
        hidden = model(**batch).last_hidden_state
    real = batch["attention_mask"].bool()
    embeddings = {"mean": F.normalize(mean(hidden, real)), "first": hidden[:, 0]}
    contents = {"texts": texts, "tokens": [row[keep].tolist() for row, keep in zip(batch["input_ids"], real)]}
    contents |= {name: [[float(f"{x:.9g}") for x in row] for row in value.tolist()] for name, value in embeddings.items()}
    (folder / "sentences.json").write_text(json.dumps(contents) + "\n", encoding="ascii")


if __name__ == "__main__":
    save(record("bert", configuration(), pooler=True, segments=True))
    record("bert_plain", configuration(hidden_act="gelu_new", num_hidden_layers=1), pooler=False, segments=False)
