#!/usr/bin/env python3
"""Makes the reference values of the byte-pair encoding's tests with the program subword-nmt.

train.txt and test.txt are made up here: sentences of made-up words in several scripts, and what programs get wrong
(white space within words, repeated letters, marks in the text, characters outside of the basic plane).

spaces.txt                          words with white space in them, which subword-nmt treats in a way of its own

few.bpe, all.bpe, frequent.bpe      learn-bpe of train.txt with the options below
spaces.bpe                          learn-bpe of spaces.txt
few.train, few.test, all.test       apply-bpe of those codes
few.vocabulary                      get-vocab of few.train, without the tokens that end lines for Python
rare.test                           apply-bpe of few.bpe with that vocabulary and a threshold
glossary.test                       apply-bpe of few.bpe with glossaries

Needs subword-nmt 0.3.8. The same version writes the same bytes.
"""

import pathlib
import random
import subprocess
import sys

FOLDER = pathlib.Path(__file__).resolve().parent
MAIN = "from subword_nmt.subword_nmt import main; main()"
GLOSSARIES = ["<tag>", "ab", "日"]

random.seed(7)
ALPHABETS = ["abcdeilmnorstu", "äöüßabcdefinrst", "абвгдеиклмнорст", "日本語中文字", "אבגדהוזחט", "aab"]


def syllables(alphabet, count):
    return ["".join(random.choice(alphabet) for _ in range(random.randint(1, 3))) for _ in range(count)]


WORDS = []
for alphabet in ALPHABETS:
    parts = syllables(alphabet, 12)
    WORDS += ["".join(random.choice(parts) for _ in range(random.randint(1, 4))) for _ in range(90)]
WORDS += [
    "aaaa", "aaaaa", "aaaaaaa", "ababab", "abababa", "abcabc", "xxyxxyxx", "aab", "baab",
    "e\u0301te\u0301", "\u00e9t\u00e9", "ﬁnal", "👩‍👩‍👧", "🎉🎉", "𝔘𝔫𝔦", "</w>", "a</w>", "a</w>b</w>", "@@", "a@@",
    "a@@b", "\\n", "\\1\\g<0>", "a.b*c", "(a|b)", "[x]", "<tag>", "x<tag>y", "tag", ".", ",", "-", "a\tb", "\t",
    "a\u00a0b", "\u00a0ab", "ab\u00a0", "b\u00a0\u00a0a", "aa\u00a0aa", "a\u3000b", "a\x1fb", "ab\u2003ab",
]
# These end lines for Python and no others.
BREAKS = ["a\u2028b", "a\u2029ab", "a\x85b", "ab\x0bab", "a\x0cb", "a\x1cb", "a\x1db", "a\x1eb", "a\rb", "\u2029", "a\r\r", "\r \u2028 "]


def line():
    words = random.choices(WORDS, weights=[1 / (9 + i % 97) for i in range(len(WORDS))], k=random.randint(0, 12))
    if random.random() < 0.1:
        words.insert(random.randint(0, len(words)), random.choice(BREAKS))
    text = words[0] if words else ""
    for word in words[1:]:
        text += " " * (2 if random.random() < 0.03 else 1) + word
    if random.random() < 0.05:
        text = " " * random.randint(1, 3) + text
    if random.random() < 0.05:
        text += " " * random.randint(1, 3)
    # Readers that know CRLF would drop this one.
    return text.rstrip("\r")


def run(*arguments):
    # Quiet about how far it is.
    subprocess.run(
        [sys.executable, "-c", MAIN, *map(str, arguments)], check=True, cwd=FOLDER,
        stderr=subprocess.DEVNULL)


for name, count in [("train.txt", 400), ("test.txt", 60)]:
    text = "".join(line() + "\n" for _ in range(count))
    (FOLDER / name).write_bytes(text.encode())

words = ["".join(random.choices("aab\u00a0\x1f", k=random.randint(2, 9))) for _ in range(150)]
text = "".join(" ".join(random.choices(words, k=9)) + "\n" for _ in range(60))
(FOLDER / "spaces.txt").write_bytes(text.encode())

run("learn-bpe", "-i", "spaces.txt", "-o", "spaces.bpe")
run("learn-bpe", "-i", "train.txt", "-o", "few.bpe", "-s", 250)
run("learn-bpe", "-i", "train.txt", "-o", "all.bpe", "-s", 100000)
run("learn-bpe", "-i", "train.txt", "-o", "frequent.bpe", "-s", 100000, "--min-frequency", 20)
for codes, text in [("few", "train"), ("few", "test"), ("all", "test")]:
    run("apply-bpe", "-c", f"{codes}.bpe", "-i", f"{text}.txt", "-o", f"{codes}.{text}")
run("get-vocab", "-i", "few.train", "-o", "few.vocabulary")
# It cannot read all that it writes.
entries = [entry for entry in (FOLDER / "few.vocabulary").read_text("utf8").split("\n") if len(entry.splitlines()) == 1]
(FOLDER / "few.vocabulary").write_bytes("".join(entry + "\n" for entry in entries).encode())
run("apply-bpe", "-c", "few.bpe", "-i", "test.txt", "-o", "rare.test", "--vocabulary", "few.vocabulary",
    "--vocabulary-threshold", 25)
run("apply-bpe", "-c", "few.bpe", "-i", "test.txt", "-o", "glossary.test", "--glossaries", *GLOSSARIES)
