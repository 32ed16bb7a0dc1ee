"""Times CTranslate2 on the CPU at decoding with a Transformer of random weights. Every output is
forced to the same length, so that all systems do the same work. One JSON object a line on standard
output, a readable line on standard error."""

import argparse
import os
import tempfile

# Its threads otherwise go to sleep between two small layers, which costs it up to a factor of 13
# where waking is slow, as in a virtual machine. Must be set before the library is loaded.
os.environ.setdefault("OMP_WAIT_POLICY", "ACTIVE")

import ctranslate2
import numpy as np
from ctranslate2.specs import common_spec, transformer_spec

from configurations import CONFIGURATIONS, Configuration
from measuring import add_arguments, emit, emit_failure, host, measure

COMPUTE_TYPES = ("float32", "int8", "bfloat16")
SPECIAL_TOKENS = ["<blank>", "<unk>", "<s>", "</s>"]


class ModelWriter:
    """Fills the specification of a post-norm Transformer with random weights."""

    def __init__(self, c: Configuration, seed: int):
        self.c = c
        self.random = np.random.default_rng(seed)

    def matrix(self, rows: int, columns: int) -> np.ndarray:
        values = self.random.standard_normal((rows, columns), dtype=np.float32)
        return values / np.float32(np.sqrt(columns))

    def linear(self, spec, rows: int, columns: int):
        spec.weight = self.matrix(rows, columns)
        spec.bias = np.zeros(rows, np.float32)

    def norm(self, spec):
        spec.gamma = np.ones(self.c.model, np.float32)
        spec.beta = np.zeros(self.c.model, np.float32)

    def attention(self, spec, is_self: bool):
        d = self.c.model
        self.norm(spec.layer_norm)
        # Self-attention has its three input projections in one matrix, attention to the source
        # keys and values only.
        rows = (3 * d, d) if is_self else (d, 2 * d, d)
        for linear, count in zip(spec.linear, rows):
            self.linear(linear, count, d)

    def feed_forward(self, spec):
        self.norm(spec.layer_norm)
        self.linear(spec.linear_0, self.c.feed_forward, self.c.model)
        self.linear(spec.linear_1, self.c.model, self.c.feed_forward)

    def positions(self, length: int = 512) -> np.ndarray:
        d = self.c.model
        angles = np.arange(length)[:, None] * np.exp(np.arange(0, d, 2) * -np.log(10000) / d)
        table = np.zeros((length, d), np.float32)
        table[:, 0::2], table[:, 1::2] = np.sin(angles), np.cos(angles)
        return table

    def write(self, folder: str) -> None:
        c = self.c
        spec = transformer_spec.TransformerSpec.from_config(
            (c.layers, c.layers), c.heads, pre_norm=False,
            activation=common_spec.Activation.RELU)
        embedding, positions = self.matrix(c.vocabulary, c.model), self.positions()
        for stack in (spec.encoder, spec.decoder):
            stack.scale_embeddings = True
            table = stack.embeddings
            (table[0] if isinstance(table, list) else table).weight = embedding
            stack.position_encodings.encodings = positions
            for layer in stack.layer:
                self.attention(layer.self_attention, is_self=True)
                self.feed_forward(layer.ffn)
                if stack is spec.decoder:
                    self.attention(layer.attention, is_self=False)
        spec.decoder.projection.weight = embedding
        spec.decoder.projection.bias = np.zeros(c.vocabulary, np.float32)
        tokens = SPECIAL_TOKENS + [f"t{i}" for i in range(c.vocabulary - len(SPECIAL_TOKENS))]
        spec.register_source_vocabulary(tokens)
        spec.register_target_vocabulary(tokens)
        spec.config.add_source_eos = False
        spec.validate()
        spec.optimize(quantization=None)
        spec.save(folder)


def decode(arguments, facts, configuration: str, folder: str) -> None:
    c = CONFIGURATIONS[configuration]
    for precision in arguments.precisions:
        try:
            translator = ctranslate2.Translator(
                folder, device="cpu", inter_threads=1, intra_threads=arguments.threads,
                compute_type=precision)
        except ValueError as error:
            emit_failure(dict(facts, configuration=configuration, precision=precision), error)
            continue
        for batch in arguments.batches:
            for beam in arguments.beams:
                run = dict(facts, configuration=configuration, precision=precision, batch=batch,
                           beam=beam, source=arguments.source, target=arguments.target)
                random = np.random.default_rng(arguments.seed)
                numbers = random.integers(
                    0, c.vocabulary - len(SPECIAL_TOKENS), (batch, arguments.source))
                sources = [[f"t{number}" for number in row] for row in numbers]

                def work():
                    return translator.translate_batch(
                        sources, beam_size=beam, max_batch_size=0,
                        min_decoding_length=arguments.target,
                        max_decoding_length=arguments.target)

                lengths = {len(result.hypotheses[0]) for result in work()}
                if lengths != {arguments.target}:
                    emit_failure(run, ValueError(f"outputs have the lengths {sorted(lengths)}"))
                    continue
                emit(run, measure(work, arguments), tokens=batch * arguments.target)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    add_arguments(parser)
    parser.add_argument("--configurations", nargs="+", choices=list(CONFIGURATIONS),
                        default=["base"])
    parser.add_argument("--precisions", nargs="+", choices=COMPUTE_TYPES,
                        default=["float32", "int8"])
    parser.add_argument("--batches", nargs="+", type=int, default=[1, 16, 64])
    parser.add_argument("--beams", nargs="+", type=int, default=[1, 4])
    parser.add_argument("--source", type=int, default=32, help="tokens of a source (default: 32)")
    parser.add_argument("--target", type=int, default=32, help="tokens of an output (default: 32)")
    arguments = parser.parse_args()
    facts = {"peer": "ctranslate2", "version": ctranslate2.__version__, "suite": "decode",
             "threads": arguments.threads, "seed": arguments.seed, "host": host(),
             "waitPolicy": os.environ["OMP_WAIT_POLICY"]}
    for configuration in arguments.configurations:
        with tempfile.TemporaryDirectory(prefix="ctranslate2-peer-") as folder:
            ModelWriter(CONFIGURATIONS[configuration], arguments.seed).write(folder)
            decode(arguments, facts, configuration, folder)


if __name__ == "__main__":
    main()
