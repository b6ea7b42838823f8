"""Memory: booked by need, corrected by what was measured, made room for, refused where it can never be enough.

Machine and GPUs are a table that each test writes; the processes are real.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Collection
from dataclasses import dataclass, field, replace
from pathlib import Path

import psutil
import pytest
from engines import Steps
from live import TESTS, wait_until
from pocket3d_server.errors import ErrorCode
from pocket3d_server.models.engine import ModelSpec, WithoutGpu
from pocket3d_server.runners import memory, process
from pocket3d_server.runners.base import Attempt, Died, Slot
from pocket3d_server.runners.catalog import Catalog, NoModelError
from pocket3d_server.runners.devices import Gpu
from pocket3d_server.runners.local import MARGIN, LocalPool, LocalSettings
from pocket3d_server.runners.memory import HostMemory, Readings
from pocket3d_server.runners.placement import Resident, Room


def spec(model_id: str, memory_mb: int, vram_mb: int = 0, without_gpu: WithoutGpu | None = None) -> ModelSpec:
    about = {name: getattr(Steps.spec, name) for name in ModelSpec.__dataclass_fields__}
    about |= {"memory_mb": memory_mb, "vram_mb": vram_mb, "without_gpu": without_gpu}
    return ModelSpec(**(about | {"model_id": model_id}))


class Shelf(Catalog):
    """A catalog of models that differ in what they need."""

    def __init__(self, *specs: ModelSpec) -> None:
        super().__init__(["engines:Steps"])
        for one in specs:
            place = {"__module__": Steps.__module__, "__qualname__": Steps.__qualname__}
            self._engines[one.model_id] = type(one.model_id, (Steps,), place | {"spec": one})


@dataclass
class Machine:
    """What a meter will read."""

    total: int = 16_000
    available: int = 16_000
    cards: list[int] = field(default_factory=list)
    others_on_cards: int = 0
    host_used: dict[int, int] = field(default_factory=dict)
    gpu_used: dict[int, int] = field(default_factory=dict)

    def read(self, pids: Collection[int]) -> Readings:
        used = sum(self.gpu_used.values()) + self.others_on_cards
        gpus = [Gpu(n, f"card {n}", t, used, t - used, None, None) for n, t in enumerate(self.cards)]
        return Readings(HostMemory(self.total, self.available), gpus, self.host_used, self.gpu_used)


@pytest.fixture
def make_pool(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):  # type: ignore[no-untyped-def]
    monkeypatch.setenv("PYTHONPATH", str(TESTS))
    pools = []

    def make(machine: Machine, *specs: ModelSpec, cpu_jobs: int = 2) -> LocalPool:
        settings = LocalSettings(cpu_jobs, 8, 60, 60, tmp_path / "data")
        pools.append(LocalPool(Shelf(*specs), settings, meter=machine.read))
        return pools[-1]

    yield make
    for pool in pools:
        pool.close()


def begin(pool: LocalPool, model_id: str, folder: Path) -> None:
    placement = pool.room().place(model_id)
    assert placement
    request = {"text_prompt": "x", "parameters": {"steps": 100_000, "seconds": 1}}
    key = f"{model_id}:{placement.slot.slot_id}"
    pool.run(Attempt(key, model_id, model_id, "mesh_generation", request, "glb", str(folder), "s"), placement)


def test_a_model_waits_until_its_memory_is_free(make_pool, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    pool = make_pool(Machine(), spec("big", 10_000), spec("small", 1000))
    begin(pool, "big", tmp_path)
    assert pool.room().place("big") is None
    assert pool.room().place("small")
    pool.stop("big:cpu_1", "a test")
    assert pool.room().place("big")


def test_what_other_programs_hold_counts_unless_nothing_of_ours_runs(make_pool, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    machine = Machine(available=3000)
    pool = make_pool(machine, spec("big", 10_000), spec("small", 1000))
    assert pool.room().place("big"), "waiting would not help"
    begin(pool, "small", tmp_path)
    assert pool.room().place("big") is None


def test_a_measured_peak_corrects_the_need(make_pool, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    machine = Machine()
    pool = make_pool(machine, spec("m", 2000))
    begin(pool, "m", tmp_path)
    pid = pool.state()[0].pids[0]
    for used, need in ((100, 1000), (1500, 1500 * MARGIN), (9000, 9000 * MARGIN), (300, 9000 * MARGIN)):
        machine.host_used = {pid: used}
        pool.measure()
        assert pool.room().need_of("m", "cpu") == {"cpu": int(need)}
    machine.host_used = {pid: 50_000}
    pool.measure()
    assert pool.room().need_of("m", "cpu") == {"cpu": int(16_000 * memory.SHARE)}, "it must stay possible"


def test_models_share_a_gpu_where_they_fit_and_idle_ones_make_room(make_pool, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    machine = Machine(cards=[12_000])
    models = [spec("a", 100, 5000), spec("b", 100, 5000), spec("c", 100, 9000), spec("d", 100, 20_000)]
    pool = make_pool(machine, *models)
    assert pool.room().need_of("d", "cuda:0") is None
    for model_id in ("a", "b"):
        begin(pool, model_id, tmp_path)
        assert pool.room().place("c") is None, "one attempt at a time on a GPU"
        finish(pool, model_id)
    assert [s.models_loaded for s in pool.state() if s.slot.gpu_id == 0] == [["a", "b"]]
    placement = pool.room().place("c")
    assert placement
    assert placement.victims == (("a", "gpu_0"), ("b", "gpu_0"))
    machine.gpu_used = {pid: 2000 for s in pool.state() if s.slot.gpu_id == 0 for pid in s.pids}
    pool.measure()
    placement = pool.room().place("c")
    assert placement
    assert placement.victims == (("a", "gpu_0"),), "the one idle longest, and no more than needed"
    begin(pool, "c", tmp_path)
    assert [s.models_loaded for s in pool.state() if s.slot.gpu_id == 0] == [["b", "c"]]


def finish(pool: LocalPool, model_id: str) -> None:
    """The attempt ends and its process stays warm, as after a report."""
    (one,) = [p for p in pool._processes.values() if p.model_id == model_id]
    one.attempt = None


def test_what_can_never_fit_is_refused_with_numbers() -> None:
    catalog = Shelf(spec("huge", 24_576), spec("gpu_huge", 100, 24_576))
    catalog._host = lambda: HostMemory(13_653, 13_000)
    catalog._gpus = lambda: [Gpu(0, "card", 12_288, 0, 12_288, None, None)]
    for model_id, text in (
        ("huge", "needs 24 GB of memory and models may use 12 GB"),
        ("gpu_huge", "needs a GPU with 24 GB and the largest here has 12 GB"),
    ):
        with pytest.raises(NoModelError, match=text) as refused:
            catalog.choose(Steps.spec.feature, {"text"}, model_id)
        assert refused.value.code == ErrorCode.MODEL_UNAVAILABLE
        assert refused.value.suggestion


@pytest.mark.parametrize(
    ("largest", "memory_mb", "device", "reason"),
    [
        (12_288, 8000, "cuda:0", None),
        (4096, 8000, "cpu", None),
        (0, 8000, "cpu", None),
        (0, 2000, None, "needs 3.9 GB of memory and models may use 2 GB"),
    ],
)
def test_a_model_that_can_do_without_a_gpu_runs_on_the_host_for_those_who_name_it(  # type: ignore[no-untyped-def]
    make_pool, largest: int, memory_mb: int, device: str | None, reason: str | None
) -> None:
    flows = replace(spec("flows", 500, 8000, WithoutGpu(4000, 3000.0)), builtin=False)
    cards = [largest] if largest else []
    pool = make_pool(Machine(total=memory_mb * 2, cards=cards), flows)
    catalog = pool._catalog
    catalog._memory_mb = memory_mb
    catalog._gpus = lambda: [Gpu(0, "card", n, 0, n, None, None) for n in cards]
    model, here = catalog.get("flows"), catalog.here("flows")
    assert (model.only_by_name, here.estimated_seconds) == (
        (False, 1.0) if device == "cuda:0" else (True, 3000.0)
    )
    assert here.time_limit(1800) == (1800 if device == "cuda:0" else 12_000)
    default = catalog.choose(Steps.spec.feature, {"text"}, None).spec.model_id
    assert (default == "flows") == (device == "cuda:0")
    if reason:
        with pytest.raises(NoModelError, match=reason):
            catalog.choose(Steps.spec.feature, {"text"}, "flows")
        return
    assert catalog.choose(Steps.spec.feature, {"text"}, "flows").spec.model_id == "flows"
    assert pool.room().place("flows").slot.device == device
    need = {"cpu": 4000} if device == "cpu" else {"cpu": 500, "cuda:0": 8000}
    assert pool.room().need_of("flows", device) == need


def test_only_as_many_idle_processes_go_as_needed_longest_idle_first() -> None:
    slots = [Slot(f"cpu_{n}", "cpu") for n in range(4)]
    room = Room(slots, {"cpu": 1000}, lambda model_id, device: {"cpu": 500})
    for n, since in enumerate((3.0, 1.0, 2.0)):
        room.residents[f"m{n}", f"cpu_{n}"] = Resident(f"m{n}", f"cpu_{n}", False, since, {"cpu": 300})
    placement = room.place("new")
    assert placement
    assert placement.victims == (("m1", "cpu_1"), ("m2", "cpu_2"))[: len(placement.victims)]
    assert len(placement.victims) == 2


def test_the_memory_of_a_tree_is_measured(tmp_path: Path) -> None:
    child = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "import subprocess, sys\n"
            "hold = 'block = bytearray(80_000_000); print(1, flush=True); input()'\n"
            "subprocess.run([sys.executable, '-c', hold])",
        ],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert child.stdout
    child.stdout.readline()
    assert memory.read_machine([child.pid, 2**22 + 5]).host_used[child.pid] > 80
    for one in psutil.Process(child.pid).children():
        one.kill()
    child.communicate()


@pytest.mark.skipif(os.name != "posix", reason="signals")
@pytest.mark.parametrize(
    ("kernel_kills", "code"), [(1, ErrorCode.OUT_OF_MEMORY), (0, ErrorCode.PROCESSING_FAILED)]
)
def test_a_kill_counts_as_lack_of_memory_only_when_the_kernel_says_so(
    make_pool,  # type: ignore[no-untyped-def]
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    kernel_kills: int,
    code: ErrorCode,
) -> None:
    kills = [3]
    monkeypatch.setattr(process, "oom_kills", lambda: kills[0])
    pool = make_pool(Machine(available=10), spec("m", 100))
    reports: list[object] = []
    pool.start(reports.append)
    begin(pool, "m", tmp_path)
    kills[0] += kernel_kills
    os.kill(pool.state()[0].pids[0], signal.SIGKILL)
    wait_until(lambda: any(isinstance(report, Died) for report in reports), 20)
    (died,) = [report for report in reports if isinstance(report, Died)]
    assert died.code == code
    assert died.suggestion
