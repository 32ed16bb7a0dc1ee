"""Writes g2p_en/: what the Python package g2p-en 2.1.0 (pip install g2p-en==2.1.0) says of words.

words.tsv has 1,000 words and their phones by the model in the package, tiny.npz a small random model in the same
layout, and tiny.tsv what the package's code makes of the first words with it. NLTK is not needed.
"""

import os
import pathlib
import random
import shutil
import sys
import tempfile
import types

import numpy

from support.zip_dates import fix_dates


class Anything(types.ModuleType):
    """Stands for modules that the package imports and `predict` does not use."""

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return Anything(name)

    def __call__(self, *_, **__):
        return Anything("result")


for name in ("nltk", "nltk.corpus", "nltk.tokenize", "inflect"):
    sys.modules[name] = Anything(name)

from g2p_en import g2p  # noqa: E402

FOLDER = pathlib.Path(__file__).parent / "g2p_en"
FOLDER.mkdir(exist_ok=True)
generator = random.Random(2)

# Words that the package knows as homographs, and words that nobody knows.
homographs = [
    line.split("|")[0].lower()
    for line in (pathlib.Path(g2p.__file__).parent / "homographs.en").read_text().splitlines()
    if not line.startswith("#")
]
onsets = "b bl br c ch cl cr d dr f fl fr g gl gr h j k kn l m n p ph pl pr qu r s sc sh sk sl sm sn sp"
onsets = (onsets + " spr st str sw t th thr tr tw v w wh wr x y z").split() + [""] * 4
nuclei = "a e i o u y ai au aw ay ea ee ei eu ey ia ie io oa oi oo ou ow oy ue".split() + list("aeiou")
codas = "b c ck ct d dge f ft g gh ght k l ld lk ll lm lt m mb mp n nce nd ng nk nt p pt r rd rk rm rn rt".split()
codas += "s sh sk ss st t tch th tion ts ve x z".split() + [""] * 20
odd = [
    "", "a", "i", "o", "x", "z", "Abc", "don't", "o'clock", "naïve", "œuvre", "日本", "e\u0301", "7up", "-", ".",
    "mm", "www", "qqqq", "aeiou", "rhythm", "zzyzx", "llanfairpwllgwyngyll", "antidisestablishmentarianism",
    "pneumonoultramicroscopicsilicovolcanoconiosis", "a" * 60, "transformer", "attention", "swift",
]


def invented():
    return "".join(
        generator.choice(onsets) + generator.choice(nuclei) + generator.choice(codas)
        for _ in range(generator.choice([1, 1, 2, 2, 2, 3, 3, 4]))
    )


words = list(dict.fromkeys(odd + generator.sample(homographs, 300)))
while len(words) < 1000:
    word = invented()
    if word not in words:
        words.append(word)


def pronounce(words, path=None):
    """What `predict` says with the model in a folder, or in the package."""
    if path:
        g2p.dirname = path
        # Only the model is read from there.
        g2p.construct_homograph_dictionary = dict
    model = g2p.G2p()
    # Its sigmoid of large negative numbers is right in spite of the warning.
    with numpy.errstate(over="ignore"):
        return [f"{word}\t{' '.join(model.predict(word))}\n" for word in words]


(FOLDER / "words.tsv").write_text("".join(pronounce(words)), encoding="utf-8")

fix_dates()
width = 11
shapes = {
    "enc_emb": (29, width), "enc_w_ih": (3 * width, width), "enc_w_hh": (3 * width, width),
    "enc_b_ih": (3 * width,), "enc_b_hh": (3 * width,), "dec_emb": (74, width),
    "dec_w_ih": (3 * width, width), "dec_w_hh": (3 * width, width), "dec_b_ih": (3 * width,),
    "dec_b_hh": (3 * width,), "fc_w": (74, width), "fc_b": (74,),
}
numbers = numpy.random.default_rng(6)
arrays = {name: numbers.normal(0, 0.9, shape).astype("<f4") for name, shape in shapes.items()}
# So that some words end by themselves.
arrays["fc_b"][3] += 3
numpy.savez_compressed(FOLDER / "tiny.npz", **arrays)
with tempfile.TemporaryDirectory() as folder:
    shutil.copy(FOLDER / "tiny.npz", os.path.join(folder, "checkpoint20.npz"))
    lines = pronounce(words[:200], folder)
(FOLDER / "tiny.tsv").write_text("".join(lines), encoding="utf-8")
lengths = [len(line.rstrip("\n").split("\t")[1].split()) for line in lines]
print(f"tiny: {len(set(line.split(chr(9))[1] for line in lines))} pronunciations, "
      f"{sum(length == 20 for length in lengths)} of 20 phones, {min(lengths)} the least")
