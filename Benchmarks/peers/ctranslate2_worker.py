"""CTranslate2's side of `bench peers`: decoding with our weights at a forced length. `bench` starts it
and tells it what to do; peer_worker.py has the protocol."""

import os
import weakref

import ctranslate2
import numpy as np
from ctranslate2.specs import common_spec, transformer_spec
from safetensors.numpy import load_file

import peer_worker

# Our tokens 0 to 3.
SPECIAL_TOKENS = ["<blank>", "<unk>", "<s>", "</s>"]


class ModelWriter:
    """Fills CTranslate2's specification of a post-norm Transformer with our weights."""

    def __init__(self, a: dict, values: dict):
        self.arguments, self.values = a, values

    def linear(self, spec, *names: str):
        """One matrix of several projections, one below the other."""
        spec.weight = np.concatenate([self.values[f"{name}.weight"] for name in names])
        spec.bias = np.concatenate([self.values[f"{name}.bias"] for name in names])

    def norm(self, spec, name: str):
        spec.gamma, spec.beta = self.values[f"{name}.weight"], self.values[f"{name}.bias"]

    def attention(self, spec, name: str):
        """Self-attention has its three input projections in one matrix, attention to the source keys
        and values only."""
        query, key, value = (f"{name}.{part}" for part in ("query", "key", "value"))
        groups = [[query, key, value]] if len(spec.linear) == 2 else [[query], [key, value]]
        for linear, names in zip(spec.linear, groups + [[f"{name}.output"]]):
            self.linear(linear, *names)
        self.norm(spec.layer_norm, f"{name}_norm")

    def positions(self) -> np.ndarray:
        length, width = self.arguments["length"], self.arguments["width"]
        angles = np.arange(length)[:, None] * np.exp(
            np.arange(0, width, 2) * -np.log(10000) / width)
        table = np.zeros((length, width), np.float32)
        table[:, 0::2], table[:, 1::2] = np.sin(angles), np.cos(angles)
        return table

    def write(self, folder: str) -> None:
        a = self.arguments
        spec = transformer_spec.TransformerSpec.from_config(
            (a["layers"], a["layers"]), a["heads"], pre_norm=False,
            activation=common_spec.Activation.RELU)
        embedding, positions = self.values["source_embedding.weight"], self.positions()
        for side, stack in (("encoder", spec.encoder), ("decoder", spec.decoder)):
            stack.scale_embeddings = True
            table = stack.embeddings
            (table[0] if isinstance(table, list) else table).weight = embedding
            stack.position_encodings.encodings = positions
            for index, layer in enumerate(stack.layer):
                name = f"{side}.layers.{index}"
                self.attention(layer.self_attention, f"{name}.self_attention")
                if side == "decoder":
                    self.attention(layer.attention, f"{name}.cross_attention")
                self.linear(layer.ffn.linear_0, f"{name}.feed_forward.inner")
                self.linear(layer.ffn.linear_1, f"{name}.feed_forward.outer")
                self.norm(layer.ffn.layer_norm, f"{name}.feed_forward_norm")
        spec.decoder.projection.weight = embedding
        spec.decoder.projection.bias = np.zeros(len(embedding), np.float32)
        tokens = SPECIAL_TOKENS + [f"t{i}" for i in range(len(SPECIAL_TOKENS), len(embedding))]
        spec.register_source_vocabulary(tokens)
        spec.register_target_vocabulary(tokens)
        spec.config.add_source_eos = False
        spec.config.layer_norm_epsilon = a["normEpsilon"]
        spec.validate()
        spec.optimize(quantization=None)
        spec.save(folder)


# Works of the same weights and precision share a model while one of them is there.
translators = weakref.WeakValueDictionary()


def translator(a: dict, values: dict) -> ctranslate2.Translator:
    folder, precision = a["folder"], a["precision"]
    found = translators.get((folder, precision))
    if found is None:
        if not os.path.exists(os.path.join(folder, "model.bin")):
            os.makedirs(folder)
            ModelWriter(a, values).write(folder)
        found = ctranslate2.Translator(
            folder, device="cpu", inter_threads=1, compute_type=precision,
            intra_threads=int(os.environ["OMP_NUM_THREADS"]))
        if found.compute_type.split("_")[0] != precision:
            raise ValueError(f"{precision} is not available here, {found.compute_type} is")
        translators[folder, precision] = found
    return found


class Decoding:
    """Sources of equal length to outputs of a forced length, so that all systems do the same work."""

    def __init__(self, a: dict):
        values = load_file(a["inputs"])
        self.beam, self.target = a["beam"], a["target"]
        self.translator = translator(a, values)
        rows = values["batch.source"][: a["batch"]]
        self.sources = [[f"t{number}" for number in row] for row in rows]

    def run(self):
        return self.translator.translate_batch(
            self.sources, beam_size=self.beam, max_batch_size=0, length_penalty=0,
            min_decoding_length=self.target, max_decoding_length=self.target,
            return_scores=False)

    def check(self, _) -> dict:
        """The tokens, and the logarithm of each output's probability."""
        results = self.translator.translate_batch(
            self.sources, beam_size=self.beam, max_batch_size=0, length_penalty=0,
            min_decoding_length=self.target, max_decoding_length=self.target, return_scores=True)
        return {"tokens": [[self.number(token) for token in result.hypotheses[0]]
                           for result in results],
                "scores": [result.scores[0] for result in results]}

    @staticmethod
    def number(token: str) -> int:
        return SPECIAL_TOKENS.index(token) if token in SPECIAL_TOKENS else int(token[1:])


def main():
    facts = {"CTranslate2": ctranslate2.__version__, "threads": os.environ["OMP_NUM_THREADS"],
             "waiting threads": os.environ.get("OMP_WAIT_POLICY", "as the library chooses")}
    peer_worker.serve(facts, {"decoding": Decoding})


if __name__ == "__main__":
    main()
