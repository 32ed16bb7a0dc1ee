#!/bin/sh
# Gets English words and names without pronunciations, for distillation: a model that knows how words sound says it of
# these, and another one learns from that.
set -eu

# Versions, seed and numbers are fixed, so that everyone has the same words.
words_package=wamerican-huge
words_version=2020.12.07-2
names_version=0.3.0
seed=1
word_count=95000

usage() {
  cat <<'TEXT'
usage: Scripts/get-english-words.sh [FOLDER]

Writes unlabelled.words into FOLDER (or Data/g2p): capitalised words, one a line, none of which is in g014b2b.train or
g014b2b.words of $G2P_DATA (or Data/g2p). If it is there already, nothing is done. Needs python3 with pip and, to
unpack, dpkg-deb or ar and tar.

names  all surnames and first names of the United States' census of 1990 (PyPI package names 0.3.0)
words  95,000 of the Debian package wamerican-huge 2020.12.07-2, by a seeded choice. It is looked for in the folder
       $WORD_PACKAGES, if set, by apt-get download and by curl, and is not installed.
Both have 2 to 16 letters and no other characters.
TEXT
}

. "$(dirname "$0")/one-folder.sh"
folder=${1:-Data/g2p}
data=${G2P_DATA:-Data/g2p}

if [ -f "$folder/unlabelled.words" ]; then
  echo "$folder has unlabelled.words already; nothing to do."
  exit 0
fi
if [ ! -f "$data/g014b2b.train" ]; then
  fail "$data has no g014b2b.train, whose words are to be left out"
fi
need_pip

make_temporary
packages=${WORD_PACKAGES:-}
packages_name=WORD_PACKAGES
. "$(dirname "$0")/debian-package.sh"

fetch "$words_package" "$words_version" s/scowl
unpack "$words_package" "$words_version"
if ! python3 -m pip download --quiet --disable-pip-version-check --no-deps --dest "$temporary" \
  "names==$names_version" >&2; then
  fail "pip could not download names $names_version; see its message above"
fi

mkdir -p "$folder"
python3 - "$temporary" "$data" "$folder" "$seed" "$word_count" <<'PYTHON'
import os
import random
import re
import sys
import tarfile

temporary, data, folder, seed, count = *sys.argv[1:4], int(sys.argv[4]), int(sys.argv[5])


def lines(path):
    with open(path, encoding="utf-8") as file:
        return file.read().splitlines()


known = {line.split("\t")[0] for line in lines(os.path.join(data, "g014b2b.train"))}
known |= set(lines(os.path.join(data, "g014b2b.words")))


def new(words):
    return {word for word in words if re.fullmatch("[A-Z]{2,16}", word) and word not in known}


names = set()
with tarfile.open(os.path.join(temporary, "names-0.3.0.tar.gz")) as archive:
    for kind in ("all.last", "male.first", "female.first"):
        text = archive.extractfile(f"names-0.3.0/names/dist.{kind}").read().decode("utf-8")
        names |= {line.split()[0].upper() for line in text.splitlines()}
names = new(names)
dictionary = lines(os.path.join(temporary, "root/usr/share/dict/american-english-huge"))
words = sorted(new({word.upper() for word in dictionary}) - names)
random.Random(seed).shuffle(words)
chosen = sorted(names | set(words[:count]))

path = os.path.join(folder, "unlabelled.words")
with open(path + ".tmp", "w", encoding="utf-8", newline="\n") as file:
    file.writelines(word + "\n" for word in chosen)
    file.flush()
    os.fsync(file.fileno())
os.replace(path + ".tmp", path)
print(f"{path}: {len(chosen)} words, {len(names)} of them names.")
PYTHON
