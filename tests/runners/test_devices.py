"""What is made of the driver's answers: several cards, lost ones, facts it does not tell, and none in time."""

from __future__ import annotations

import threading
from types import SimpleNamespace
from typing import Any

import psutil
import pytest
from live import wait_until
from pocket3d_server.probe import NoAnswerError, Probe
from pocket3d_server.runners import devices
from pocket3d_server.runners.devices import Nvml

MIB = 1024 * 1024


class NVMLError(Exception):
    def __init__(self, value: int) -> None:
        super().__init__(f"error {value}")
        self.value = value


class Library:
    """NVML with cards that tell only what a test gives them; what they lack raises."""

    NVMLError = NVMLError
    NVML_ERROR_NOT_SUPPORTED = 3
    NVML_TEMPERATURE_GPU = 0

    def __init__(self, *cards: dict[str, Any]) -> None:
        self.cards = cards

    def nvmlDeviceGetCount(self) -> int:  # noqa: N802 - the library's names
        return len(self.cards)

    def nvmlDeviceGetHandleByIndex(self, index: int) -> dict[str, Any]:  # noqa: N802
        if "lost" in self.cards[index]:
            raise NVMLError(15)
        return self.cards[index]

    def __getattr__(self, name: str) -> Any:
        def ask(card: dict[str, Any], *_: Any) -> Any:
            fact = card.get(name.removeprefix("nvmlDeviceGet"), NVMLError(self.NVML_ERROR_NOT_SUPPORTED))
            if isinstance(fact, Exception):
                raise fact
            return fact

        return ask


def card(**facts: Any) -> dict[str, Any]:
    whole = {
        "Name": b"NVIDIA RTX 4090",
        "MemoryInfo": SimpleNamespace(total=24576 * MIB, used=8192 * MIB, free=16384 * MIB),
        "UtilizationRates": SimpleNamespace(gpu=65),
        "Temperature": 72,
    }
    return whole | facts


def test_cards_are_listed_with_all_their_facts() -> None:
    first, second = Nvml(Library(card(), card(Name="Tesla T4"))).read().gpus
    assert vars(first) == {
        "id": 0,
        "name": "NVIDIA RTX 4090",
        "memory_total": 24576,
        "memory_used": 8192,
        "memory_free": 16384,
        "utilization": 0.65,
        "temperature": 72,
        "problem": None,
    }
    assert (second.id, second.name) == (1, "Tesla T4")


def test_a_lost_card_is_listed_as_such_and_hides_no_other() -> None:
    lost, fell, good = Nvml(Library({"lost": True}, card(MemoryInfo=NVMLError(15)), card())).read().gpus
    assert (lost.id, lost.memory_total, lost.problem) == (0, 0, "error 15")
    assert (fell.id, fell.problem) == (1, "error 15")
    assert (good.id, good.problem, good.memory_total) == (2, None, 24576)


@pytest.mark.parametrize(
    ("given", "ids"),
    [("1", [1]), ("0, 2", [0, 2]), ("", []), ("GPU-b0", [1]), ("GPU-a0b1,2", [0, 2]), ("MIG-77", [0, 1, 2])],
)
def test_only_gpus_that_the_environment_names_are_used(
    given: str, ids: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    cards = [card(UUID="GPU-a0b1"), card(UUID=b"GPU-b0c2"), {"lost": True}]
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", given)
    assert [gpu.id for gpu in Nvml(Library(*cards)).read().gpus] == ids


@pytest.mark.parametrize("fact", ["Name", "UtilizationRates", "Temperature"])
@pytest.mark.parametrize("error", [NVMLError(3), OSError("driver"), AttributeError("old library")])
def test_one_fact_that_is_not_told_costs_only_that_fact(fact: str, error: Exception) -> None:
    (gpu,) = Nvml(Library(card(**{fact: error}))).read().gpus
    assert gpu.problem is None
    assert gpu.memory_total == 24576
    assert gpu.name == ("GPU 0" if fact == "Name" else "NVIDIA RTX 4090")
    assert (gpu.utilization is None) == (fact == "UtilizationRates")
    assert (gpu.temperature is None) == (fact == "Temperature")


def test_a_chip_without_memory_of_its_own_has_the_systems() -> None:
    (gpu,) = Nvml(Library(card(MemoryInfo=NVMLError(3)))).read().gpus
    assert gpu.memory_total == psutil.virtual_memory().total // MIB
    assert gpu.memory_used + gpu.memory_free == pytest.approx(gpu.memory_total, abs=2)


def test_memory_of_processes_adds_up_over_cards_and_may_be_unknown() -> None:
    def process(pid: int, mib: int | None) -> SimpleNamespace:
        return SimpleNamespace(pid=pid, usedGpuMemory=None if mib is None else mib * MIB)

    first = card(
        ComputeRunningProcesses=[process(1, 300), process(2, None)],
        GraphicsRunningProcesses=[process(1, 300), process(3, 50)],
    )
    second = card(ComputeRunningProcesses=[process(1, 20)], GraphicsRunningProcesses=NVMLError(3))
    assert Nvml(Library(first, second)).read().memory_of_processes == {1: 320, 3: 50}


def test_a_driver_that_does_not_answer_holds_up_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    answer, asked = threading.Event(), threading.Event()

    def read() -> devices.GpuFacts:
        asked.set()
        assert answer.wait(30)
        return Nvml(Library(card())).read()

    monkeypatch.setattr(devices, "_probe", Probe(read, fresh_s=0, patience_s=0.05))
    assert devices.gpus() == []
    assert asked.is_set()
    wait_until(devices.driver_overdue_s)
    answer.set()
    wait_until(devices.gpus)
    assert devices.driver_overdue_s() == 0


def test_a_probe_keeps_its_last_answer_and_asks_one_question_at_a_time() -> None:
    answers = iter([1])
    hang, questions = threading.Event(), []

    def ask() -> int:
        questions.append(1)
        try:
            return next(answers)
        except StopIteration:
            hang.wait(30)
            raise OSError("gone") from None

    probe = Probe(ask, fresh_s=0, patience_s=0.05)
    wait_until(lambda: _value(probe) == 1)
    asked = len(questions)
    for _ in range(5):
        assert probe.get() == 1
    assert len(questions) <= asked + 1
    hang.set()


def _value(probe: Probe[int]) -> int | None:
    try:
        return probe.get()
    except NoAnswerError:
        return None


def test_a_probe_says_why_there_is_no_answer() -> None:
    def fail() -> int:
        raise OSError("no such disk")

    with pytest.raises(OSError, match="no such disk"):
        Probe(fail, fresh_s=1, patience_s=10).get()
    never = threading.Event()
    with pytest.raises(NoAnswerError, match=r"0\.01 s"):
        Probe(lambda: never.wait(30), fresh_s=1, patience_s=0.01).get()
    never.set()
