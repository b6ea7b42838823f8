"""How much memory this machine has, what is left of it, and what processes hold of it. All amounts in MiB."""

from __future__ import annotations

import contextlib
from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from pocket3d_server.runners.devices import MIB, Gpu, facts

SHARE = 0.9
"""Of the machine's memory that our processes may use together unless the operator says otherwise."""
SHORT = 0.05
"""Below this share of free memory a system may kill processes."""
CGROUP = Path("/sys/fs/cgroup")
CGROUP_1 = CGROUP / "memory"


@dataclass(frozen=True)
class HostMemory:
    """The memory that this process and its children may use: the machine's, or the container's if that is less."""

    total: int
    available: int

    @property
    def is_short(self) -> bool:
        """Whether the system may soon kill processes."""
        return self.available < SHORT * self.total


@dataclass(frozen=True)
class Readings:
    """What was measured at one time."""

    host: HostMemory
    gpus: list[Gpu]
    host_used: dict[int, int] = field(default_factory=dict)
    """By pid: resident memory of the process and all below it."""
    gpu_used: dict[int, int] = field(default_factory=dict)
    """By pid, of the processes for which the driver tells it."""


def read_machine(pids: Collection[int], patience_s: float = 2.0) -> Readings:
    """Measure the machine and these processes with all that they started."""
    told = facts(patience_s)
    trees = process_trees(pids)
    return Readings(
        host=host_memory(),
        gpus=told.gpus,
        host_used={pid: sum(map(_resident, tree)) // MIB for pid, tree in trees.items()},
        gpu_used={
            pid: sum(told.memory_of_processes.get(process.pid, 0) for process in tree)
            for pid, tree in trees.items()
            if any(process.pid in told.memory_of_processes for process in tree)
        },
    )


def host_memory() -> HostMemory:
    """The machine's memory, or what the container's limit (cgroup 2 or 1) leaves of it."""
    system = psutil.virtual_memory()
    total, available = system.total, system.available
    for limit_file, used_file in (
        (CGROUP / "memory.max", CGROUP / "memory.current"),
        (CGROUP_1 / "memory.limit_in_bytes", CGROUP_1 / "memory.usage_in_bytes"),
    ):
        limit, used = _number(limit_file), _number(used_file)
        if limit is not None and used is not None and limit < total:
            total, available = limit, min(available, max(0, limit - used + _reclaimable(limit_file.parent)))
    return HostMemory(total // MIB, available // MIB)


def process_trees(pids: Collection[int]) -> dict[int, list[psutil.Process]]:
    """Each of these processes that lives, with all below it; one look at the process table for all."""
    if not pids:
        return {}
    children: dict[int, list[psutil.Process]] = {}
    alive: dict[int, psutil.Process] = {}
    for process in psutil.process_iter(["ppid"]):
        alive[process.pid] = process
        children.setdefault(process.info["ppid"], []).append(process)
    trees = {}
    for pid in pids:
        if pid in alive:
            tree = [alive[pid]]
            for process in tree:  # grows while it is walked
                tree += children.get(process.pid, [])
            trees[pid] = tree
    return trees


def oom_kills() -> int | None:
    """How many processes Linux has killed for lack of memory, here and in our container; None elsewhere."""
    counts = [_counter(path, "oom_kill") for path in (Path("/proc/vmstat"), CGROUP / "memory.events")]
    known = [count for count in counts if count is not None]
    return sum(known) if known else None


def _resident(process: psutil.Process) -> int:
    with contextlib.suppress(psutil.Error):
        return int(process.memory_info().rss)
    return 0


def _number(path: Path) -> int | None:
    try:
        return int(path.read_text())
    except (OSError, ValueError):  # not there, or "max"
        return None


def _reclaimable(folder: Path) -> int:
    """Bytes of cached files that count as used by a container but would be given up at once."""
    return _counter(folder / "memory.stat", "inactive_file") or 0


def _counter(path: Path, name: str) -> int | None:
    try:
        lines = path.read_text().splitlines()
        return next((int(line.split()[1]) for line in lines if line.startswith(f"{name} ")), None)
    except (OSError, ValueError):
        return None
