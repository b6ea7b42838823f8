"""The processes that look at what users send: they may crash, hang or swell, the server does not."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from live import alive, wait_until
from PIL import Image
from pocket3d_server.errors import ErrorCode, Refusal
from pocket3d_server.runners.inspector import Inspector

pytestmark = pytest.mark.skipif(os.name != "posix", reason="pipes with a name make an inspector hang")
PIXELS = 64_000_000


@pytest.fixture
def inspector() -> Iterator[Callable[..., Inspector]]:
    made: list[Inspector] = []

    def make(**settings: float) -> Inspector:
        made.append(Inspector(PIXELS, **settings))  # type: ignore[arg-type]
        return made[-1]

    yield make
    for one in made:
        one.close()


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    path = tmp_path / "a.txt"
    Image.new("RGB", (40, 30), (200, 10, 10)).save(path, "PNG")
    return path


@pytest.fixture
def pipe(tmp_path: Path) -> Path:
    """Who opens it to read waits until somebody writes."""
    path = tmp_path / "pipe"
    os.mkfifo(path)
    return path


def refusal(inspector: Inspector, path: Path) -> Refusal:
    with pytest.raises(Refusal) as refused:
        inspector.inspect(path, "photo.png")
    assert refused.value.code is ErrorCode.INVALID_INPUT
    assert refused.value.message.startswith("photo.png ")
    assert refused.value.details["suggestion"].endswith(".")
    return refused.value


def test_it_tells_what_a_file_is_and_stays_warm(inspector: Callable[..., Inspector], picture: Path) -> None:
    one = inspector()
    assert one.pids() == []
    found = one.inspect(picture, "a")
    assert (found.kind, found.suffix, found.width, found.height) == ("image", ".png", 40, 30)
    warm = one.pids()
    assert one.inspect(picture, "a") == found
    assert one.pids() == warm


def test_a_mesh_is_no_image(inspector: Callable[..., Inspector], tmp_path: Path) -> None:
    path = tmp_path / "a.obj"
    path.write_text("v 0 0 0\nv 1 0 0\nv 0 1 0\nf 1 2 3\n")
    one = inspector()
    assert one.inspect(path, "a").kind == "mesh"
    with pytest.raises(Refusal, match="not an image"):
        one.inspect(path, "a", image_only=True)


def test_one_that_hangs_is_killed_and_holds_up_nobody(
    inspector: Callable[..., Inspector], picture: Path, pipe: Path
) -> None:
    one = inspector(time_limit=3.0)
    refused: list[Refusal] = []
    stuck = threading.Thread(target=lambda: refused.append(refusal(one, pipe)))
    stuck.start()
    (pid,) = wait_until(one.pids)
    assert one.inspect(picture, "a").kind == "image"
    assert stuck.is_alive()
    stuck.join(30)
    assert "longer than 3 s" in refused[0].message
    assert not alive(pid)


def test_a_crash_is_a_refusal(inspector: Callable[..., Inspector], picture: Path, pipe: Path) -> None:
    one = inspector()
    refused: list[Refusal] = []
    stuck = threading.Thread(target=lambda: refused.append(refusal(one, pipe)))
    stuck.start()
    (pid,) = wait_until(one.pids)
    os.kill(pid, signal.SIGSEGV)
    stuck.join(30)
    assert "crashed" in refused[0].message
    assert one.inspect(picture, "a").kind == "image"


def test_a_warm_one_that_died_meanwhile_is_replaced(
    inspector: Callable[..., Inspector], picture: Path
) -> None:
    one = inspector(idle=0.2)
    one.inspect(picture, "a")
    (pid,) = one.pids()
    wait_until(lambda: not alive(pid))
    assert one.inspect(picture, "a").kind == "image"
    assert one.pids() != [pid]


def test_too_much_memory_is_a_refusal(inspector: Callable[..., Inspector], tmp_path: Path) -> None:
    path = tmp_path / "large.png"
    Image.new("RGBA", (7500, 7500)).save(path, compress_level=1)
    assert "memory" in refusal(inspector(memory=256 * 1024**2), path).message
    assert inspector().inspect(path, "a").width == 7500


def test_many_at_once_wait_their_turn(inspector: Callable[..., Inspector], picture: Path) -> None:
    one = inspector()
    kinds: list[str] = []
    threads = [
        threading.Thread(target=lambda: kinds.append(one.inspect(picture, "a").kind)) for _ in range(12)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert kinds == ["image"] * 12
    assert len(one.pids()) <= 4


def test_the_server_stops_with_one_at_work(inspector: Callable[..., Inspector], pipe: Path) -> None:
    one = inspector()
    stuck = threading.Thread(target=lambda: refusal(one, pipe))
    stuck.start()
    (pid,) = wait_until(one.pids)
    before = time.monotonic()
    one.close()
    stuck.join(30)
    assert not stuck.is_alive()
    assert time.monotonic() - before < 15
    assert not alive(pid)
