"""Measure a fleet: how throughput grows with its nodes, what a job costs the server and its link, what a place costs.

    python build.py bench fleet [--nodes 1 2 4] [--jobs N] [--seconds S] [--markdown]

Starts small Ray clusters on this machine, one after the other, each with a head that has no place for jobs, and a
real server. The engine sleeps, so that the nodes do not compete for this machine's cores. Returns 1 when
throughput is below 0.9 times linear.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil
from pocket3d_server.accounts.tables import Account
from pocket3d_server.config import load
from pocket3d_server.database import Database
from pocket3d_server.jobs import states
from pocket3d_server.jobs.events import EventLog, change
from pocket3d_server.jobs.tables import Job
from pocket3d_server.runners.base import Slot
from pocket3d_server.runners.placement import Resident, Room
from pocket3d_server.times import now
from sqlalchemy.orm import Session

from tools.ray_nodes import RayNodes
from tools.server_process import ROOT, Client, ServerProcess, running, wait_until
from tools.tables import print_table

SLOTS = 2
"""Jobs at a time on each node."""
IDLE_S = 5.0
FLEETS = (8, 64, 256, 1000)
"""GPUs for which the cost of a place is measured."""
MODELS = 3
"""Models that are kept warm on each of them."""


@dataclass(frozen=True)
class Row:
    """One fleet."""

    nodes: int
    rate: float
    """Jobs a second."""
    job_ms: float
    """CPU time of the server for each job, requests and all."""
    link_ms: float
    """The same of the process that is part of the cluster for it."""
    idle_share: float
    """CPU that both take with nothing to do, as a share of one core."""


def measure(folder: Path, nodes: int, jobs: int, seconds: float) -> Row:
    """One fleet, from its start to its end; 0 nodes is this machine without Ray."""
    name = f"fleet{nodes}"
    settings = {"extra_engines": "tools.engines:Paced", "cpu_jobs": str(SLOTS)}
    cluster = RayNodes(SLOTS, PYTHONPATH=str(ROOT)) if nodes else None
    try:
        if cluster:
            cluster.add(cpus=0)
            for _ in range(nodes):
                cluster.add()
            settings |= {"runner": "ray", "ray_address": cluster.address}
        with running(
            ServerProcess(folder / name, folder / f"{name}.log", "pocket3d_server", **settings)
        ) as server:
            client = server.client()
            slots = SLOTS * max(1, nodes)
            wait_until(lambda: len(client.json("GET", "/system/workers")["workers"]) == slots, 60, every=0.2)
            _drain(client, slots, 0.5)  # all are warm
            before = _cpu(server)
            time.sleep(IDLE_S)
            idle = (sum(_cpu(server)) - sum(before)) / IDLE_S
            before, begun = _cpu(server), time.monotonic()
            _drain(client, jobs * slots, seconds)
            wall = time.monotonic() - begun
            job_ms, link_ms = (
                (after - then) / (jobs * slots) * 1000
                for after, then in zip(_cpu(server), before, strict=True)
            )
            return Row(nodes, jobs * slots / wall, job_ms, link_ms, idle)
    finally:
        if cluster:
            cluster.close()


def _drain(client: Client, count: int, seconds: float) -> None:
    """Submit so many jobs that sleep so long, and wait until all are done."""
    body = {
        "text_prompt": "x",
        "model_preference": "bench_paced",
        "parameters": {"steps": 1, "seconds": seconds},
    }
    done = client.json("GET", "/system/metrics")["queue_metrics"]["jobs_by_status"]["completed"] + count
    for _ in range(count):
        client.json("POST", "/mesh/generate", body)

    def over() -> bool:
        counts = client.json("GET", "/system/metrics")["queue_metrics"]["jobs_by_status"]
        if counts["error"]:
            raise RuntimeError(f"{counts['error']} jobs failed")
        return bool(counts["completed"] >= done)

    wait_until(over, 60 + count * seconds, every=0.5)  # asking is part of what is measured


def _cpu(server: ServerProcess) -> tuple[float, float]:
    """Seconds that the server and its link have computed; without a link the second is 0."""
    own = psutil.Process(server.pid)
    links = [child for child in own.children() if "pocket3d_server.runners.ray_member" in child.cmdline()]
    return _seconds(own), sum(map(_seconds, links))


def _seconds(process: psutil.Process) -> float:
    times = process.cpu_times()
    return times.user + times.system


def place_ms(gpus: int) -> float:
    """Milliseconds to find the place of one job among so many GPUs with warm models, half of them busy."""
    slots = [Slot(f"n{n // 8}/gpu_{n % 8}", f"n{n // 8}/cuda:{n % 8}", n % 8) for n in range(gpus)]
    limits = {slot.device: 80_000 for slot in slots} | {f"n{n}/cpu": 500_000 for n in range(gpus // 8)}
    residents = {}
    for n, slot in enumerate(slots):
        for m in range(MODELS):
            booked = {slot.device: 10_000, f"n{n // 8}/cpu": 4000}
            residents[f"m{m}", slot.slot_id] = Resident(
                f"m{m}", slot.slot_id, n % 2 == 0 and m == 0, 1.0, booked
            )
    room = Room(
        slots,
        limits,
        lambda model, device: {device: 10_000, f"{device.partition('/')[0]}/cpu": 4000},
        residents,
    )
    begun, count = time.perf_counter(), 0
    while count < 3 or time.perf_counter() - begun < 0.3:
        room.place(f"m{count % MODELS}")
        count += 1
    return (time.perf_counter() - begun) / count * 1000


def table_ms(folder: Path, jobs: int = 300) -> dict[str, float]:
    """Milliseconds that the job table takes for one job in each step, many in one transaction (SQLite)."""
    database = Database(load({"data_dir": folder}, {}).database)
    database.migrate()
    events = EventLog(database)
    spent = {}

    def each(name: str, work: Callable[[Session, int], object]) -> list[object]:
        begun = time.perf_counter()
        with change(database, events, durable=False) as session:
            made = [work(session, n) for n in range(jobs)]
        spent[name] = (time.perf_counter() - begun) / jobs * 1000
        return made

    def job(n: int) -> Job:
        about = {"feature": "mesh_generation", "model_id": "m", "request": {}, "output_format": "glb"}
        return Job(id=f"j{n}", account_id="a", **about)

    with database.write() as session:
        session.add(Account(id="a", name="A", tier="pro"))
    each("submit", lambda session, n: states.enqueue(session, job(n)))
    leases = each("start", lambda session, n: states.claim(session, f"j{n}", "bench", 60))
    for step in range(2):  # the first finds everything cold
        each(
            "a progress report",
            lambda session, n: states.progress(session, leases[n], 0.1 + step / 10, f"step_{step}", now()),  # type: ignore[arg-type]  # noqa: B023
        )
    each("end", lambda session, n: states.complete(session, leases[n], {"faces": 1}, []))  # type: ignore[arg-type]
    database.close()
    return spent


def table(rows: Sequence[Row], markdown: bool) -> None:
    """For people."""
    one = next((row.rate for row in rows if row.nodes == 1), 0.0)
    heads = [
        "nodes",
        "jobs a second",
        "× linear",
        "server, CPU ms a job",
        "link, CPU ms a job",
        "idle, % of a core",
    ]
    lines = [
        [
            str(row.nodes or "no Ray"),
            f"{row.rate:.2f}",
            f"{row.rate / (one * row.nodes):.2f}" if one and row.nodes else "",
            f"{row.job_ms:.1f}",
            f"{row.link_ms:.1f}",
            f"{row.idle_share * 100:.1f}",
        ]
        for row in rows
    ]
    print_table(heads, lines, markdown=markdown)
    print()
    with tempfile.TemporaryDirectory(prefix="pocket3d-fleet-") as folder:
        spent = table_ms(Path(folder))
    print_table(
        ["the job table, for one job", "ms"], [[k, f"{v:.2f}"] for k, v in spent.items()], markdown=markdown
    )
    print()
    print_table(
        ["GPUs", "ms for a place"], [[str(n), f"{place_ms(n):.2f}"] for n in FLEETS], markdown=markdown
    )
    print()


def main(argv: list[str] | None = None) -> int:
    """Command line; see the module's text."""
    parser = argparse.ArgumentParser(
        prog="build.py bench fleet",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--nodes", type=int, nargs="+", default=[0, 1, 2, 4], help="0: this machine without Ray"
    )
    parser.add_argument("--jobs", type=int, default=8, help="for each place (default 8)")
    parser.add_argument("--seconds", type=float, default=2.0, help="that each job sleeps (default 2)")
    parser.add_argument("--markdown", action="store_true", help="print the tables as Markdown")
    options = parser.parse_args(argv)
    folder = Path(tempfile.mkdtemp(prefix="pocket3d-fleet-"))
    rows = []
    try:
        for nodes in options.nodes:
            print(f"  {nodes} nodes", file=sys.stderr, flush=True)
            rows.append(measure(folder, nodes, options.jobs, options.seconds))
            print(f"  {rows[-1]}", file=sys.stderr, flush=True)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    table(rows, options.markdown)
    one = next((row.rate for row in rows if row.nodes == 1), 0.0)
    return 0 if all(row.rate >= 0.9 * one * row.nodes for row in rows) else 1


if __name__ == "__main__":
    raise SystemExit(main())
