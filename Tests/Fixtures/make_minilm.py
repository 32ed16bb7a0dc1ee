#!/usr/bin/env python3
"""Makes the reference values of the sentence encoder all-MiniLM-L6-v2 with the transformers library, in float64.

minilm/sentences.json            200 texts, made up here: of many lengths and scripts, an empty one, some too long
minilm/embeddings.safetensors    what proves their embeddings (mean over real tokens, length 1), 384 numbers each:
                                 output.projections [200, 32], sums of all numbers with signs, and output.embeddings,
                                 the embeddings of the texts input.rows in full

The sign of number d in sum k is minus where the lowest bit of splitmix64(384 k + d) is 1: a difference of two
embeddings in a single number shows in every sum in full, and one in many numbers nowhere less than by chance.

Needs torch, safetensors and transformers 5, and the model in the folder $ATTENTION_MINILM or Data/minilm
(Scripts/get-minilm.sh). The same versions write the same bytes.
"""

import json
import os
import pathlib
import random
import sys

import torch
from safetensors.torch import save_file
from torch.nn import functional as F
from transformers import BertModel, BertTokenizer
from transformers.utils import logging

FOLDER = pathlib.Path(__file__).resolve().parent / "minilm"
MODEL = pathlib.Path(os.environ.get("ATTENTION_MINILM") or FOLDER.parents[2] / "Data/minilm")
if not (MODEL / "model.safetensors").exists():
    print(f"make_minilm.py: no model in {MODEL}; Scripts/get-minilm.sh gets it. Nothing is made.", file=sys.stderr)
    sys.exit(0)
FOLDER.mkdir(exist_ok=True)
logging.disable_progress_bar()
random.seed(11)

WHO = "A cat|The old captain|My sister|Nobody|An engineer from Kraków|Every second neural network|The city council".split("|")
DOES = "sleeps|reads a book about|has never seen|argued for hours with|is looking for|translated|paints".split("|")
WHAT = "the blue house|a very long novel|two small dogs|an attention mechanism|the prime minister|nothing at all".split("|")
WHERE = "in the garden|on a train to Zürich|near the river|at 5:30 p.m.|behind the café|under the bed".split("|")
TAIL = ["", "", "", " because it rained", ", and then left", " (again)", ", didn't it?", " - or so they say", "; see [3]"]
OTHER = [
    "", " ", "a", "?", "...", "[MASK]", "Paris is the capital of [MASK].", "NASA", "https://example.org/a?b=c&d=%20", "3.14159",
    "user@example.org", "C++ vs. C#", "print('hello, world')", "I ❤️ NY", "👩‍👩‍👧 🎉🎉", "naïve façade, coöperate; Ångström", "e\u0301 = é",
    "日本語の文章です。", "这是一个中文句子。", "한국어 문장입니다.", "Это предложение на русском языке.", "هذه جملة باللغة العربية.",
    "זה משפט בעברית.", "Αυτή είναι μια πρόταση.", "यह हिन्दी में एक वाक्य है।", "นี่คือประโยคภาษาไทย", "Türkçe bir cümle: İstanbul'da ılık.",
    "soft\u00adhyphen and zero\u200bwidth", "tab\tand\u00a0no-break", "NUL\0inside", "x" * 150, "Donaudampfschifffahrtsgesellschaft",
    "The quick brown fox jumps over the lazy dog.", "Attention is all you need.", "CamelCaseIdentifier snake_case_identifier",
]


def sentence():
    return (
        f"{random.choice(WHO)} {random.choice(DOES)} {random.choice(WHAT)} {random.choice(WHERE)}{random.choice(TAIL)}"
        + random.choice([".", ".", "!", ""]))


texts = list(OTHER)
texts += [" ".join(sentence() for _ in range(count)) for count in (2, 2, 3, 3, 4, 5, 6, 8, 10, 13, 16, 19, 25, 40)]
texts += ["word " * 254, "word " * 255, "日本" * 127 + "語"]
while len(texts) < 200:
    text = sentence()
    if text not in texts:
        texts.append(text)
random.shuffle(texts)


def sign(number):
    z = (number + 1) * 0x9E3779B97F4A7C15 & (1 << 64) - 1
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9 & (1 << 64) - 1
    z = (z ^ z >> 27) * 0x94D049BB133111EB & (1 << 64) - 1
    return -1.0 if (z ^ z >> 31) & 1 else 1.0


tokenizer = BertTokenizer.from_pretrained(MODEL)
model = BertModel.from_pretrained(MODEL, attn_implementation="eager").double().eval()


def embeddings(texts):
    batch = tokenizer(texts, truncation=True, max_length=256, padding=True, return_tensors="pt")
    real = batch["attention_mask"].double().unsqueeze(-1)
    with torch.no_grad():
        hidden = model(**batch).last_hidden_state
    return F.normalize((hidden * real).sum(1) / real.sum(1))


result = torch.cat([embeddings(texts[start : start + 8]) for start in range(0, len(texts), 8)])
signs = torch.tensor([[sign(384 * k + d) for d in range(384)] for k in range(32)]).double()
rows = torch.tensor(sorted(random.sample(range(len(texts)), 8)))
save_file(
    {
        "input.rows": rows,
        "output.projections": (result @ signs.T).float(),
        "output.embeddings": result[rows].float(),
    },
    FOLDER / "embeddings.safetensors")
with open(FOLDER / "sentences.json", "w", encoding="ascii", newline="\n") as file:
    json.dump(texts, file, indent=0)
    file.write("\n")
