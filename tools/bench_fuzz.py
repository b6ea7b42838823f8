"""Fuzzes every parser of user files: ``python build.py bench fuzz [--cases 6000] [--seed 1] [--parser glb]``.

Each parser gets the known attacks, damaged real files and files that hypothesis builds. They are read in a child
process of limited memory; a file may be accepted or refused in words, everything else counts as a fault: another
exception, a crash, more than ``TIME_LIMIT_S``, or more than ``MEMORY_LIMIT``. Exits with 1 if there is a fault, and
keeps the files that brought it out.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import threading
import time
import traceback
import zlib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

SUFFIXES = {
    "glb": ".glb",
    "obj": ".obj",
    "fbx": ".fbx",
    "zip": ".zip",
    "ply": ".ply",
    "stl": ".stl",
    "image": ".image",
}
SHARES = {"glb": 0.25, "obj": 0.12, "fbx": 0.15, "zip": 0.08, "ply": 0.15, "stl": 0.1, "image": 0.15}
GOOD = ("accepted", "refused")
FAULTS = ("wrong exception", "crash", "over time", "over memory")
TIME_LIMIT_S = 20.0
MEMORY_LIMIT = 1536 * 1024**2
"""Beyond what the child has before its first file."""
ADDRESS_SPACE = 4 * 1024**3
STORIES = 5
"""Tracebacks that are printed for each parser."""


def cases(parser: str, count: int, seed: int) -> Iterator[tuple[str, bytes]]:
    """Names and contents; the same for the same arguments."""
    from tools.fuzzing.mutate import mutate
    from tools.fuzzing.tricks import TRICKS

    suffix = SUFFIXES[parser]
    tricks = [(name, make) for name, (of, make) in TRICKS.items() if of == suffix]
    for name, make in tricks:
        yield name, make()
    built = _built(suffix, (count - len(tricks)) // 2, seed)
    for number, content in enumerate(built):
        yield f"built {number}", content
    for number in range(count - len(tricks) - len(built)):
        kind = "image" if parser == "image" else suffix
        yield f"damaged {number}", mutate(kind, Random(f"{seed} {parser} {number}"))


def _built(suffix: str, count: int, seed: int) -> list[bytes]:
    """Files that hypothesis thought of."""
    import hypothesis

    from tools.fuzzing.strategies import BY_SUFFIX

    made: list[bytes] = []

    @hypothesis.seed(seed)
    @hypothesis.settings(
        max_examples=max(1, count),
        database=None,
        deadline=None,
        phases=[hypothesis.Phase.generate],
        suppress_health_check=list(hypothesis.HealthCheck),
    )
    @hypothesis.given(BY_SUFFIX[suffix])
    def collect(content: bytes) -> None:
        made.append(content)

    collect()
    return made[:count]


# --- the child -------------------------------------------------------------------------------------------


def work(parser: str, count: int, seed: int, start: int) -> None:
    """Read the cases from number ``start`` on; a line before each and a line after each."""
    from tools.fuzzing.check import check

    def tell(**message: Any) -> None:
        print(json.dumps(message), flush=True)

    base = peak_memory()
    _limit()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"file{SUFFIXES[parser]}"
        for number, (name, content) in enumerate(cases(parser, count, seed)):
            if number < start:
                continue
            if number == start:
                base = peak_memory()  # making the cases takes memory too
            path.write_bytes(content)
            tell(begin=number, name=name)
            before, story = time.monotonic(), ""
            try:
                outcome = check(path)
            except MemoryError:
                outcome = "over memory"
            except Exception:
                outcome, story = "wrong exception", traceback.format_exc()
            took, grown = time.monotonic() - before, peak_memory() - base
            if took > TIME_LIMIT_S:
                outcome = "over time"
            if grown > MEMORY_LIMIT:
                outcome = "over memory"
            tell(end=number, outcome=outcome, seconds=took, megabytes=grown // 1024**2, story=story)
            if grown > MEMORY_LIMIT:
                return  # the peak says nothing about the next ones; a fresh child goes on


def peak_memory() -> int:
    """Most memory that this process has had, bytes; 0 where the system does not tell."""
    if sys.platform == "win32":
        return 0
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return int(peak if sys.platform == "darwin" else peak * 1024)


def _limit() -> None:
    if sys.platform == "linux":
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (ADDRESS_SPACE, ADDRESS_SPACE))


# --- the parent ------------------------------------------------------------------------------------------


class Tally:
    """What became of one parser's cases."""

    def __init__(self) -> None:
        self.outcomes: Counter[str] = Counter()
        self.slowest = 0.0
        self.largest = 0
        self.faults: list[tuple[int, str, str, str]] = []

    def add(self, number: int, name: str, outcome: str, story: str = "") -> None:
        """Count a case."""
        self.outcomes[outcome] += 1
        if outcome in FAULTS:
            self.faults.append((number, name, outcome, story))


def run(parser: str, count: int, seed: int) -> Tally:
    """All cases of a parser, in one child after another."""
    tally = Tally()
    start = 0
    while start < count:
        start = _child(parser, count, seed, start, tally)
    return tally


def _child(parser: str, count: int, seed: int, start: int, tally: Tally) -> int:
    """One child, until it is done or lost; the number of the case to go on with."""
    command = [
        sys.executable,
        "-m",
        "tools.bench_fuzz",
        "--worker",
        parser,
        str(count),
        str(seed),
        str(start),
    ]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout
    current: tuple[int, str] | None = None
    next_case, overdue = start, False
    deadline = time.monotonic() + 600

    def watch() -> None:
        nonlocal overdue
        while process.poll() is None:
            if time.monotonic() > deadline:
                overdue = True
                process.kill()
            time.sleep(0.2)

    threading.Thread(target=watch, daemon=True).start()
    for line in process.stdout:
        message = json.loads(line)
        if "begin" in message:
            current = (message["begin"], message["name"])
            deadline = time.monotonic() + 3 * TIME_LIMIT_S
            continue
        assert current
        tally.add(*current, message["outcome"], message["story"])
        tally.slowest = max(tally.slowest, message["seconds"])
        tally.largest = max(tally.largest, message["megabytes"])
        next_case, current = current[0] + 1, None
        deadline = time.monotonic() + 600
    process.wait()
    if current:
        tally.add(*current, "over time" if overdue else "crash", f"exit code {process.returncode}")
        return current[0] + 1
    if process.returncode and next_case == start:
        raise SystemExit(f"the cases of {parser} could not be made")
    return next_case


def report(tallies: dict[str, Tally]) -> str:
    """A table for people."""
    columns = (*GOOD, *FAULTS)
    lines = [
        f"{'parser':8}{'cases':>7}" + "".join(f"{c:>17}" for c in columns) + f"{'slowest':>10}{'memory':>9}"
    ]
    for parser, tally in tallies.items():
        cells = "".join(f"{tally.outcomes[c]:>17}" for c in columns)
        total = tally.outcomes.total()
        lines.append(f"{parser:8}{total:>7}{cells}{tally.slowest:>8.2f} s{tally.largest:>6} MB")
    total = sum(t.outcomes.total() for t in tallies.values())
    cells = "".join(f"{sum(t.outcomes[c] for t in tallies.values()):>17}" for c in columns)
    lines.append(f"{'all':8}{total:>7}{cells}")
    return "\n".join(lines)


def keep(parser: str, tally: Tally, count: int, seed: int, folder: Path) -> None:
    """Save the files that brought faults out, and what was raised."""
    told = 0
    wanted = {number: (name, outcome, story) for number, name, outcome, story in tally.faults}
    for number, (_, content) in enumerate(cases(parser, count, seed)):
        if number in wanted:
            name, outcome, story = wanted[number]
            folder.mkdir(parents=True, exist_ok=True)
            path = folder / f"{parser}_{zlib.crc32(content):08x}{SUFFIXES[parser]}"
            path.write_bytes(content)
            told += 1
            print(f"{parser}: {outcome} in '{name}', kept as {path}\n{story if told <= STORIES else ''}")


def main() -> int:
    """The command."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--cases", type=int, default=6000, help="over all parsers")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--parser", choices=SUFFIXES, action="append", help="only this one; may be repeated")
    parser.add_argument(
        "--keep", type=Path, default=Path("out/fuzz"), help="folder for files that bring faults out"
    )
    options = parser.parse_args()
    tallies: dict[str, Tally] = {}
    for name in options.parser or SUFFIXES:
        count = max(100, round(options.cases * SHARES[name]))
        tallies[name] = run(name, count, options.seed)
        if tallies[name].faults:
            keep(name, tallies[name], count, options.seed, options.keep)
    print(report(tallies))
    return 1 if any(tally.faults for tally in tallies.values()) else 0


if __name__ == "__main__":
    if sys.argv[1:2] == ["--worker"]:
        work(sys.argv[2], *map(int, sys.argv[3:6]))
        sys.exit(0)
    sys.exit(main())
