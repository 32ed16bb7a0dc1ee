#!/usr/bin/env python3
"""Trains the stations of the way to the Transformer on one task, with equal budgets, and compares them:
compare-architectures.py TASK --attend BINARY --data FOLDER --runs FOLDER [--seeds 1,2] [--only WORD]

TASK is g2p or multi30k; Configurations/compare-TASK.json is what all of them share. Each is trained by `attend train`
for the same epochs over the same batches and scored by `attend evaluate` with greedy search on the test set. What is
finished is not done again. Times are those of the processor, so other work on the machine changes them little; one
thread. Writes table.md and results.json into FOLDER/TASK, and with gnuplot by-length.svg: quality against the source's
length."""

import argparse
import json
import os
import re
import shutil
import statistics
import subprocess
import sys
from pathlib import Path

PACKAGE = Path(__file__).resolve().parent.parent

# Widths give each cell about the same number of parameters.
WIDTHS = {
    "g2p": {"rnn": 256, "gru": 148, "lstm": 128},
    "multi30k": {"rnn": 208, "gru": 176, "lstm": 160},
}

# Where the lengths of sources that are scored together begin: letters, words.
BUCKETS = {"g2p": "1,5,7,9,11,13", "multi30k": "1,8,11,14,17,21"}

CONTEXT_USES = {
    "first state": {"contextUse": "firstState"},
    "first state, transformed": {"contextUse": "firstState", "transformsContext": "true"},
    "every step": {"contextUse": "everyStep"},
    "both": {"contextUse": "both"},
}


def variants(task):
    """The settings of each model: {name: {key: value}}"""

    def recurrent(cell, **settings):
        given = {"cell": cell, "modelDimension": WIDTHS[task][cell], **settings}
        return {"architecture": "recurrent", **{f"recurrent.{key}": value for key, value in given.items()}}

    models = {"RNN, first state": recurrent("rnn", attention="none", **CONTEXT_USES["first state"])}
    for cell in ("gru", "lstm"):
        for use, settings in CONTEXT_USES.items():
            models[f"{cell.upper()}, {use}"] = recurrent(cell, attention="none", **settings)
        models[f"{cell.upper()}, additive attention"] = recurrent(cell, attention="bahdanau", score="additive")
        models[f"{cell.upper()}, dot attention"] = recurrent(cell, attention="luong", score="dot")
    for positions in ("none", "sinusoidal", "learned", "relative"):
        models[f"Transformer, {positions}"] = {"model.positions": positions}
    return models


def files(task, data):
    """Settings of `attend train` that name the data, the test's sources, and the arguments of `attend evaluate`."""
    if task == "g2p":
        return ({"data.train": data / "g014b2b.train"}, data / "g014b2b.words",
                ["--inputs", data / "g014b2b.words", "--references", data / "g014b2b.ref", "--length-unit", "characters"])
    text = {(part, side): data / f"{part}.lc.norm.tok.{side}"
            for part in ("train", "val", "test_2016_flickr") for side in ("en", "de")}
    return ({"data.trainSource": text["train", "en"], "data.trainTarget": text["train", "de"],
             "data.validationSource": text["val", "en"], "data.validationTarget": text["val", "de"]},
            text["test_2016_flickr", "en"],
            ["--source", text["test_2016_flickr", "en"], "--target", text["test_2016_flickr", "de"],
             "--tokenize", "none", "--metrics", "bleu,chrf"])


def run(command, source=os.devnull):
    """Standard output, standard error and the seconds of the processor."""
    before = os.times()
    with open(source, "rb") as given:
        finished = subprocess.run([str(word) for word in command], stdin=given, text=True, capture_output=True)
    after = os.times()
    if finished.returncode != 0:
        sys.exit(f"compare-architectures: {' '.join(map(str, command))}\n{finished.stderr}")
    seconds = after.children_user + after.children_system - before.children_user - before.children_system
    return finished.stdout, finished.stderr, seconds


def tokens(metrics):
    """Target tokens that were trained on, end tokens included: rates times the time between their lines."""
    total, last = 0, 0
    for line in metrics:
        if "targetTokensPerSecond" in line:
            total += line["targetTokensPerSecond"] * (line["elapsedSeconds"] - last)
        last = line["elapsedSeconds"]
    return total


def measure(arguments, name, settings, seed):
    """Trains and scores one model, or reads what was found before."""
    folder = arguments.runs / arguments.task / re.sub("[^a-z0-9]+", "-", f"{name}-{seed}".lower())
    record = folder / "result.json"
    if record.exists():
        return json.loads(record.read_text())
    print(f"{name}, seed {seed}", flush=True)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    training_files, sources, references = files(arguments.task, arguments.data)
    settings = {**settings, **training_files, "model.seed": seed, "training.seed": seed, "data.seed": 1}
    _, log, training_seconds = run(
        [arguments.attend, "train", "--threads", 1, "--output", folder / "run",
         "--config", PACKAGE / "Configurations" / f"compare-{arguments.task}.json"]
        + [word for key, value in settings.items() for word in ("--set", f"{key}={value}")])
    metrics = [json.loads(line) for line in (folder / "run" / "metrics.jsonl").read_text().splitlines()]
    outputs, _, decoding_seconds = run([arguments.attend, "translate", "--threads", 1, "--beam", 1,
                                        "--model", folder / "run" / "last"], sources)
    (folder / "outputs").write_text(outputs)
    scores, _, _ = run([arguments.attend, "evaluate", "--hypotheses", folder / "outputs",
                        "--by-length", "--length-buckets", BUCKETS[arguments.task], "--json"] + references)
    scores = json.loads(scores)
    result = {
        "name": name, "seed": seed,
        "parameters": int(re.search(r"^(\d+) parameters", log, re.M).group(1)),
        "updates": max(line["step"] for line in metrics),
        "trainingSeconds": training_seconds,
        "targetTokensPerSecond": tokens(metrics) / training_seconds,
        "perplexity": [line["validation"]["perplexity"] for line in metrics if "validation" in line][-1],
        "scores": {score["name"]: score["value"] for score in scores["scores"]},
        "sourcesPerSecond": len(outputs.splitlines()) / decoding_seconds,
        "byLength": [{"length": bucket["meanLength"], "sources": bucket["sources"],
                      "scores": {score["name"]: score["value"] for score in bucket["scores"]}}
                     for bucket in scores["byLength"]["buckets"] if bucket["sources"] > 0],
    }
    partial = record.with_suffix(".partial")
    partial.write_text(json.dumps(result, indent=2))
    partial.rename(record)
    return result


def mean(results, value):
    return statistics.fmean(value(result) for result in results)


def table(task, models):
    """Markdown, a line for each model: the mean over its seeds."""
    shown = {"g2p": ["wer", "per"], "multi30k": ["bleu", "chrf"]}[task]
    lines = ["| model | parameters | training, s | target tokens/s | perplexity | "
             + " | ".join(name.upper() for name in shown) + " | outputs/s |",
             "|---|" + "---|" * (5 + len(shown))]
    for name, results in models.items():
        cells = [f"{mean(results, lambda r: r['parameters']) / 1e6:.2f} M",
                 f"{mean(results, lambda r: r['trainingSeconds']):.0f}",
                 f"{mean(results, lambda r: r['targetTokensPerSecond']):.0f}",
                 f"{mean(results, lambda r: r['perplexity']):.3g}"]
        for score in shown:
            values = [result["scores"][score] for result in results]
            spread = f" ({min(values):.1f} to {max(values):.1f})" if len(values) > 1 else ""
            cells.append(f"{statistics.fmean(values):.1f}{spread}")
        cells.append(f"{mean(results, lambda r: r['sourcesPerSecond']):.0f}")
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def plot(task, models, file):
    """Quality against the source's length: a fixed vector, attention, a Transformer."""
    shown = {"GRU, first state": ("#a50f15", 2), "LSTM, first state": ("#a50f15", 1),
             "GRU, dot attention": ("#08519c", 2), "LSTM, dot attention": ("#08519c", 1),
             "Transformer, relative": ("#238b45", 1)}
    score, label, unit = {"g2p": ("wer", "words that are wrong, %", "letters"),
                          "multi30k": ("bleu", "BLEU", "words")}[task]
    blocks, commands = [], []
    for number, (name, (colour, dash)) in enumerate(shown.items()):
        if name not in models:
            continue
        buckets = zip(*(result["byLength"] for result in models[name]))
        points = "\n".join(f"{same[0]['length']} {mean(same, lambda bucket: bucket['scores'][score])}" for same in buckets)
        blocks.append(f"$d{number} << EOD\n{points}\nEOD")
        commands.append(f"$d{number} with linespoints lw 2 pt 7 ps 0.6 dt {dash} lc rgb '{colour}' title '{name}'")
    if not commands:
        return
    place = {"g2p": "left top", "multi30k": "right top"}[task]
    script = (f'set terminal svg size 640,420 font "sans-serif,13" background "white"\nset output "{file}"\n'
              f'set border 3\nset tics nomirror\nset grid lc rgb "#dddddd"\nset key {place} samplen 3\n'
              f'set xlabel "{unit} of the source"\nset ylabel "{label}"\nset yrange [0:*]\n'
              + "\n".join(blocks) + "\nplot " + ", \\\n  ".join(commands) + "\n")
    subprocess.run(["gnuplot"], input=script, text=True, check=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("task", choices=sorted(WIDTHS))
    parser.add_argument("--attend", type=Path, required=True, help="the tool, built for release")
    parser.add_argument("--data", type=Path, required=True, help="the folder of the task's data")
    parser.add_argument("--runs", type=Path, required=True, help="where runs and results are kept")
    parser.add_argument("--seeds", default="1", help="of parameters and dropout (default 1)")
    parser.add_argument("--only", default="", help="models whose name has this")
    arguments = parser.parse_args()
    models = {}
    for seed in map(int, arguments.seeds.split(",")):
        for name, settings in variants(arguments.task).items():
            if arguments.only in name:
                models.setdefault(name, []).append(measure(arguments, name, settings, seed))
    folder = arguments.runs / arguments.task
    text = table(arguments.task, models)
    (folder / "table.md").write_text(text)
    (folder / "results.json").write_text(json.dumps(models, indent=2))
    print(text)
    if shutil.which("gnuplot"):
        plot(arguments.task, models, folder / "by-length.svg")
    else:
        print("compare-architectures: gnuplot is not installed, so there is no plot (apt-get install gnuplot-nox)")


if __name__ == "__main__":
    main()
