"""The worker's side of the protocol between `bench` and its peers: lines of JSON on standard input
and output, one answer for each request. It needs nothing but Python.

    {"ok": {"version": "1.0"}}                        what the worker says first: facts for the report
    {"command": "prepare", "id": 1, "work": "training", "arguments": {...}}   {"ok": {}}
    {"command": "check", "id": 1, "arguments": {...}}     {"ok": ...}    what is to be compared
    {"command": "run", "id": 1, "count": 3}     {"ok": {"seconds": 0.5}}    of the runs together
    {"command": "memory", "id": 1}     {"ok": {"growth": 1024, "peak": 4096}}    of one run, in bytes
    {"command": "discard", "id": 1}    {"ok": {}}

What cannot be done is answered by {"error": "the reason"}. Between an answer and the next request
`bench` stops the process (SIGSTOP)."""

import ctypes
import gc
import json
import os
import signal
import sys
import time


def serve(facts: dict, works: dict) -> None:
    """Answers requests until standard input ends. `works` has by name what makes a work of its
    arguments: an object with `run()` and, where something can be compared, `check(arguments)`."""
    die_with_parent()
    # Whatever a library prints must not get between the answers.
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)

    def answer(value: dict) -> None:
        answers.write(json.dumps(value) + "\n")
        answers.flush()

    answer({"ok": {key: str(value) for key, value in facts.items()}})
    prepared = {}
    for line in sys.stdin:
        try:
            answer({"ok": obey(json.loads(line), works, prepared)})
        except Exception as error:  # the other works go on
            answer({"error": reason(error)})
    # Threads of a library may keep an interpreter from ending.
    os._exit(0)


def obey(request: dict, works: dict, prepared: dict):
    command, number = request["command"], request["id"]
    if command == "prepare":
        prepared[number] = works[request["work"]](request["arguments"])
        return {}
    if command == "check":
        return prepared[number].check(request["arguments"])
    if command == "run":
        return {"seconds": seconds(prepared[number].run, request["count"])}
    if command == "memory":
        return memory(prepared[number].run)
    if command == "discard":
        del prepared[number]
        gc.collect()
        return {}
    raise ValueError(f"unknown command {command}")


def seconds(run, count: int) -> float:
    start = time.perf_counter()
    for _ in range(count):
        run()
    return time.perf_counter() - start


def memory(run) -> dict:
    """How far resident memory rises during a run, and how high, counted as `bench` counts its own:
    VmHWM after a reset of the mark, less VmRSS before."""
    try:
        gc.collect()
        ctypes.CDLL(None).malloc_trim(0)
        with open("/proc/self/clear_refs", "w") as file:
            file.write("5")
        before = status("VmRSS")
    except (OSError, AttributeError):
        return {}
    run()
    peak = status("VmHWM")
    return {"growth": max(0, peak - before), "peak": peak}


def status(field: str) -> int:
    """Bytes."""
    with open("/proc/self/status") as lines:
        for line in lines:
            if line.startswith(field + ":"):
                return int(line.split()[1]) * 1024
    raise OSError(f"no {field}")


def reason(error: Exception) -> str:
    first = (str(error).strip().splitlines() or [""])[0][:300]
    return f"{type(error).__name__}: {first}"


def die_with_parent() -> None:
    """A process that is stopped does not see that its input has ended. Linux can kill it."""
    if sys.platform == "linux":
        set_death_signal = 1
        ctypes.CDLL(None).prctl(set_death_signal, signal.SIGKILL)
