#!/bin/sh
# Gets an English-Spanish parallel text: the Bible, verse by verse, divided into training, validation and test.
#
# English is the King James Version (1769), Spanish the Reina-Valera of 1909, both in the public domain, from the
# Debian packages sword-text-kjv and sword-text-sparv, which are unpacked into a temporary folder and not installed.
set -eu

# Versions, seed and the digest of the result are fixed, so that everyone has the same files.
english_package=sword-text-kjv
english_version=14.3-1
spanish_package=sword-text-sparv
spanish_version=2.60-1
seed=1
held_out=1000
digest=d57ec133d22000f557205f153e3d531a8c8842cd966a05a0a90cc525e2d723c8

usage() {
  cat <<'TEXT'
usage: Scripts/get-bible-data.sh [FOLDER]

Writes train.en, train.es, valid.en, valid.es, test.en and test.es into FOLDER (or $BIBLE_DATA, or Data/bible):
line by line the same verse of the King James Version and of the Reina-Valera of 1909, tokens between spaces,
capitals kept. If FOLDER has train.en already, nothing is done. Needs python3 and, to unpack, dpkg-deb or ar and tar.

The text is in the Debian packages sword-text-kjv 14.3-1 and sword-text-sparv 2.60-1. They are looked for in this
order, and nothing is installed:
  $SWORD_PACKAGES  a folder with the two .deb files, if set
  apt-get          apt-get download, where there is apt-get
  curl             https://deb.debian.org/debian/pool/main/s

verses     The text without notes and markup. What both Bibles print in a verse stays: titles of psalms, names of
           the letters in Psalm 119, subscriptions of epistles.
pairs      Verses of one number, save where the Bibles number differently (Numbers 13, Job 39 and others): both
           carry Strong's numbers for the Hebrew and Greek words, and the alignment that agrees best on these
           is taken. Verses without a partner are left out; some at the end of such chapters hold a neighbour's
           text too.
tokens     Words with their inner hyphens and apostrophes (Beth-el, LORD’s), and each other mark by itself.
           The Spanish prints the first word of a chapter in capitals, and so do the files.
split      Whole chapters, by a seeded hash of their names, until 1000 verses are in test and 1000 in valid:
           neighbouring verses repeat one another (Numbers 7). Of what is left, a pair is not in train if
           either side, regardless of capitals, is a line of test or valid.
TEXT
}

. "$(dirname "$0")/one-folder.sh"
folder=${1:-${BIBLE_DATA:-Data/bible}}

if [ -f "$folder/train.en" ]; then
  echo "$folder has train.en already; nothing to do."
  exit 0
fi
if ! command -v python3 >/dev/null 2>&1; then
  fail "needs python3 (on Debian: apt-get install python3)"
fi

make_temporary

packages=${SWORD_PACKAGES:-}
packages_name=SWORD_PACKAGES
. "$(dirname "$0")/debian-package.sh"

for package in "$english_package $english_version" "$spanish_package $spanish_version"; do
  name=${package% *}
  version=${package#* }
  fetch "$name" "$version" "s/$name"
  unpack "$name" "$version"
done

python3 - "$temporary/root/usr/share/sword/modules/texts/ztext" "$folder" "$seed" "$held_out" "$digest" <<'PYTHON'
import collections
import hashlib
import os
import re
import struct
import sys
import zlib

modules, folder, seed, held_out, expected = sys.argv[1:]
held_out = int(held_out)


def fail(message):
    sys.exit("get-bible-data: " + message)


def entries(module):
    """The entries of a SWORD zText module, headings among them, in order, for each testament.

    bzz holds zlib blocks, bzs for each block its offset, size and unpacked size, and bzv for each entry its block
    and its offset and size in there, all of them little-endian.
    """
    for testament in ("ot", "nt"):
        base = os.path.join(modules, module, testament)
        blocks, places, packed = read(base + ".bzs"), read(base + ".bzv"), read(base + ".bzz")
        unpacked = [
            zlib.decompress(packed[start : start + size]) if size else b""
            for start, size, _ in struct.iter_unpack("<III", blocks)
        ]
        yield [
            unpacked[block][start : start + size].decode("utf-8") if size else ""
            for block, start, size in struct.iter_unpack("<IIH", places)
        ]


def read(path):
    try:
        with open(path, "rb") as file:
            return file.read()
    except OSError as error:
        fail(f"a package lacks a file: {error}; are they the versions that --help names?")


def verses(module):
    """The verses with their markup: {book: [(chapter, number, text)]}."""
    books = {}
    for testament in entries(module):
        chapter = None
        for text in testament:
            # The numbering needs no table: the entry before a chapter's verses names the chapter.
            opening = re.search(r'<chapter [^>]*osisID="([^"]+)"', text)
            if opening:
                chapter, number = opening.group(1), 0
            elif re.search(r'<div [^>]* sID=[^>]*type="book"/>', text):
                chapter = None
            elif chapter:
                number += 1
                books.setdefault(chapter.split(".")[0], []).append((chapter, number, text))
    return books


def tokens(text):
    text = re.sub(r"<note\b.*?</note>", "", text)
    text = re.sub(r"</?(?:title|l|lb|lg|div|chapter|milestone)\b[^>]*>", " ", text)  # these part words
    text = re.sub(r"<divineName>(.*?)</divineName>", lambda name: name[1].replace("Lord", "LORD"), text)
    text = re.sub(r"(?<=</w>)(?=<transChange)|(?<=</transChange>)(?=<w )", " ", text)  # spaces that RV1909 lacks
    text = re.sub(r"<[^>]*>", "", text)  # these may be within a word
    text = re.sub(r"\\\+?[a-z]+\*?", "", text)  # USFM that the module's makers left over
    text = re.sub(r"[¶\u0590-\u05ff]", "", text)  # paragraph signs and Hebrew letters
    return re.findall(r"\w+(?:[-’']\w+)*|\S", text)


class Verse:
    def __init__(self, chapter, number, text):
        self.chapter, self.number = chapter, number
        self.line = " ".join(tokens(text))
        self.strong = collections.Counter(re.findall(r"strong:([HG]\d+)", text))
        self.size = sum(self.strong.values())


def gain(english, spanish):
    """How well two verses agree: above 0 is a pair."""
    same = (english.chapter, english.number) == (spanish.chapter, spanish.number)
    if not english.line or not spanish.line:
        return -1.0
    if not english.size or not spanish.size:
        return 0.1 if same else -1.0
    common = sum(min(count, spanish.strong[word]) for word, count in english.strong.items() if word in spanish.strong)
    return 2 * common / (english.size + spanish.size) - (0.1 if same else 0.4)  # Dice coefficient


def align(english, spanish, reach=6):
    """The pairs of a book's verses, in order and none used twice, with the largest sum of gains.

    Only verses at most `reach` apart are compared. best[d]: the sum for the first i English verses and the
    first i + d - reach Spanish ones.
    """
    best, steps = [0.0] * (2 * reach + 1), []
    for i, verse in enumerate(english):
        above, best, step = best + best[-1:], [], []
        for d in range(2 * reach + 1):
            j = i + d - reach
            value, move = above[d + 1], "skip English"
            if d > 0 and best[d - 1] > value:
                value, move = best[d - 1], "skip Spanish"
            if 0 <= j < len(spanish):
                score = gain(verse, spanish[j])
                if score > 0 and above[d] + score > value:
                    value, move = above[d] + score, "pair"
            best.append(value)
            step.append(move)
        steps.append(step)
    pairs, i, d = [], len(english) - 1, 2 * reach
    while i >= 0:
        move = steps[i][d]
        if move == "pair":
            pairs.append((english[i], spanish[i + d - reach]))
            i -= 1
        elif move == "skip English":
            i, d = i - 1, min(d + 1, 2 * reach)
        else:
            d -= 1
    return pairs[::-1]


english, spanish = verses("engKJV2006eb"), verses("spaRV1909eb")
if [(book, len(known)) for book, known in english.items()] != [(book, len(known)) for book, known in spanish.items()]:
    fail("the two packages number verses differently; are they the versions that --help names?")
pairs = []
for book in english:
    pairs += align([Verse(*verse) for verse in english[book]], [Verse(*verse) for verse in spanish[book]])

# Whole chapters, in the order of a seeded hash. None may leave room for less than 10 verses but 0: few chapters
# are that short, and the room is to be filled up.
chapters = collections.Counter(verse.chapter for verse, _ in pairs)
part, room = {}, {"test": held_out, "valid": held_out}
for chapter in sorted(chapters, key=lambda name: hashlib.sha256(f"{seed}:{name}".encode()).digest()):
    part[chapter] = "train"
    for name in room:
        left = room[name] - chapters[chapter]
        if left == 0 or left >= 10:
            part[chapter], room[name] = name, left
            break
lines = {"test": [], "valid": [], "train": []}
for verse, other in pairs:
    lines[part[verse.chapter]].append((verse.line, other.line))

held = [{pair[side].lower() for name in room for pair in lines[name]} for side in (0, 1)]
kept = [pair for pair in lines["train"] if pair[0].lower() not in held[0] and pair[1].lower() not in held[1]]
repeated = len(lines["train"]) - len(kept)
lines["train"] = kept

files = {}
for name in ("test", "valid", "train"):
    for side, language in ((1, "es"), (0, "en")):
        files[f"{name}.{language}"] = "".join(pair[side] + "\n" for pair in lines[name]).encode("utf-8")
found = hashlib.sha256(b"".join(files.values())).hexdigest()
if found != expected:
    fail(f"the packages gave another text than expected (SHA-256 {found}, expected {expected}); nothing is written. "
         "Are they the versions that --help names?")

try:
    os.makedirs(folder, exist_ok=True)
    for name, data in files.items():
        with open(os.path.join(folder, name + ".tmp"), "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
    for name in files:  # train.en is last: whoever sees it has all six
        path = os.path.join(folder, name)
        os.replace(path + ".tmp", path)
except OSError as error:
    fail(f"cannot write into {folder}: {error}")
total = sum(len(known) for known in english.values())
counts = [len(lines[name]) for name in ("train", "valid", "test")]
print("{}: {} training, {} validation and {} test pairs.".format(folder, *counts))
print(f"Of {total} verses {total - len(pairs)} have no partner, and {repeated} are not in train because they are "
      "in test or valid as well.")
PYTHON

cat <<'TEXT'
Both texts are in the public domain, as the packages state. (Printing the King James Version in the United Kingdom
needs permission, by letters patent of the Crown.)
TEXT
