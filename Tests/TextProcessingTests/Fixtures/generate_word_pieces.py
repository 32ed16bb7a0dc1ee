#!/usr/bin/env python3
"""Makes the reference values of the word pieces' tests with the transformers library's BertTokenizer.

word_pieces/vocab.txt    made up here: parts of the words of the texts, special tokens in unusual places
word_pieces/cases.json   texts, and groups of numbers for all or the last of them, with the options they were made with
word_pieces/classes.txt  which of all Unicode scalars the library drops, takes for spaces, punctuation, accents and
                         Chinese characters, as ranges of hexadecimal numbers

Needs transformers 5 (tokenizers 0.23). The same versions write the same bytes.
"""

import json
import pathlib
import random
import tempfile

from tokenizers import normalizers, pre_tokenizers
from transformers import BertTokenizer

FOLDER = pathlib.Path(__file__).resolve().parent / "word_pieces"
FOLDER.mkdir(exist_ok=True)
random.seed(3)

# Words and bits of many scripts, and characters that programs get wrong.
WORDS = (
    "the The THE unaffable Unaffable running runner embeddings e-mail don't can't rock'n'roll U.S.A. 3.14 1,000 42nd "
    "C++ C# f(x)=y a_b foo/bar @user #tag $5 50% a&b x^y ~z `code` {a} [b] |c| <d> \\e \"f\" 'g' ;h :i ?j !k ... "
    "naïve café Zürich Ångström ñandú façade Öl groß Straße İstanbul ISTANBUL ıslık Łódź Đà Nẵng Tiếng Việt "
    "Ελλάδα ΣΊΣΥΦΟΣ Οδυσσεύς Москва Ёлка йод Київ Ґанок שלום עֲבוֹדָה مرحبا بالعالم السَّلَامُ ١٢٣ फ़िल्म हिन्दी "
    "বাংলা தமிழ் ไทยภาษา ລາວ ქართული ᲥᲐᲠᲗᲣᲚᲘ հայերեն አማርኛ 日本語 日本語のテキスト カタカナ ひらがな が ガ 한국어 각 漢字 "
    "汉字 中文abc中文 㐀㐁 𠀀𠀁 豈更 𫠠𫤟𫤠 丽 〇 々 、。「」 ！？ ａｂｃ ＡＢＣ １２３ ｶﾀｶﾅ ½ ² ﬁnal ŒUVRE ǅ ß ẞ K Å Ω "
    "😀 👩‍👩‍👧 👍🏽 🇩🇪 ❤️ ©2024 ™ € £ ¥ ₿ ° § ¶ † … – — “a” «b» ‹c› ¿que? ¡no! a·b ; ` ᙭ 𑇉 ٪ ؟ ۔ । ॥ ༄ ჻ ⸮ ⹃ 𐤟 𖿢 "
    "à é̂ ạ̣̈ z͑ͫ̓ͪ ᤀ᤹ ᢅᢆ a᜴b 𑜞 ꦽ क़ 𝐀𝐁 𝔘𝔫𝔦 ℵ ⅷ Ⅷ"
).split()
ODD = [
    "\0", "\x01", "\x07", "\b", "\t", "\n", "\r", "\r\n", "\x0b", "\x0c", "\x1b", "\x1c", "\x1f", "\x7f", "\x80", "\x85",
    "\u00a0", "\u00ad", "\u034f", "\u061c", "\u070f", "\u115f", "\u1680", "\u180e", "\u2000", "\u2001", "\u2003", "\u2009",
    "\u200b", "\u200c", "\u200d", "\u200e", "\u202e", "\u2028", "\u2029", "\u202f", "\u205f", "\u2060", "\u2066", "\u3000",
    "\ud7b0", "\ue000", "\uf8ff", "\ufdd0", "\ufe0f", "\ufeff", "\ufff9", "\ufffc", "\ufffd", "\uffff", "\U0001d173",
    "\U000e0001", "\U000e0041", "\U000f0000", "\U0010ffff", "\u0378", "\u0890", "\u08e2", "\U000110cd", "\u0301", "\u0300",
]
SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
NEARLY = ["[mask]", "[ MASK ]", "[MASK", "MASK]", "[[MASK]]", "[MASK][MASK]", "x[MASK]y", "[SEP]\u0301", "[CLS]##", "##a", "##"]


def sentence():
    parts = []
    for _ in range(random.randint(1, 9)):
        kind = random.random()
        if kind < 0.72:
            parts.append(random.choice(WORDS))
        elif kind < 0.9:
            parts.append(random.choice(WORDS) + random.choice(ODD) + random.choice(WORDS))
        elif kind < 0.94:
            parts.append(random.choice(ODD))
        elif kind < 0.97:
            parts.append(random.choice(SPECIAL + NEARLY))
        else:
            parts.append("".join(random.choice("abcé日.") for _ in range(random.randint(20, 120))))
    return "".join(p + random.choice([" ", " ", " ", " ", "", "  ", "\t", "\n"]) for p in parts)


TEXTS = ["", " ", "\t\n", "a", "A", "."] + WORDS + ODD + [f"a{c}b" for c in ODD] + SPECIAL + NEARLY
TEXTS += [f"say {token}, or {token.lower()}!" for token in SPECIAL]
TEXTS += ["a" * n for n in (99, 100, 101, 300)] + ["é" * 100, "é" * 100, "é" * 101, "x" * 100 + "." + "y" * 101]
TEXTS += [sentence() for _ in range(250)]


def make_vocabulary():
    """Parts of words, so that words are cut in many ways and some cannot be."""
    basic = normalizers.BertNormalizer()
    cased = normalizers.BertNormalizer(lowercase=False, strip_accents=False)
    found = {}
    for text in TEXTS:
        for normalizer in (basic, cased):
            for word, _ in pre_tokenizers.BertPreTokenizer().pre_tokenize_str(normalizer.normalize_str(text)):
                found[word[:100]] = None
    words = sorted(found)
    pieces = {}
    for character in sorted({c for word in words for c in word}):
        if random.random() < 0.9:
            pieces[character] = None
        if random.random() < 0.9:
            pieces["##" + character] = None
    for word in words:
        for _ in range(3):
            start = random.randrange(len(word))
            end = min(len(word), start + random.randint(2, 6))
            pieces[("##" if start else "") + word[start:end]] = None
        if random.random() < 0.3:
            pieces[word] = None
    pieces = [p for p in pieces if p not in SPECIAL and not set(p) & set("\r\n")]
    random.shuffle(pieces)
    for place, token in zip((0, 7, 11, 12, len(pieces)), SPECIAL):
        pieces.insert(place, token)
    return pieces


VOCABULARY = make_vocabulary()
with open(FOLDER / "vocab.txt", "w", encoding="utf-8", newline="\n") as file:
    file.write("".join(piece + "\n" for piece in VOCABULARY))

GROUPS = [
    (dict(do_lower_case=True), None, TEXTS),
    (dict(do_lower_case=True), 11, TEXTS[-120:]),
    (dict(do_lower_case=True), 2, TEXTS[-5:]),
    (dict(do_lower_case=False), None, TEXTS),
    (dict(do_lower_case=True, strip_accents=False), None, TEXTS),
    (dict(do_lower_case=False, strip_accents=True), None, TEXTS[-120:]),
    (dict(do_lower_case=True, tokenize_chinese_chars=False), None, TEXTS),
]
groups = []
with tempfile.TemporaryDirectory() as folder:
    (pathlib.Path(folder) / "vocab.txt").write_bytes((FOLDER / "vocab.txt").read_bytes())
    for options, limit, texts in GROUPS:
        tokenizer = BertTokenizer.from_pretrained(folder, **options)
        assert len(tokenizer) == len(VOCABULARY)
        ids = tokenizer(texts, truncation=limit is not None, max_length=limit)["input_ids"] if limit else (
            tokenizer(texts)["input_ids"])
        groups.append({
            "lowercases": options["do_lower_case"],
            "stripsAccents": options.get("strip_accents"),
            "separatesChinese": options.get("tokenize_chinese_chars", True),
            "maximumLength": limit,
            "numbers": ids,
        })
with open(FOLDER / "cases.json", "w", encoding="ascii", newline="\n") as file:
    json.dump({"texts": TEXTS, "groups": groups}, file, separators=(",", ":"))
    file.write("\n")


def ranges(numbers):
    runs = []
    for number in numbers:
        if runs and runs[-1][1] == number - 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    return " ".join(f"{a:X}" if a == b else f"{a:X}-{b:X}" for a, b in runs)


def only(**options):
    base = dict(clean_text=False, handle_chinese_chars=False, strip_accents=False, lowercase=False)
    return normalizers.BertNormalizer(**(base | options)).normalize_str


clean, chinese, strip = only(clean_text=True), only(handle_chinese_chars=True), only(strip_accents=True)
cut = pre_tokenizers.BertPreTokenizer().pre_tokenize_str
classes = {"dropped": [], "space": [], "punctuation": [], "accent": [], "chinese": []}
for number in range(0x110000):
    if 0xD800 <= number < 0xE000:
        continue
    character = chr(number)
    cleaned = clean(character)
    if cleaned == "":
        classes["dropped"].append(number)
    elif cleaned == " ":
        classes["space"].append(number)
    elif [token for token, _ in cut(f"a{character}b")] == ["a", character, "b"]:
        classes["punctuation"].append(number)
    elif strip(character) == "":
        classes["accent"].append(number)
    if chinese(character) != character:
        classes["chinese"].append(number)
with open(FOLDER / "classes.txt", "w", encoding="ascii", newline="\n") as file:
    file.write("".join(f"{name} {ranges(numbers)}\n" for name, numbers in classes.items()))
