#!/usr/bin/env python3
"""Draws a report of `bench` with gnuplot: plot-bench.py REPORT.json FOLDER [svg|png]

attention.svg: time and memory of the attention family against sequence length.
layers.svg: time of the layers of the paper's Table 1 against length and against width.
throughput.svg: target tokens a second of a Transformer and an LSTM against length."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

# name: colour, dash, point. Colours tell families apart, dashes the members.
LOOKS = {
    "scaled dot": ("#08519c", 1, 7), "causal": ("#08519c", 2, 6), "plain": ("#a50f15", 1, 5),
    "window": ("#006d2c", 1, 9), "causal window": ("#006d2c", 2, 8), "additive": ("#d94801", 1, 11),
    "additive window": ("#d94801", 2, 10), "relative": ("#6a51a3", 1, 13),
    "self-attention": ("#08519c", 1, 7), "with projections": ("#08519c", 2, 6),
    "restricted": ("#006d2c", 1, 9), "LSTM": ("#a50f15", 1, 5), "GRU": ("#a50f15", 2, 4),
    "convolution": ("#d94801", 1, 11), "Transformer": ("#08519c", 1, 7),
}
# The others lie on one of these lines; the table of `bench` has them.
DRAWN = ["scaled dot", "causal", "plain", "window", "causal window", "additive", "additive window",
         "relative"]
STYLE = """
set border 3
set tics nomirror
set grid lc rgb "#dddddd"
set key left top samplen 3.5 reverse Left spacing 1.15
"""


def style(file, width, height):
    kind = "svg" if file.suffix == ".svg" else "pngcairo"
    return (f'set terminal {kind} size {width},{height} font "sans-serif,12" background "white"\n'
            f'set output "{file}"\n' + STYLE)


def parameter(result, name):
    return next((p["value"] for p in result["parameters"] if p["name"] == name), None)


def milliseconds(result):
    return result["summary"]["median"] * 1e3 if result.get("summary") else None


def series(results, size, value):
    """Points of each contender: {name: [(x, y), ...]}"""
    found = {}
    for result in results:
        x, y = parameter(result, size), value(result)
        if x is not None and y is not None:
            found.setdefault(result["name"], []).append((x, y))
    return found


def plot(lines):
    """A gnuplot `plot` command with its data inline."""
    blocks, commands = [], []
    for number, (name, label, points) in enumerate(lines):
        colour, dash, point = LOOKS[name]
        data = "\n".join(f"{x} {y}" for x, y in sorted(points))
        blocks.append(f"$d{number} << EOD\n{data}\nEOD")
        commands.append(f"$d{number} with linespoints lw 2 pt {point} ps 0.6 dt {dash} "
                        f"lc rgb '{colour}' title '{label}'")
    return "\n".join(blocks) + "\nplot " + ", \\\n  ".join(commands) + "\n"


def sizes(lines):
    """The range that was measured, with tics at powers of two."""
    found = sorted({x for _, _, points in lines for x, _ in points if (int(x) & (int(x) - 1)) == 0})
    ends = [x for _, _, points in lines for x, _ in points]
    return (f"set xrange [{min(ends) / 1.15}:{max(ends) * 1.15}]\n"
            "set xtics (" + ", ".join(f"{x:g}" for x in found) + ")\n")


def exponents(suite, task, size):
    """The fitted power of each contender as a label."""
    return {fit["name"]: f"{size}^{{{fit['fit']['exponent']:.2f}}}" for fit in suite["fits"]
            if fit["task"] == task and fit["parameter"] == size}


def labelled(points, powers, names):
    return [(name, f"{name}  {powers[name]}" if name in powers else name, points[name])
            for name in names if name in points]


def attention(suite, file):
    def tensors(result):
        memory = result.get("memory") or {}
        return memory["allocated"] / 2**20 if memory.get("allocated") else None

    text = style(file, 1040, 1040) + "set multiplot layout 2,2\nset logscale xy\n"
    for value, label in ((milliseconds, "time, ms"), (tensors, "tensors at one time, MiB")):
        for task in ("forward", "forward+backward"):
            results = [r for r in suite["results"] if r["task"] == task]
            powers = exponents(suite, task, "n") if value is milliseconds else {}
            lines = labelled(series(results, "n", value), powers, DRAWN)
            if not lines:  # a machine so busy that nothing of it was measured
                text += "set multiplot next\n"
                continue
            # The colours are those of the times above.
            text += f"set yrange [*:{10 * max(y for _, _, p in lines for _, y in p)}]\n" \
                if value is milliseconds else "set key off\nset yrange [*:*]\n"
            text += (f'set title "{task}"\nset xlabel "sequence length n"\nset ylabel "{label}"\n'
                     + sizes(lines) + plot(lines))
    return text + "unset multiplot\n"


def layers(suite, file):
    text = style(file, 1040, 520) + "set multiplot layout 1,2\nset logscale xy\n"
    for size, fixed, label in (("n", "d", "sequence length n"), ("d", "n", "width d")):
        results = [r for r in suite["results"] if r["task"] == "forward"]
        # The sweep of one size shares the most frequent value of the other.
        results = [r for r in results if r.get("summary")]
        if not results:
            text += "set multiplot next\n"
            continue
        values = [parameter(r, fixed) for r in results]
        common = max(set(values), key=values.count)
        results = [r for r in results if parameter(r, fixed) == common]
        names = list(dict.fromkeys(r["name"] for r in results))
        lines = labelled(series(results, size, milliseconds), exponents(suite, "forward", size), names)
        text += (f'set title "forward, {fixed} = {common:g}"\nset xlabel "{label}"\n'
                 f'set ylabel "time, ms"\n' + sizes(lines) + plot(lines))
    return text + "unset multiplot\n"


def throughput(suite, file):
    def rate(result):
        if not result.get("summary"):
            return None
        return result["cost"]["items"]["target tokens"] / result["summary"]["median"]

    points = series(suite["results"], "length", rate)
    return (style(file, 560, 380) + 'set key right bottom\nset logscale x 2\nset yrange [0:*]\n'
            'set xlabel "length of source and of target"\n'
            'set ylabel "target tokens a second in training"\n'
            + plot([(name, name, values) for name, values in points.items()]))


def main():
    if len(sys.argv) not in (3, 4) or sys.argv[3:] not in ([], ["svg"], ["png"]):
        sys.exit("usage: plot-bench.py REPORT.json FOLDER [svg|png]")
    if not shutil.which("gnuplot"):
        sys.exit("plot-bench: gnuplot is not installed (apt-get install gnuplot-nox)")
    report = json.loads(Path(sys.argv[1]).read_text())
    folder = Path(sys.argv[2])
    folder.mkdir(parents=True, exist_ok=True)
    suites = {suite["name"]: suite for suite in report["suites"]}
    for name, draw in (("attention", attention), ("layers", layers), ("throughput", throughput)):
        if name in suites:
            file = folder / f"{name}.{sys.argv[3] if len(sys.argv) > 3 else 'svg'}"
            subprocess.run(["gnuplot"], input=draw(suites[name], file), text=True, check=True)
            print(f"plot-bench: wrote {file}")


if __name__ == "__main__":
    main()
