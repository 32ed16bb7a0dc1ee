#!/usr/bin/env python3
"""Makes the reference values of the metrics' tests: what sacreBLEU computes for sentences made up here.

sets.json has the sets of sentences: hypotheses, and for each of them its references.
scores.json has a list of computations: the metric, its settings by sacreBLEU's names, the set, and

    line        what sacreBLEU prints for the set, with four decimals and its signature
    score       the score of the set
    sentences   the score of each sentence

resampling.json has scores of resamples and what sacreBLEU makes of them.

Needs sacrebleu. The same version writes the same bytes.
"""

import itertools
import json
import logging
import pathlib
import random

import numpy
from sacrebleu import significance
from sacrebleu.metrics import BLEU, CHRF, TER

FOLDER = pathlib.Path(__file__).resolve().parent
# Sentences are scored one by one with settings that sacreBLEU advises against there.
logging.getLogger("sacrebleu").setLevel(logging.ERROR)

ENGLISH = [
    "The two children, aged 3 and 5, couldn't find their mother's red hat.",
    'He said: "It costs $1,234.50 (or about 1.100 euros) -- take it or leave it!"',
    "On 24-12-2019 at 10:30 a.m., the U.S. team won 3-2; nobody had expected that.",
    "A dog runs through the tall grass behind the old house near the river.",
    "Please e-mail us at info@example.org, or visit http://example.org/a/b?c=d&e=f.",
    "R&amp;D spending rose by 3.5% &lt;see table 2&gt; &quot;last year&quot;.",
    "Wait... what?! No -- that's the state-of-the-art, isn't it?",
    "In the beginning God created the heaven and the earth.",
    "And the earth was without form, and void; and darkness was upon the face of the deep.",
    "Yes.",
]
GERMAN = [
    "Die zwei Kinder, 3 und 5 Jahre alt, fanden den roten Hut ihrer Mutter nicht.",
    "Er sagte: „Das kostet 1.234,50 € – nimm es oder lass es!“",
    "Am 24.12.2019 um 10.30 Uhr gewann die Mannschaft 3:2; das hatte niemand erwartet.",
    "Ein Hund läuft durch das hohe Gras hinter dem alten Haus am Fluss.",
    "Schönes Wetter heute, nicht wahr? Ich weiß es nicht, sagte die Ärztin.",
    "Am Anfang schuf Gott Himmel und Erde.",
    "Und die Erde war wüst und leer, und es war finster auf der Tiefe.",
    "Straße, STRASSE und Straßenbahn: Groß- und Kleinschreibung.",
    "Übermorgen fährt der Zug um 7.",
    "Ja.",
]
CHINESE = [
    "今天天气很好，我们去公园散步吧。",
    "他说：“这本书的价格是1,234.50元（约合170美元）。”",
    "北京是中国的首都，人口超过2000万！",
    "我在Google上搜索了“机器翻译”——结果很多…",
    "学而时习之，不亦说乎？",
    "有朋自远方来，不亦乐乎？",
    "道可道，非常道；名可名，非常名。",
    "ＡＢＣ１２３，全角字符～和「引号」。",
    "𠀀𠀁是扩展区的汉字。",
    "好",
]
UNICODE = [
    "naïve café résumé — cafe\u0301 re\u0301sume\u0301",
    "«Привет, мир!» — сказал он в 2020-м году.",
    "ΟΔΥΣΣΕΥΣ και ΣΑΣ: ο Οδυσσέας, ΑΣ. ΆΣ'Σ",
    "İstanbul'da IŞIK ışık; ǅungla, ẞ und ß",
    "🙂 emoji 👍🏽 and 👨‍👩‍👧 families, ½ + ¼ = ¾, x² ≤ 3·y",
    "日本語のテキスト、カタカナとひらがな。「はい」・ﾊﾝｶｸ",
    "non\u00a0breaking\u2009thin\u3000wide\u200bzero space",
    "१२३,४५६.७ ٣,١٤ Ⅻ,Ⅳ ①.②",
    "$5 £6 ¥7 €8 ₹9 §1 ©2 ®3 ™4 °5 ±6 ^7 `8 ~9 |0",
    "한국어 문장입니다. 잘 되나요?",
]
EDGE = [
    # (hypothesis, references)
    ("", ["a reference without a hypothesis"]),
    ("a hypothesis without a reference", [""]),
    ("", [""]),
    ("   ", [" \t "]),
    ("word", ["word"]),
    ("two words", ["two words"]),
    ("three short words", ["three other words"]),
    (".", ["."]),
    (",,5 a,,5 1.,2 ..5", [",,5 a,,5 1.,2 ..5"]),
    (".. ... .,. 1.2.3. 1,2,3,", ". . ... .,. 1.2.3 . 1,2,3".splitlines()),
    ("line-\nbreaks\nand -\n\n-more", ["line- breaks and more"]),
    ("<skipped> &amp;lt; &amp;quot; &#39; <skip", ["< \" ' <skip"]),
    ("5-3 a-b 7- -8 9--1", ["5 - 3 a - b 7 - - 8 9 - - 1"]),
    ("Peter's dogs' 's 'S it's'", ["Peter 's dogs' 's 's it's '"]),
    ("(a) [b] {c} \"d\" 'e' a. .b -c- /d/", ["( a ) [ b ] { c } \" d \" ' e ' a . . b - c - / d /"]),
    ("trailing space \n", ["trailing space"]),
    ("\x1cseparators\x1d of\x1e ASCII\x1f and\x85next\u2028line", ["separators of ASCII and next line"]),
    ("ΟΔΥΣΣΕΥΣ ΣΑΣ ΑΣΑ", ["οδυσσευς σας ασα"]),
    ("a㈠b㌀c⺀d㇀e豈f︰g㐀h・i。j（k", ["a ㈠ b ㌀ c ⺀ d ㇀ e 豈 f ︰ g 㐀 h i j k"]),
    ("e e e e e e e", ["e e"]),
    ("a b c d e f g h i j k l m n o p", ["m n o p i j k l e f g h a b c d"]),
    ("x " * 80, ["x " * 2]),
]


def distort(sentence, rng, characters=False):
    """Drops, doubles, replaces and moves some words, and changes the case and punctuation of others."""
    words = list(sentence) if characters else sentence.split(" ")
    result = []
    for word in words:
        dice = rng.random()
        if dice < 0.08:
            continue
        if dice < 0.12:
            result += [word, word]
        elif dice < 0.18:
            result.append(rng.choice(words))
        elif dice < 0.22:
            result.append(word.upper())
        elif dice < 0.26:
            result.append(word.strip(".,;:!?"))
        else:
            result.append(word)
    if len(result) > 3 and rng.random() < 0.6:
        start = rng.randrange(len(result) - 1)
        length = rng.randint(1, 4)
        block = result[start : start + length]
        del result[start : start + length]
        target = rng.randint(0, len(result))
        result[target:target] = block
    return ("" if characters else " ").join(result)


def make_sets():
    rng = random.Random(20)
    sets = {}

    def add(name, pairs):
        sets[name] = {
            "hypotheses": [hypothesis for hypothesis, _ in pairs],
            "references": [references for _, references in pairs],
        }

    tokenised = BLEU(tokenize="13a").tokenizer
    add("english", [(distort(s, rng), [s]) for s in ENGLISH])
    add("english tokenised", [(distort(tokenised(s), rng), [tokenised(s).lower()]) for s in ENGLISH])
    add("german", [(distort(s, rng), [s]) for s in GERMAN])
    add("german tokenised", [(distort(tokenised(s), rng), [tokenised(s)]) for s in GERMAN])
    add("english against german", [(a, [b]) for a, b in zip(ENGLISH, GERMAN)])
    add("chinese", [(distort(s, rng, characters=True), [s]) for s in CHINESE])
    add("unicode", [(distort(s, rng), [s]) for s in UNICODE])
    add("unicode characters", [(distort(s, rng, characters=True), [s]) for s in UNICODE])
    add("identical", [(s, [s]) for s in ENGLISH + GERMAN + CHINESE + UNICODE])
    add("edge", EDGE)
    add("three references", [(distort(s, rng), [distort(s, rng), s, distort(s, rng)]) for s in ENGLISH])
    add("varying references",
        [(distort(s, rng), [distort(s, rng) for _ in range(1 + i % 3)]) for i, s in enumerate(GERMAN)])
    add("short", [("a b", ["a b c"]), ("b", ["a"]), ("a", ["a"]), ("c d", ["d c"])])
    add("no matches", [("a b c", ["d e f"]), ("g", ["h i"])])
    add("one empty hypothesis", [("", ["words"])])
    # No reference is better than another one, but their lengths differ.
    add("equal references", [("a", ["b", "c d e f"]), ("a b c", ["x y z w v", "q"]), ("", ["a b", "c"])])
    # Few different words: many shifts are possible, and most are equally good.
    pairs = []
    for _ in range(150):
        words = "abcdefgh"[: rng.randint(2, 8)]
        reference = [rng.choice(words) for _ in range(rng.randint(4, 24))]
        hypothesis = distort(" ".join(reference), rng).split()
        pairs.append((distort(" ".join(hypothesis), rng), [" ".join(reference)]))
    for length in [40, 50, 55, 70]:
        reference = [rng.choice("abcdefgh") for _ in range(length)]
        pairs.append((" ".join(rng.sample(reference, length)), [" ".join(reference)]))
    add("shifts", pairs)
    # Long enough for tercom's limits: the beam, the size and distance of shifts, the number of candidates.
    long = [rng.choice("abcdefghijklmnopqrstuvwxyz") + str(rng.randrange(30)) for _ in range(160)]
    few = [rng.choice("abcdef") for _ in range(60)]
    moved = long[:5] + long[90:110] + long[5:90] + long[110:]
    add("long", [
        (" ".join(moved), [" ".join(long)]),
        (" ".join(long[70:]), [" ".join(long)]),
        (" ".join(long), [" ".join(long[100:])]),
        (" ".join(few), [" ".join(rng.sample(few, len(few)))]),
        ("x y", [" ".join(long)]),
        (" ".join(long[:120]), ["b1 c2"]),
        (" ".join(long[15:30] + long[:15] + long[30:]), [" ".join(long)]),
        # A phrase of 11 words, which takes two shifts; and one that moves over 51 words, which none may.
        (" ".join(long[20:31] + long[:20] + long[31:50]), [" ".join(long[:50])]),
        (" ".join(long[3:54] + long[:3]), [" ".join(long[:54])]),
        (" ".join(long[3:53] + long[:3]), [" ".join(long[:53])]),
    ])
    return sets


def computations(sets):
    """Pairs of a metric's name and settings, for all sets."""
    for name in sets:
        if name in ["long", "shifts"]:
            continue
        for tokenizer, lowercase in itertools.product(["none", "13a", "char", "zh", "intl"], [False, True]):
            yield name, "BLEU", {"tokenize": tokenizer, "lowercase": lowercase}
    for name in ["english", "edge", "short", "no matches", "one empty hypothesis", "three references"]:
        for method, value in [("none", None), ("exp", None), ("floor", None), ("floor", 0.5),
                              ("add-k", None), ("add-k", 0.25)]:
            for effective in [False, True]:
                yield name, "BLEU", {
                    "smooth_method": method, "smooth_value": value, "effective_order": effective}
        for order in [1, 2, 6]:
            yield name, "BLEU", {"max_ngram_order": order}
    for name in sets:
        if name in ["long", "shifts"]:
            continue
        for words, lowercase in itertools.product([0, 2], [False, True]):
            yield name, "CHRF", {"word_order": words, "lowercase": lowercase}
        for whitespace, epsilon in [(False, True), (True, False)]:
            yield name, "CHRF", {"word_order": 2, "whitespace": whitespace, "eps_smoothing": epsilon}
    for name in ["german", "edge", "short"]:
        yield name, "CHRF", {"char_order": 3, "word_order": 1, "beta": 1}
        yield name, "CHRF", {"char_order": 2, "word_order": 0, "beta": 3}
    for name in sets:
        for normalized, no_punct, asian, case in itertools.product([False, True], repeat=4):
            if name in ["long", "shifts"] and (normalized or no_punct or asian or case):
                continue
            yield name, "TER", {
                "normalized": normalized, "no_punct": no_punct, "asian_support": asian, "case_sensitive": case}


def score(sets):
    metrics = {"BLEU": BLEU, "CHRF": CHRF, "TER": TER}
    scores = []
    for name, kind, settings in computations(sets):
        metric = metrics[kind](**settings)
        hypotheses, references = sets[name]["hypotheses"], sets[name]["references"]
        streams = [list(stream) for stream in itertools.zip_longest(*references)]
        result = metric.corpus_score(hypotheses, streams)
        line = result.format(width=4, signature=metric.get_signature().format())
        scores.append({
            "set": name, "metric": kind, "settings": settings, "line": line, "score": round(result.score, 6),
            "sentences": [
                round(metric.sentence_score(h, r).score, 6) for h, r in zip(hypotheses, references)],
        })
    return scores


def resampling():
    """What sacreBLEU makes of scores of resamples."""
    rng = numpy.random.default_rng(5)
    cases = []
    for count in [1, 2, 39, 40, 79, 80, 199]:
        for shift in [0.0, 0.3, 1.5]:
            first = rng.normal(30, 1, count).round(6)
            second = (first + shift + rng.normal(0, 0.4, count)).round(6)
            mean, interval = significance.estimate_ci(second)
            # As in its paired bootstrap and its approximate randomisation.
            differences = numpy.abs(second - first)
            cases.append({
                "first": first.tolist(), "second": second.tolist(), "observed": shift,
                "mean": mean, "halfWidth": interval,
                "bootstrap": significance._compute_p_value(differences - differences.mean(), shift),
                "randomization": significance._compute_p_value(differences, shift),
            })
    return cases


def write(name, value):
    # One computation a line keeps differences readable.
    items = value.items() if isinstance(value, dict) else None
    dump = lambda item: json.dumps(item, ensure_ascii=False)
    if items is not None:
        text = "{\n" + ",\n".join(f"{dump(key)}: {dump(item)}" for key, item in items) + "\n}\n"
    else:
        text = "[\n" + ",\n".join(dump(item) for item in value) + "\n]\n"
    (FOLDER / name).write_text(text, encoding="utf-8")


def main():
    sets = make_sets()
    write("sets.json", sets)
    write("scores.json", score(sets))
    write("resampling.json", resampling())


if __name__ == "__main__":
    main()
