"""Measure the server on this machine, each part in one run and as a ratio or a percentile.

    python build.py bench server [--only NAME …] [--markdown] [--folder DIR] [--jobs N]

Real servers in processes of their own, real HTTP; engines that do nothing (``tools/engines.py``). Prints a
table of what was found and what is asked for (two cores), and returns 1 when something misses its limit.
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import psutil
from pocket3d_server.runners.descent import VARIABLE

from tools.chaos_audit import bearing
from tools.server_load import (
    Watcher,
    finishing_order,
    hammer,
    keep_asking,
    make_accounts,
    scheduler_times,
    upload,
)
from tools.server_process import BASE, ROOT, Client, ServerProcess, running, wait_until
from tools.tables import print_table

PROGRAM = "tools.measured_server"
MB = 1024 * 1024
NOOP = "bench_noop"


@dataclass(frozen=True)
class Row:
    """One line of the table."""

    what: str
    found: str
    asked: str
    good: bool


def say(text: str) -> None:
    """Progress, for people."""
    print(f"  {text}", file=sys.stderr, flush=True)


def percentile(values: list[float], percent: float) -> float:
    """The value below which so many percent lie (nearest rank)."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * percent / 100))]


class Bench:
    """Starts servers in a folder of its own."""

    def __init__(self, folder: Path, jobs: int) -> None:
        self.folder = folder
        self.jobs = jobs
        self._count = 0

    def server(self, cpu_jobs: int = 2, **settings: object) -> ServerProcess:
        """A fresh server with the engines for measuring."""
        self._count += 1
        name = f"server{self._count}"
        engines = ",".join(f"tools.engines:{name}" for name in ("Plain", "Noop", "Paced", "Stuck"))
        given = {"extra_engines": engines, "cpu_jobs": cpu_jobs} | settings
        return ServerProcess(self.folder / name, self.folder / f"{name}.log", PROGRAM, **given)

    # Submit to start

    def start(self) -> list[Row]:
        """From before the submit is sent until the engine is asked, with a warm model; one job at a time."""
        with running(self.server()) as server:
            client = server.client()
            for _ in range(4):  # both slots warm, one after the other
                client.finished([client.submit(NOOP) for _ in range(2)])
            took = []
            for _ in range(300):
                sent = time.time()
                job_id = client.submit(NOOP)
                job = client.finished([job_id])[0]
                took.append((float(job["result"]["notes"][0]) - sent) * 1000)
        p50, p99 = percentile(took, 50), percentile(took, 99)
        say(f"submit to runner start: {len(took)} jobs")
        return [
            Row("submit → runner start, warm, p50", f"{p50:.1f} ms", "≤ 30 ms", p50 <= 30),
            Row("submit → runner start, warm, p99", f"{p99:.1f} ms", "≤ 150 ms", p99 <= 150),
        ]

    # Status reads

    def status(self) -> list[Row]:
        """Status reads of 50 jobs beside a bare Flask route of the same process, in slices that take turns."""
        with running(self.server()) as server:
            client = server.client()
            ids = [client.submit(NOOP) for _ in range(50)]
            client.finished(ids)
            paths = {"bare": ["/bare/"], "status": [f"{BASE}/jobs/{job_id}" for job_id in ids]}
            counts: Counter[str] = Counter()
            cpu: Counter[str] = Counter()
            for name in list(paths) * 6:
                before = server.cpu_seconds()
                counts[name] += hammer(server, paths[name], seconds=1.0)
                cpu[name] += server.cpu_seconds() - before
        ratio = counts["status"] / counts["bare"]
        each = {name: cpu[name] / counts[name] * 1e6 for name in paths}
        say(f"status reads: {counts['status'] / 6:.0f}/s, bare route: {counts['bare'] / 6:.0f}/s")
        say(f"CPU time of the server: {each['status']:.0f} µs and {each['bare']:.0f} µs a request")
        return [
            Row(
                "status reads a second, beside a bare Flask route",
                f"{ratio:.2f} × ({counts['status'] / 6:.0f}/s)",
                "≥ 0.5 ×",
                ratio >= 0.5,
            )
        ]

    # Sockets

    def sockets(self) -> list[Row]:
        """200 WebSockets watch 20 running jobs; from the event's timestamp until it has been received."""
        jobs, each, steps, pause = 20, 10, 120, 0.25
        with running(self.server(cpu_jobs=jobs)) as server:
            client = server.client()
            warm = [client.submit("bench_paced", steps=1, seconds=0.0) for _ in range(jobs)]
            client.finished(warm, 120)
            say(f"{jobs} runners are warm")
            ids = [client.submit("bench_paced", steps=steps, seconds=pause) for _ in range(jobs)]
            watcher = Watcher(server, ids * each)
            watcher.run(timeout=steps * pause + 60)
            server.client().finished(ids, 60)
        delays, missing = watcher.delays, watcher.missing
        p50, p99 = percentile(delays, 50), percentile(delays, 99)
        say(f"{len(delays)} live events on {jobs * each} sockets; p50 {p50:.0f} ms, {missing} missing")
        return [
            Row(
                f"{jobs * each} sockets on {jobs} jobs: delivery, p99",
                f"{p99:.0f} ms (p50 {p50:.0f} ms)",
                "≤ 250 ms",
                p99 <= 250,
            ),
            Row(f"{jobs * each} sockets on {jobs} jobs: events missing", str(missing), "0", missing == 0),
        ]

    # Cancel

    def cancel(self) -> list[Row]:
        """From the cancel of a job that hangs in a C call until its whole family is gone, under load.

        The engine ignores signals, and has children, one of which has cut itself loose. Queued jobs are cancelled
        too; those are over with the answer.
        """
        running_ms, queued_ms = [], []
        with running(self.server(cpu_jobs=3)) as server:
            client = server.client()
            over = threading.Event()
            asking = threading.Thread(target=keep_asking, args=(server, over))
            asking.start()
            try:
                for number in range(40):
                    pid_file = self.folder / f"pids{number}"
                    running_ms.append(cancel_stuck(client, pid_file))
                    waiting = [client.submit("bench_paced", steps=3, seconds=0.1) for _ in range(3)]
                    begun = time.monotonic()
                    client.json("POST", f"/jobs/{waiting[-1]}/cancel")
                    queued_ms.append((time.monotonic() - begun) * 1000)
            finally:
                over.set()
                asking.join()
        found = {"hanging job until its processes are gone": running_ms, "queued job": queued_ms}
        return [
            Row(
                f"cancel of a {what}, p99",
                f"{percentile(took, 99):.0f} ms (p50 {percentile(took, 50):.0f} ms)",
                "≤ 2 s",
                percentile(took, 99) <= 2000,
            )
            for what, took in found.items()
        ]

    # A full queue, and memory

    def drain(self) -> list[Row]:
        """1,000 queued jobs of 50 accounts, queued account by account, then drained; with the real delivery."""
        accounts, each = 50, 20
        with running(self.server()) as server:
            tokens = make_accounts(server, accounts)
            client = server.client()
            holders = [client.submit("bench_paced", steps=600, seconds=1.0) for _ in range(2)]
            wait_until(lambda: all(client.status_of(job) == "processing" for job in holders), 60)
            owner: dict[str, int] = {}
            for number, token in enumerate(tokens):
                own = server.client(token)
                owner |= {own.submit("bench_plain"): number for _ in range(each)}
            say(f"{len(owner)} jobs of {accounts} accounts are queued")
            wait_until(lambda: queue_size(client) == len(owner), 30)
            for job in holders:
                client.json("POST", f"/jobs/{job}/cancel")
            before = scheduler_times(server)
            wait_until(lambda: self._drained(client, len(owner)), 600, every=0.25)
            after = scheduler_times(server)
            order = finishing_order(server, owner)
        wall = after["at"] - before["at"]
        busy = wall - (after["waited"] - before["waited"])
        cpu = after["cpu"] - before["cpu"]
        spread = widest_spread([owner[job] for job in order], accounts)
        say(f"{len(order) / wall:.1f} jobs/s; scheduler {busy / len(order) * 1000:.2f} ms a job")
        return [
            Row(
                f"{len(owner)} jobs of {accounts} accounts drained: scheduler's share of wall time",
                f"{busy / wall:.1%} (CPU {cpu / wall:.1%}, {len(order) / wall:.1f} jobs/s)",
                "≤ 10 %",
                busy / wall <= 0.10,
            ),
            Row(
                "… most that one account was ahead of another",
                f"{spread} jobs",
                "≤ 4",
                spread <= 4,
            ),
            Row("… finished once", str(len(order)), str(len(owner)), len(order) == len(owner)),
        ]

    def _drained(self, client: Client, total: int) -> bool:
        health = client.json("GET", "/system/health")
        return not health["queue_size"] and not health["active_jobs"]

    def memory(self) -> list[Row]:
        """Memory of server and runners while ``--jobs`` jobs pass through."""
        with running(self.server(queue_limit=1000)) as server:
            client = server.client()
            done, seen = 0, []
            batch = 250
            while done < self.jobs:
                for _ in range(batch):
                    client.submit(NOOP)
                wait_until(lambda: queue_size(client) < batch, 300, every=0.05)
                done += batch
                if done % 1000 == 0:
                    mine, theirs = resident(server)
                    seen.append((done, mine, theirs))
                    say(f"{done} jobs: server {mine / MB:.1f} MB, runners {theirs / MB:.1f} MB")
            wait_until(lambda: self._drained(client, done), 300, every=0.25)
        settled = [row for row in seen if row[0] >= self.jobs * 0.3]
        rows = []
        for column, who in ((1, "server"), (2, "runners")):
            points = [(row[0], row[column]) for row in settled]
            slope = statistics.linear_regression(*zip(*points)).slope * 1000 / 1024 if len(points) > 1 else 0
            rows.append(
                Row(
                    f"memory of the {who} over {self.jobs} jobs, growth",
                    f"{slope:.0f} kB per 1,000 jobs",
                    "≤ 512 kB",
                    slope <= 512,
                )
            )
        return rows

    # A large upload

    def upload(self) -> list[Row]:
        """Most that the server's memory grows while it takes one file of 500 MB."""
        size = 499_990_000  # an STL of just under ten million faces, the most that are taken
        with running(self.server()) as server:
            client = Client(server.port, server.token, timeout=120)
            upload(client, 1 * MB)  # what the first upload loads is not the large one's fault
            process = psutil.Process(server.pid)
            before = peak = process.memory_info().rss
            sending = threading.Thread(target=upload, args=(client, size))
            begun = time.monotonic()
            sending.start()
            while sending.is_alive():
                peak = max(peak, process.memory_info().rss)
                time.sleep(0.01)
            seconds = time.monotonic() - begun
            kept = sum(path.stat().st_size for path in (server.data_dir / "uploads").iterdir())
        growth = (peak - before) / MB
        say(f"{size / MB:.0f} MB in {seconds:.1f} s, {kept / MB:.0f} MB kept")
        return [
            Row(
                "500 MB upload: growth of the server's memory",
                f"{growth:.1f} MB ({size / MB / seconds:.0f} MB/s)",
                "< 32 MB",
                growth < 32 and kept > 0.99 * size,
            )
        ]


def cancel_stuck(client: Client, pid_file: Path) -> float:
    """Milliseconds from the cancel of such a job until nothing of it is left."""
    job_id = client.submit("bench_stuck", pid_file=str(pid_file))
    wait_until(lambda: pid_file.exists() and pid_file.read_text().count(" "), 60)
    family = [psutil.Process(int(pid)) for pid in pid_file.read_text().split()]
    mark = family[0].environ()[VARIABLE]
    begun = time.monotonic()
    client.json("POST", f"/jobs/{job_id}/cancel")
    wait_until(lambda: not any(map(lives, family)) and not bearing(VARIABLE, mark), 30, every=0.005)
    return (time.monotonic() - begun) * 1000


def lives(process: psutil.Process) -> bool:
    """Whether it runs; a zombie does not."""
    try:
        return bool(process.is_running() and process.status() != psutil.STATUS_ZOMBIE)
    except psutil.Error:
        return False


def queue_size(client: Client) -> int:
    """Jobs that wait."""
    return int(client.json("GET", "/system/health")["queue_size"])


def resident(server: ServerProcess) -> tuple[int, int]:
    """Bytes in memory of the server and of its runners."""
    process = psutil.Process(server.pid)
    return process.memory_info().rss, sum(c.memory_info().rss for c in process.children())


def widest_spread(owners: list[int], accounts: int) -> int:
    """The most that one account's finished jobs were ever ahead of another's."""
    counts = [0] * accounts
    widest = 0
    for owner in owners:
        counts[owner] += 1
        widest = max(widest, max(counts) - min(counts))
    return widest


PARTS: dict[str, Callable[[Bench], list[Row]]] = {
    f.__name__: f
    for f in (Bench.start, Bench.status, Bench.cancel, Bench.sockets, Bench.drain, Bench.upload, Bench.memory)
}


def main(argv: list[str] | None = None) -> int:
    """Command line; see the module's text."""
    parser = argparse.ArgumentParser(
        prog="build.py bench server",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--only", nargs="+", choices=list(PARTS), default=list(PARTS), metavar="NAME")
    parser.add_argument("--markdown", action="store_true", help="print the table as Markdown")
    parser.add_argument("--folder", type=Path, help="for data and logs; they stay there")
    parser.add_argument("--jobs", type=int, default=10_000, help="jobs for the part 'memory'")
    options = parser.parse_args(argv)
    folder = options.folder or Path(tempfile.mkdtemp(prefix="pocket3d-bench-"))
    folder.mkdir(parents=True, exist_ok=True)
    bench, rows = Bench(folder, options.jobs), []
    try:
        for name in options.only:
            begun = time.monotonic()
            print(f"{name} …", file=sys.stderr, flush=True)
            rows += PARTS[name](bench)
            say(f"{time.monotonic() - begun:.0f} s")
    finally:
        if not options.folder:
            shutil.rmtree(folder, ignore_errors=True)
    lines = [[row.what, row.found if row.good else f"{row.found} **(missed)**", row.asked] for row in rows]
    print_table(["what", "found", "asked for"], lines, markdown=options.markdown)
    return 0 if all(row.good for row in rows) else 1


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    raise SystemExit(main())
