"""Timing and output that the peers share: one JSON object a line, raw samples included."""

import argparse
import json
import os
import statistics
import sys
import time


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--threads", type=int, default=os.cpu_count(), help="default: all cores")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--samples", type=int, default=10, help="at the least (default: 10)")
    parser.add_argument("--seconds", type=float, default=2, help="timed, at the least (default: 2)")
    parser.add_argument(
        "--longest", type=float, default=60,
        help="seconds after which a measurement ends with the samples it has (default: 60)")


def measure(work, arguments) -> list[float]:
    """Seconds of each call of `work`, after a warm-up until two calls in a row agree."""
    began = previous = time.perf_counter()
    last = 0.0
    for _ in range(10):
        work()
        now = time.perf_counter()
        duration, previous = now - previous, now
        if abs(duration - last) < 0.1 * duration or now - began > arguments.longest / 4:
            break
        last = duration
    samples = []
    began = time.perf_counter()
    while len(samples) < 1000:
        start = time.perf_counter()
        work()
        end = time.perf_counter()
        samples.append(end - start)
        enough = len(samples) >= arguments.samples and end - began >= arguments.seconds
        if enough or end - began > arguments.longest:
            break
    return samples


def emit(facts: dict, samples: list[float], flops: float | None = None, tokens: int | None = None):
    """Prints a result; `flops` and `tokens` are what one sample does."""
    median = statistics.median(samples)
    result = dict(
        facts, median=median, minimum=min(samples), maximum=max(samples), count=len(samples))
    if flops is not None:
        result["gigaflopsPerSecond"] = flops / median / 1e9
    if tokens is not None:
        result["targetTokensPerSecond"] = tokens / median
    print(json.dumps(dict(result, samples=samples)), flush=True)
    rate = f"  {tokens / median:9.0f} target tokens/s" if tokens is not None else ""
    rate += f"  {flops / median / 1e9:7.1f} GFLOP/s" if flops is not None else ""
    print(f"{label(facts)}  {median * 1e3:10.3f} ms{rate}", file=sys.stderr, flush=True)


def emit_failure(facts: dict, error: Exception) -> None:
    """Prints a hole: what was to be measured, and why it was not."""
    reason = (str(error).splitlines() or [""])[0][:300]
    print(json.dumps(dict(facts, hole=f"{type(error).__name__}: {reason}")), flush=True)
    print(f"{label(facts)}  not measured: {type(error).__name__}: {reason}",
          file=sys.stderr, flush=True)


def label(facts: dict) -> str:
    hidden = ("version", "threads", "seed", "parameters", "host", "waitPolicy")
    return "  ".join(f"{value}" for key, value in facts.items() if key not in hidden)


def host() -> dict:
    """The machine, in the words of its kernel."""
    processor = "unknown"
    try:
        with open("/proc/cpuinfo") as lines:
            processor = next(
                line.split(":")[1].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        pass
    return {"processor": processor, "cores": os.cpu_count(), "load": list(os.getloadavg())}
