"""Sets the training steps of `bench training` beside PyTorch's: compare.py OURS.json TORCH.jsonl"""

import json
import sys

# Contenders of `bench training` by suites of torch_peer.py.
NAMES = {"train": "Transformer", "lstm": "LSTM", "gru": "GRU"}


def ours(path):
    with open(path) as file:
        report = json.load(file)
    suite = next(s for s in report["suites"] if s["name"] == "training")
    return {(r["name"], r["task"]): r["summary"]["median"]
            for r in suite["results"] if r.get("summary")}


def torch(path):
    medians = {}
    with open(path) as file:
        for line in file:
            run = json.loads(line)
            if run.get("variant") == "eager" and run.get("precision") == "float32" \
                    and run.get("suite") in NAMES and "median" in run:
                medians[NAMES[run["suite"]], run["configuration"]] = run["median"]
    return medians


def main():
    if len(sys.argv) != 3:
        sys.exit("usage: compare.py OURS.json TORCH.jsonl")
    mine, theirs = ours(sys.argv[1]), torch(sys.argv[2])
    print(f"{'model':12} {'size':6} {'ours':>10} {'PyTorch':>10}  PyTorch / ours")
    for key in sorted(set(mine) & set(theirs)):
        print(f"{key[0]:12} {key[1]:6} {1e3 * mine[key]:7.1f} ms {1e3 * theirs[key]:7.1f} ms"
              f"  {theirs[key] / mine[key]:.2f}")


if __name__ == "__main__":
    main()
