#!/usr/bin/env python3
"""Makes small SentencePiece models and what the library's Python package cuts texts into.

sentence_pieces/unigram.spm, bpe.spm   models of the texts in train.txt beside this file
sentence_pieces/letters.spm            ▁a to ▁z and nothing else, for a test of a whole translator
sentence_pieces/cases.json             texts, and for each model their pieces and the text that the pieces stand for

Needs sentencepiece 0.2.3. The models do not normalise text: the table for that would be most of their size.
"""

import io
import json
import pathlib

import sentencepiece

HERE = pathlib.Path(__file__).resolve().parent
FOLDER = HERE / "sentence_pieces"
TEXTS = [
    "", " ", "  two  spaces ", "a", "Hello world.", "unbelievable", "naïve café", "\u00a0no-break", "tab\there",
    "▁ is their space", "日本語のテキスト", "😀 👩‍👩‍👧", "e\u0301", "ﬁnal ½", "<unk> <s> </s>", "🇩🇪zz", "a\u200bb", "ZÜRICH",
    "it's 3.14, isn't it?", "\u0301", "x" * 60, "the quick brown fox jumps over the lazy dog",
]


def train(name, sentences, **options):
    model = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(sentences), model_writer=model, normalization_rule_name="identity", num_threads=1,
        minloglevel=2, **options)
    (FOLDER / name).write_bytes(model.getvalue())
    return sentencepiece.SentencePieceProcessor(model_proto=model.getvalue())


def main():
    FOLDER.mkdir(exist_ok=True)
    text = (HERE / "train.txt").read_text(encoding="utf-8").splitlines()
    letters = [" ".join("abcdefghijklmnopqrstuvwxyz")]
    models = {
        "unigram.spm": train("unigram.spm", text, vocab_size=150, model_type="unigram"),
        "bpe.spm": train("bpe.spm", text, vocab_size=150, model_type="bpe", byte_fallback=False),
        "letters.spm": train("letters.spm", letters, vocab_size=29, model_type="word"),
    }
    groups = []
    for name, model in models.items():
        pieces = [model.encode(text, out_type=str) for text in TEXTS]
        groups.append({"model": name, "pieces": pieces, "decoded": [model.decode(row) for row in pieces]})
    (FOLDER / "cases.json").write_text(
        json.dumps({"texts": TEXTS, "groups": groups}, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


main()
