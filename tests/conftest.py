"""Fixtures that several rooms share: servers in processes of their own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from live import LiveServer
from weights_hub import WeightsHub


def pytest_addoption(parser: pytest.Parser) -> None:
    """Where the golden vectors of the neural models lie."""
    parser.addoption(
        "--golden",
        type=Path,
        default=Path(__file__).resolve().parents[2] / "shared" / "golden",
        metavar="DIR",
        help="folder of golden vectors (default: ../shared/golden beside the repository)",
    )


LONG = {"blender", "test_fuzz.py", "test_chaos.py"}
"""Rooms and modules with tests that take from twenty seconds to two minutes each."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The long tests come first: at the end they would keep one core idle. The rest stays in its order."""
    items.sort(key=lambda item: LONG.isdisjoint(item.path.parts))


@pytest.fixture(scope="session")
def live_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    """A server that tests share: don't kill it. It gets weights from a hub of its own."""
    hub = WeightsHub()
    server = LiveServer(tmp_path_factory.mktemp("live"), HF_ENDPOINT=hub.url)
    yield server
    server.stop()
    hub.close()


@pytest.fixture
def own_server(tmp_path: Path) -> Iterator[Callable[..., LiveServer]]:
    """Starts servers that one test may kill; settings are given as environment variables."""
    servers: list[LiveServer] = []

    def start(*arguments: str, **environment: str) -> LiveServer:
        folder = tmp_path / f"server{len(servers)}"
        folder.mkdir()
        servers.append(LiveServer(folder, *arguments, **environment))
        return servers[-1]

    yield start
    for server in servers:
        server.stop()
