#!/usr/bin/env python3
"""Makes models of CTranslate2's newest format from the Marian model of make_marian.py, and what CTranslate2 computes.

Tests/Fixtures/ctranslate2/float and .../int8 have model.bin, config.json and shared_vocabulary.json as the library's own
converter classes write them; expected.json has greedy and beam outputs with scores for the float one.

Needs ctranslate2, numpy and safetensors.
"""

import json
import pathlib
import shutil

import ctranslate2
import numpy
from ctranslate2.specs import common_spec, transformer_spec
from safetensors.numpy import load_file

FOLDER = pathlib.Path(__file__).resolve().parent
VOCABULARY, PAD, END = 29, 28, 0
LAYERS, WIDTH, POSITIONS = 2, 16, 32


def token(i):
    return {PAD: "<pad>", END: "</s>", 1: "<unk>"}.get(i, f"w{i}")


def sinusoids():
    angle = numpy.arange(POSITIONS)[:, None] / 10000 ** (2 * numpy.arange(WIDTH // 2) / WIDTH)
    return numpy.concatenate([numpy.sin(angle), numpy.cos(angle)], axis=1).astype(numpy.float32)


def specification(weights):
    spec = transformer_spec.TransformerSpec.from_config(
        (LAYERS, LAYERS), 4, pre_norm=False, activation=common_spec.Activation.SWISH)

    def linear(target, *names):
        target.weight = numpy.concatenate([weights[name + ".weight"] for name in names])
        target.bias = numpy.concatenate([weights[name + ".bias"] for name in names])

    def norm(target, name):
        target.gamma, target.beta = weights[name + ".weight"], weights[name + ".bias"]

    for side, stack in [("encoder", spec.encoder), ("decoder", spec.decoder)]:
        embeddings = stack.embeddings[0] if side == "encoder" else stack.embeddings
        embeddings.weight = weights["model.shared.weight"]
        stack.position_encodings.encodings = sinusoids()
        for i, layer in enumerate(stack.layer):
            prefix = f"model.{side}.layers.{i}."
            own = [prefix + f"self_attn.{kind}_proj" for kind in "qkv"]
            linear(layer.self_attention.linear[0], *own)
            linear(layer.self_attention.linear[1], prefix + "self_attn.out_proj")
            norm(layer.self_attention.layer_norm, prefix + "self_attn_layer_norm")
            if side == "decoder":
                linear(layer.attention.linear[0], prefix + "encoder_attn.q_proj")
                linear(layer.attention.linear[1], prefix + "encoder_attn.k_proj", prefix + "encoder_attn.v_proj")
                linear(layer.attention.linear[2], prefix + "encoder_attn.out_proj")
                norm(layer.attention.layer_norm, prefix + "encoder_attn_layer_norm")
            linear(layer.ffn.linear_0, prefix + "fc1")
            linear(layer.ffn.linear_1, prefix + "fc2")
            norm(layer.ffn.layer_norm, prefix + "final_layer_norm")
    spec.decoder.projection.weight = weights["model.shared.weight"]
    spec.decoder.projection.bias = weights["final_logits_bias"][0]
    tokens = [token(i) for i in range(VOCABULARY)]
    spec.register_source_vocabulary(tokens)
    spec.register_target_vocabulary(tokens)
    spec.config.add_source_eos = True
    spec.config.decoder_start_token = token(PAD)
    spec.config.bos_token = token(PAD)
    return spec


def main():
    weights = load_file(FOLDER / "marian" / "model.safetensors")
    for name, quantization in [("float", None), ("int8", "int8")]:
        folder = FOLDER / "ctranslate2" / name
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        spec = specification(weights)
        spec.validate()
        spec.optimize(quantization=quantization)
        spec.save(str(folder))
    translator = ctranslate2.Translator(str(FOLDER / "ctranslate2" / "float"), compute_type="float32")
    expected = []
    for row in json.loads((FOLDER / "marian" / "expected.json").read_text()):
        source = [token(i) for i in row["source"][:-1]]
        options = dict(max_decoding_length=12, min_decoding_length=0, return_scores=True)
        greedy = translator.translate_batch([source], beam_size=1, **options)[0]
        beams = translator.translate_batch([source], beam_size=4, num_hypotheses=4, **options)[0]
        expected.append({
            "source": source, "greedy": greedy.hypotheses[0], "greedy_score": greedy.scores[0],
            "beams": beams.hypotheses, "scores": beams.scores,
        })
    (FOLDER / "ctranslate2" / "expected.json").write_text(json.dumps(expected, indent=1) + "\n")


if __name__ == "__main__":
    main()
