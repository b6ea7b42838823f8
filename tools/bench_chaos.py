"""Torment a server and see whether anything gets lost.

    python build.py bench chaos [--rounds N] [--seed N] [--runner local|ray] [--markdown]
    python build.py bench chaos --database postgresql [--servers N]

In each round, at a random moment, the runner, the server or both are killed with ``kill -9``, or the disk is
filled and freed again, while metered accounts submit, cancel, delete and chain jobs over HTTP. At the end all
must be done, and what clients were told must agree with the job table, the event log, the ledger, the files and
the processes. Returns 1 unless it does.

With ``--runner ray`` models run on a cluster of two nodes beside its head, which has no place for jobs; a runner
is one on any node, and whole nodes are killed and replaced, and so is the head with all of them.

With ``--database postgresql`` the tables are in a PostgreSQL that the bench starts, or in the empty database that
``POCKET3D_DATABASE_URL`` names; it lies on another disk than the one that is filled. ``--servers`` of them then answer
for one another, with a bucket and a folder each; every request goes to any of them, and one that was killed may stay
away while the others go on.

The disk is a small tmpfs of its own; that takes root, or user namespaces (Linux). Elsewhere it is not filled,
and the table says so.
"""

from __future__ import annotations

import argparse
import contextlib
import errno
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil

from tools.chaos_audit import Findings, bearing, check_answers, check_data
from tools.chaos_clients import Customer, until_all_have_ended
from tools.ray_nodes import RayNodes
from tools.server_process import ROOT, Client, ServerProcess, wait_until

ENGINES = ("Noop", "Paced", "Fails", "Poison", "Litters", "Copies")
ACCOUNTS = 4
CREDITS = 1_000_000
DISK_MB = 256
MARK = "POCKET3D_CHAOS"
DRAIN_S = 180.0
ACTIONS = {"runner": 35, "server": 30, "both": 15, "disk": 12, "disk and server": 8}
"""What happens in a round, and how often."""
NODE_ACTIONS = {"node": 15, "node and server": 5, "head": 10}
"""The same where there are nodes."""
NODES = 2
DATABASE_URL = "POCKET3D_DATABASE_URL"
STAYS_AWAY = 0.5
"""How often a server that was killed is missing in the next round too, while another is there."""
TWO_HOURS_S = 7200.0


class Chaos:
    """Servers, their customers, and what befalls them."""

    def __init__(
        self, folder: Path, disk: Path | None, seed: int, runner: str = "local", servers: int = 1
    ) -> None:
        self._actions = ACTIONS | (NODE_ACTIONS if runner == "ray" else {})
        self.done: Counter[str] = Counter()
        self._random = random.Random(seed)
        self._seed = seed
        self._disk = disk
        self._mark = f"{seed}-{os.getpid()}"
        engines = ",".join(f"tools.engines:{name}" for name in ENGINES)
        os.environ[MARK] = self._mark  # all that is started from here bears it
        self._cluster = RayNodes(cpus=1, PYTHONPATH=str(ROOT)) if runner == "ray" else None
        self._nodes: list[int] = []
        ray = {}
        if self._cluster:
            self._cluster.add(cpus=0)
            self._nodes = [self._cluster.add() for _ in range(NODES)]
            ray = {"runner": "ray", "ray_address": self._cluster.address}
        place = disk or folder
        settings: dict[str, Any] = ray | {
            "extra_engines": engines,
            "cpu_jobs": 2,
            "min_free_mb": 0,  # the disk is to be full indeed
            "lease_seconds": 3,
        }
        self.bucket = place / "bucket" if servers > 1 else None
        """Where several servers keep their files; one keeps them in its data folder."""
        if self.bucket:
            settings |= {"storage_url": self.bucket.as_uri(), "secrets_dir": folder / "secrets"}
        self.servers = [
            ServerProcess(place / f"data{number}", folder / f"server{number}.log", **settings)
            for number in range(servers)
        ]
        for server in self.servers:
            server.port = free_port()
        self._stop = threading.Event()
        self._start_s = 1.0
        """How long the server took to start: misfortunes keep time with the machine, or no job would ever end."""
        self.customers: dict[str, Customer] = {}

    def begin(self) -> None:
        """Start the servers and their customers."""
        self._start_missing()
        ports = [server.port for server in self.servers]
        for number in range(ACCOUNTS):
            account_id, token = self._make_account(f"customer {number}")
            seed = f"{self._seed}/{number}"
            customer = Customer(f"c{number}", ports, token, seed, self._stop)
            self.customers[account_id] = customer
            customer.start()

    def round(self) -> None:
        """One misfortune at a random moment."""
        time.sleep(self._random.uniform(0.1, 1.5) * self._start_s)
        weights = [
            weight if self._disk or "disk" not in name else 0 for name, weight in self._actions.items()
        ]
        action = self._random.choices(list(self._actions), weights)[0]
        self.done[action] += 1
        server = self._random.choice([server for server in self.servers if server.runs])
        missing = [other for other in self.servers if not other.runs]
        match action:
            case "runner":
                self._kill_runner(server)
            case "server":
                server.kill()
            case "both":
                self._kill_runner(server)
                server.kill()
            case "node":
                self._replace_node()
            case "head":
                self._replace_head()
            case "node and server":
                self._replace_node()
                server.kill()
            case "disk" | "disk and server":
                with self._full_disk():
                    time.sleep(self._random.uniform(0.2, 1.0))
                    if action == "disk and server":
                        server.kill()
        others = any(other.runs for other in self.servers)
        if missing or not others or self._random.random() > STAYS_AWAY:
            self._start_missing()

    def end(self) -> Findings:
        """Let everything finish, stop the servers, and look."""
        self._stop.set()
        self._start_missing()
        found = Findings()
        clients = [server.client() for server in self.servers]

        def is_over() -> bool:
            return all(_has_nothing_to_do(client) for client in clients)

        if not until_all_have_ended(list(self.customers.values()), is_over, DRAIN_S):
            found.blame("lost", f"the queue was not empty after {DRAIN_S:g} s")
        for account_id, customer in self.customers.items():
            if customer.failure:
                raise RuntimeError(f"a client of {account_id} broke") from customer.failure
            own = self._random.choice(self.servers).client(customer.token)
            check_answers(found, own, customer.told)
            own.close()
        for client in clients:
            client.close()
        for server in self.servers:
            server.stop()
        if self.bucket:
            self._sweep(self.bucket)
        if self._cluster:
            self._cluster.close()
        with contextlib.suppress(TimeoutError):
            wait_until(lambda: not self._offspring(), 10, every=0.1)
        for process in self._offspring():
            found.blame("orphan processes", f"{process.pid} {' '.join(process.cmdline())[:120]}")
            process.kill()
        folders = [server.data_dir for server in self.servers]
        check_data(found, folders, self.bucket, {a: c.told for a, c in self.customers.items()})
        return found

    def abort(self) -> None:
        """Leave nothing behind after an error."""
        self._stop.set()
        for process in self._offspring():
            with contextlib.suppress(psutil.Error):
                process.kill()
        if self._cluster:
            self._cluster.close()

    def _start_missing(self) -> None:
        for server in self.servers:
            if not server.runs:
                begun = time.monotonic()
                server.start()
                self._start_s = min(5.0, time.monotonic() - begun)

    def _sweep(self, bucket: Path) -> None:
        """Have a server remove what belongs to nothing. In a bucket that may take an hour, for others work there too."""
        old = time.time() - TWO_HOURS_S
        for path in bucket.rglob("*"):
            os.utime(path, (old, old))
        self.servers[0].start()
        self.servers[0].stop()

    def _make_account(self, name: str) -> tuple[str, str]:
        command = [sys.executable, "-m", "pocket3d_server", "keys", "create", name, "--tier", "enterprise"]
        command += ["--credits", str(CREDITS), "--data-dir", str(self.servers[0].data_dir)]
        token = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout.split()[
            -1
        ]
        client = self.servers[0].client(token)
        account_id = client.json("GET", "/account")["account_id"]
        client.close()
        return account_id, token

    def _kill_runner(self, server: ServerProcess) -> None:
        with contextlib.suppress(psutil.Error):
            family = self._offspring() if self._cluster else psutil.Process(server.pid).children()
            runners = [c for c in family if "pocket3d_server.runners.child" in c.cmdline()]
            if runners:
                self._random.choice(runners).send_signal(signal.SIGKILL)

    def _replace_node(self) -> None:
        assert self._cluster
        self._nodes.append(self._cluster.add())
        self._cluster.kill(self._nodes.pop(self._random.randrange(len(self._nodes) - 1)))

    def _replace_head(self) -> None:
        """The cluster is lost with its head, and another begins at the same address, while the server lives."""
        assert self._cluster
        self._cluster.kill(0)
        time.sleep(self._random.uniform(0.0, 15.0))
        for number in self._nodes:
            self._cluster.kill(number)
        self._cluster.bring_head_back()
        self._nodes = [self._cluster.add() for _ in range(NODES)]

    def _offspring(self) -> list[psutil.Process]:
        return [p for p in bearing(MARK, self._mark) if p.pid != os.getpid()]

    @contextlib.contextmanager
    def _full_disk(self) -> Iterator[None]:
        assert self._disk
        ballast = self._disk / "ballast"
        try:
            with ballast.open("wb", buffering=0) as file:
                size = 1024 * 1024
                while size:
                    try:
                        file.write(bytes(size))
                    except OSError as error:
                        if error.errno != errno.ENOSPC:
                            raise
                        size //= 2
            yield
        finally:
            ballast.unlink(missing_ok=True)


def _has_nothing_to_do(client: Client) -> bool:
    try:
        health = client.json("GET", "/system/health")
    except (OSError, RuntimeError):
        return False
    blind = any(reason["code"] == "database_unavailable" for reason in health["reasons"])
    return not (blind or health["queue_size"] or health["active_jobs"])


@contextlib.contextmanager
def own_postgresql() -> Iterator[None]:
    """The variable that servers find their database by leads to a PostgreSQL of ours, unless it is set already."""
    if DATABASE_URL in os.environ:
        yield
        return
    from tools.postgresql import Cluster  # its driver comes with the tests' packages

    cluster = Cluster()
    os.environ[DATABASE_URL] = cluster.new(empty=True)
    try:
        yield
    finally:
        del os.environ[DATABASE_URL]
        cluster.stop()


@contextlib.contextmanager
def small_disk(folder: Path) -> Iterator[Path | None]:
    """A tmpfs in ``folder``; None where none can be mounted."""
    place = folder / "disk"
    place.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", f"size={DISK_MB}m", "tmpfs", str(place)]
    if shutil.which("mount") is None or subprocess.run(command, capture_output=True).returncode:
        yield None
        return
    try:
        yield place
    finally:
        subprocess.run(["umount", "-l", str(place)], check=False)


def free_port() -> int:
    """A port that no program gets by chance while the server is away."""
    for port in random.SystemRandom().sample(range(20_000, 30_000), 100):
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise RuntimeError("no port is free between 20000 and 30000")


def in_own_namespace() -> bool:
    """Whether this process may mount: as root, or in a namespace that ``main`` has entered."""
    return os.name == "posix" and os.geteuid() == 0


def main(argv: list[str] | None = None) -> int:
    """Command line; see the module's text."""
    parser = argparse.ArgumentParser(
        prog="build.py bench chaos",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--rounds", type=int, default=300)
    parser.add_argument("--seed", type=int, help="of all that is random; printed")
    parser.add_argument("--runner", choices=["local", "ray"], default="local", help="where models run")
    parser.add_argument("--database", choices=["sqlite", "postgresql"], default="sqlite")
    parser.add_argument("--servers", type=int, default=1, help="that answer for one another, on PostgreSQL")
    parser.add_argument("--markdown", action="store_true", help="print the table as Markdown")
    parser.add_argument("--keep", type=Path, metavar="DIR", help="keep the servers' logs there")
    options = parser.parse_args(argv)
    if options.servers < 1 or (options.servers > 1 and options.database == "sqlite"):
        parser.error("several --servers need --database postgresql")
    with own_postgresql() if options.database == "postgresql" else contextlib.nullcontext():
        return torment(options, sys.argv[1:] if argv is None else argv)


def torment(options: argparse.Namespace, given: list[str]) -> int:
    """Everything, in a namespace where a disk can be mounted if there is one."""
    if not in_own_namespace() and shutil.which("unshare"):
        words = ["unshare", "--user", "--map-root-user", "--mount"]
        if not subprocess.run([*words, "true"], capture_output=True).returncode:
            return subprocess.call([*words, sys.executable, "-m", "tools.bench_chaos", *given], cwd=ROOT)
    seed = options.seed if options.seed is not None else random.randrange(1_000_000)
    print(f"seed {seed}", flush=True)
    folder = Path(tempfile.mkdtemp(prefix="pocket3d-chaos-"))
    try:
        with small_disk(folder) as disk:
            if disk is None:
                print("No disk of its own can be mounted here, so none is filled.")
            return run(Chaos(folder, disk, seed, options.runner, options.servers), options)
    finally:
        if options.keep:
            options.keep.mkdir(parents=True, exist_ok=True)
            for log in folder.glob("server*.log"):
                shutil.copy(log, options.keep)
        shutil.rmtree(folder, ignore_errors=True)


def run(chaos: Chaos, options: argparse.Namespace) -> int:
    """All rounds, and the verdict."""
    begun = time.monotonic()
    try:
        chaos.begin()
        for number in range(options.rounds):
            chaos.round()
            if (number + 1) % 25 == 0:
                print(f"  round {number + 1}, {time.monotonic() - begun:.0f} s", file=sys.stderr, flush=True)
        found = chaos.end()
    except BaseException:
        chaos.abort()
        raise
    for name, faults in found.faults.items():
        for fault in faults[:10]:
            print(f"{name}: {fault}", file=sys.stderr)
    found.print(chaos.done, options.markdown)
    print(f"{options.rounds} rounds in {time.monotonic() - begun:.0f} s.")
    good = found.submitted == found.finished and not any(found.faults.values())
    return 0 if good and found.submitted else 1


if __name__ == "__main__":
    raise SystemExit(main())
