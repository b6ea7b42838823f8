"""What only a fleet knows: nodes that are lost, come back, or refuse; and how it says why nothing can run."""

from __future__ import annotations

import os
import signal
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from live import TESTS, alive, wait_until
from pocket3d_server.config import SettingsError, load
from pocket3d_server.runners.base import Attempt, Died, Done, Failed, Slot, SlotState
from pocket3d_server.runners.catalog import Catalog
from pocket3d_server.runners.fleet import Facts, NodeBook, Snapshot
from pocket3d_server.runners.placement import Placement, Resident, Room
from pocket3d_server.runners.ray import RayPool
from pocket3d_server.runners.ray_link import Link, Nodes
from pocket3d_server.runners.ray_roster import RaySettings
from pools import Harness, ray_harness

Connect = Callable[[str, str], Link]

if TYPE_CHECKING:
    from tools.ray_nodes import RayNodes


def settings(folder: Path, address: str) -> RaySettings:
    return RaySettings(address, folder, ("engines:Steps", "engines:Unready"), 4, 60, 60)


def book(name: str, *, held: int = 0, warm: bool = False) -> NodeBook:
    """A node with a GPU of 10,000 MiB; ``held`` by an idle process of the model ``m``."""
    slots = [SlotState(Slot("cpu_1", "cpu"), None), SlotState(Slot("gpu_0", "cuda:0", 0), None)]
    idle = [Resident("m", "gpu_0", False, 5.0, {"cpu": 1, "cuda:0": held})] if warm else []
    facts = Facts([], {("m", "cuda:0"): {"cpu": 1, "cuda:0": 6000}, ("m", "cpu"): {"cpu": 1}}, {})
    return NodeBook(name, Snapshot({"cpu": 100, "cuda:0": 10_000}, idle, slots, facts))


def attempt(key: str) -> Attempt:
    return Attempt(key, key, "m", "mesh_generation", {}, "glb", "", "s")


def room(*books: NodeBook) -> Room:
    """As the pool makes it."""
    pool = RayPool(RaySettings("auto", Path("data"), (), 4, 60, 60))
    pool._roster.books = lambda: list(books)  # type: ignore[method-assign]
    return pool.room()


def test_a_warm_model_is_found_on_any_node_and_cold_ones_go_where_nothing_is() -> None:
    first, second = book("a"), book("b", warm=True, held=6000)
    placed = room(first, second).place("m")
    assert placed
    assert (placed.slot.slot_id, placed.slot.device, placed.warm) == ("b/gpu_0", "b/cuda:0", True)
    there = second.begin(attempt("j:1"), placed)
    assert there == Placement(Slot("gpu_0", "cuda:0", 0), True)
    placed = room(first, second).place("m")
    assert placed
    assert (placed.slot.slot_id, placed.warm) == ("a/gpu_0", False)
    first.begin(attempt("j:2"), placed)
    assert room(first, second).place("m") is None, "while there are GPUs it does not run slowly without one"


def test_what_the_server_started_counts_before_the_node_has_told_of_it() -> None:
    node = book("a")
    placed = room(node).place("m")
    assert placed
    node.begin(attempt("j:1"), placed)
    node.update(Snapshot({"cpu": 100, "cuda:0": 10_000}, [], [], None))
    assert [r.busy for r in node.residents().values()] == [True]
    del node.attempts["j:1"]
    node.update(Snapshot({}, [Resident("m", "gpu_0", True, 0.0, {"cuda:0": 6000})], [], None))
    assert [r.busy for r in node.residents().values()] == [False], "it ended since the node looked"


@pytest.fixture
def harness(ray_nodes: RayNodes, ray_link: Connect, tmp_path: Path) -> Iterator[Harness]:
    made = ray_harness(ray_nodes.address, ray_link)(tmp_path)
    yield made
    made.pool.close()


def test_what_ran_on_a_lost_node_is_reported_and_runs_elsewhere(
    harness: Harness, ray_nodes: RayNodes, tmp_path: Path
) -> None:
    def names() -> set[str]:
        return {state.node for state in harness.pool.state()}

    (head,) = names()
    number = ray_nodes.add()
    wait_until(lambda: len(names()) == 2, 30)
    (other,) = names() - {head}
    begun = [harness.run("test_hangs") for _ in range(4)]
    assert {slot.slot_id.partition("/")[0] for _, slot in begun} == {head, other}
    ray_nodes.kill(number)
    for one, slot in begun:
        if slot.slot_id.startswith(other):
            report = harness.final(one, 15)
            assert isinstance(report, Died)
            assert other in report.message
            assert not report.loading, "a lost node says nothing about a model"
    assert names() == {head}
    assert harness.pool.crashes_in_a_row() == {}
    kept = next(one for one, slot in begun if slot.slot_id.startswith(head))
    harness.pool.stop(kept.key, "a test")
    assert harness.made(harness.run("test_steps")[0])


def test_gpus_of_nodes_are_places_and_each_runner_sees_its_own(harness: Harness, ray_nodes: RayNodes) -> None:
    machine = {"PYTHONPATH": f"{TESTS / 'fakes'}:{TESTS}", "FAKE_GPUS": "well"}  # two
    numbers = [
        ray_nodes.add(cpus=0, gpus=2, **machine),
        ray_nodes.add(cpus=0, gpus=1, CUDA_VISIBLE_DEVICES="1", **machine),
    ]
    try:
        wait_until(lambda: sum(s.slot.gpu_id is not None for s in harness.pool.state()) == 3, 30)
        begun = [harness.run("test_gpu", seconds=1) for _ in range(3)]
        assert harness.pool.room().place("test_gpu") is None, (
            "no GPU is free, and without one it does not run"
        )
        nodes = {slot.slot_id.partition("/")[0] for _, slot in begun}
        assert len(nodes) == 2
        seen = sorted(
            (slot.slot_id.rpartition("/")[2], slot.device.rpartition("/")[2], slot.gpu_id)
            for _, slot in begun
        )
        assert seen == [("gpu_0", "cuda:0", 0), ("gpu_1", "cuda:1", 1), ("gpu_1", "cuda:1", 1)]
        done: dict[str, Done] = {}
        while len(done) < len(begun):
            report = harness.reports.get(timeout=30)
            assert not isinstance(report, Died | Failed)
            if isinstance(report, Done):
                done[report.key] = report
        for one, slot in begun:
            assert f"cuda:0 of {slot.gpu_id}" in done[one.key].result["notes"]
        assert harness.run("test_steps")[1].device.endswith("/cpu")
    finally:
        for number in numbers:
            ray_nodes.kill(number)


def test_when_the_head_is_lost_jobs_come_back_and_the_next_head_is_joined(tmp_path: Path) -> None:
    pytest.importorskip("ray", reason="the package ray is not installed")
    from tools.ray_nodes import RayNodes

    nodes = RayNodes(1, PYTHONPATH=str(TESTS))
    nodes.add(cpus=0)
    node = nodes.add()
    harness = ray_harness(nodes.address, Link)(tmp_path, head_silent_s=4.0)
    pool = harness.pool
    try:
        wait_until(lambda: pool.state() and not pool.trouble(), 30)
        running, _ = harness.run("test_hangs", pid_file=str(tmp_path / "pids"))
        pids = wait_until(lambda: (tmp_path / "pids").exists() and (tmp_path / "pids").read_text(), 30)
        nodes.kill(0)
        report = harness.final(running, 20)
        assert isinstance(report, Died)
        assert not report.loading
        assert pool.state() == []
        trouble = pool.trouble()
        assert trouble
        assert trouble.code == "fleet_unreachable"
        assert "Start the head of the Ray cluster again" in trouble.suggestion
        wait_until(lambda: not any(alive(int(pid)) for pid in pids.split()), 5)
        nodes.kill(node)
        nodes.bring_head_back(cpus=1)
        wait_until(lambda: pool.state() and not pool.trouble(), 30)
        assert harness.made(harness.run("test_steps")[0])
    finally:
        pool.close()
        nodes.close()


def test_the_link_takes_no_signal_and_ends_with_its_server(ray_nodes: RayNodes) -> None:
    link = Link(ray_nodes.address, "a link of its own")
    os.kill(link.pid, signal.SIGTERM)  # as systemd sends it to all that the server has started
    for _ in range(2):
        assert isinstance(link.hear(10), Nodes)
    link.close()
    assert link._process.returncode == 0, "it left by itself when its stdin ended"


def test_models_are_ready_where_a_node_has_them(
    ray_nodes: RayNodes, ray_link: Connect, tmp_path: Path
) -> None:
    pool = RayPool(settings(tmp_path, ray_nodes.address), connect=ray_link)
    catalog = Catalog(["engines:Steps", "engines:Unready"], fleet=pool)
    model = catalog.get("test_steps")
    assert model
    assert model.missing
    assert model.patient, "queued jobs wait for a node"
    assert "no node" in model.missing.reason
    pool.start(lambda report: None)
    try:
        ready, lacking = catalog.get("test_steps"), catalog.get("test_unready")
        assert ready
        assert ready.ready
        assert pool.nodes_of("test_steps") == [pool.state()[0].node]
        assert lacking
        assert lacking.missing
        assert lacking.missing.reason.endswith("its weights are not installed.")
    finally:
        pool.close()


def test_a_node_with_another_version_is_refused(
    ray_nodes: RayNodes,
    ray_link: Connect,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr("pocket3d_server.runners.ray_roster.__version__", "0.0.0")
    pool = RayPool(settings(tmp_path, ray_nodes.address), connect=ray_link)
    pool.start(lambda report: None)
    try:
        assert pool.state() == []
        assert "install the same" in caplog.text
    finally:
        pool.close()


def test_a_cluster_that_is_not_there_is_said_in_words(tmp_path: Path) -> None:
    pytest.importorskip("ray")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{free.getsockname()[1]}"
    with pytest.raises(SettingsError, match=f"the Ray cluster at {address} cannot be reached"):
        RayPool(settings(tmp_path, address)).start(lambda report: None)


@pytest.mark.parametrize("address", ["ray://head:10001", "local", "head", "me@head:6379"])
def test_an_address_that_is_no_heads_is_refused(address: str) -> None:
    with pytest.raises(SettingsError, match="HEAD:6379"):
        load({"ray_address": address}, {})


@pytest.mark.parametrize("address", ["auto", "head:6379", "[::1]:6379"])
def test_a_heads_address_is_taken(address: str) -> None:
    assert load({"ray_address": address}, {}).ray_address == address
