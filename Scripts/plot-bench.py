#!/usr/bin/env python3
"""Draws a report of `bench` with gnuplot: plot-bench.py REPORT.json FOLDER

attention.svg: time and memory of attention against sequence length.
throughput.svg: target tokens a second of a Transformer and an LSTM against length."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

COLOURS = {"tiled": "#08519c", "plain": "#a50f15", "Transformer": "#08519c", "LSTM": "#a50f15"}
STYLE = """
set terminal svg size 900,380 font "sans-serif,13" background "white"
set border 3
set tics nomirror
set grid lc rgb "#dddddd"
set key right bottom samplen 2
"""


def series(suite, parameter, value):
    """Points of each series: {(name, task): [(x, y), ...]}"""
    found = {}
    for result in suite["results"]:
        x = next((p["value"] for p in result["parameters"] if p["name"] == parameter), None)
        y = value(result)
        if x is not None and y is not None:
            found.setdefault((result["name"], result["task"]), []).append((x, y))
    return found


def plot(lines):
    """A gnuplot `plot` command with its data inline."""
    blocks, commands = [], []
    for number, (label, colour, dash, points) in enumerate(lines):
        blocks.append(f"$d{number} << EOD\n" + "\n".join(f"{x} {y}" for x, y in points) + "\nEOD")
        commands.append(
            f"$d{number} with linespoints lw 2 pt 7 ps 0.5 dt {dash} lc rgb '{colour}' title '{label}'")
    return "\n".join(blocks) + "\nplot " + ", \\\n  ".join(commands) + "\n"


def attention(suite, file):
    def lines(value):
        dashes = {"forward": 1, "causal forward": 3, "forward+backward": 2}
        return [(f"{name} {task}", COLOURS[name], dashes[task], points)
                for (name, task), points in series(suite, "n", value).items()]

    seconds = lines(lambda r: r["summary"]["median"] * 1e3 if r.get("summary") else None)
    memory = lines(lambda r: r["memory"]["growth"] / 2**20 if r.get("memory") else None)
    return (STYLE + f'set output "{file}"\nset multiplot layout 1,2\nset logscale xy\nset xrange [100:6000]\n'
            'set xtics (128, 256, 512, 1024, 2048, 4096)\nset xlabel "sequence length"\n'
            'set ylabel "time, ms"\n' + plot(seconds)
            + 'set key off\nset ylabel "memory beside inputs, MiB"\n' + plot(memory)
            + "unset multiplot\n")


def throughput(suite, file):
    def rate(result):
        if not result.get("summary"):
            return None
        return result["cost"]["items"]["target tokens"] / result["summary"]["median"]

    lines = [(name, COLOURS[name], 1, points)
             for (name, _), points in series(suite, "length", rate).items()]
    return (STYLE + f'set output "{file}"\nset terminal svg size 560,380\nset logscale x 2\n'
            'set yrange [0:*]\nset xlabel "length of source and of target"\n'
            'set ylabel "target tokens a second in training"\n' + plot(lines))


def main():
    if len(sys.argv) != 3:
        sys.exit("usage: plot-bench.py REPORT.json FOLDER")
    if not shutil.which("gnuplot"):
        sys.exit("plot-bench: gnuplot is not installed (apt-get install gnuplot-nox)")
    report = json.loads(Path(sys.argv[1]).read_text())
    folder = Path(sys.argv[2])
    folder.mkdir(parents=True, exist_ok=True)
    suites = {suite["name"]: suite for suite in report["suites"]}
    for name, draw in (("attention", attention), ("throughput", throughput)):
        if name in suites:
            file = folder / f"{name}.svg"
            subprocess.run(["gnuplot"], input=draw(suites[name], file), text=True, check=True)
            print(f"plot-bench: wrote {file}")


if __name__ == "__main__":
    main()
