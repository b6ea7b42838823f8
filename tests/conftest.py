"""Fixtures that several rooms share: servers in processes of their own."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from databases import Backend, Cluster, start_cluster
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
    parser.addoption(
        "--database",
        choices=("both", "sqlite", "postgresql"),
        default="both",
        help="what servers and tables of the tests run on; 'both' (default): SQLite, and on PostgreSQL too the "
        "modules marked 'both_databases'",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Our marks."""
    config.addinivalue_line("markers", "both_databases: what it tests differs by the database's dialect")
    config.addinivalue_line("markers", "sqlite_file: it is about the file that SQLite's database is")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Tests that use a database run on the chosen one, or on both."""
    if "backend" not in metafunc.fixturenames:
        return
    chosen = metafunc.config.getoption("--database")
    if metafunc.definition.get_closest_marker("sqlite_file"):
        return
    if chosen == "both":
        marked = metafunc.definition.get_closest_marker("both_databases")
        kinds = ["sqlite", "postgresql"] if marked else ["sqlite"]
    else:
        kinds = [chosen]
    if kinds != ["sqlite"]:
        metafunc.parametrize("backend", kinds, indirect=True, scope="session")


LONG = {"blender", "contract/test_fuzz.py", "test_chaos.py"}
"""Rooms and files with tests that take from ten seconds to two minutes each."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The long tests come first: at the end they would keep one core idle. The rest stays in its order.

    Each worker of xdist begins with an equal part of the list, so their files are dealt out to the parts' heads.
    """
    tests = Path(__file__).parent
    workers = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    heads: list[list[pytest.Item]] = [[] for _ in range(workers)]
    files: list[Path] = []
    rest = []
    for item in items:
        path = item.path.relative_to(tests)
        if LONG.isdisjoint((path.parts[0], path.name, path.as_posix())):
            rest.append(item)
            continue
        if path not in files:
            files.append(path)
        heads[files.index(path) % workers].append(item)
    left = len(items)
    items.clear()
    for worker, head in enumerate(heads):
        share = left // (workers - worker)
        fill = max(0, share - len(head))
        items += head + rest[:fill]
        rest = rest[fill:]
        left -= share
    items += rest


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """A PostgreSQL that tests share."""
    made = start_cluster()
    yield made
    made.stop()


@pytest.fixture(scope="session")
def backend(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Backend:
    """Gives databases of the kind that the test runs on."""
    kind = getattr(request, "param", "sqlite")
    cluster = request.getfixturevalue("cluster") if kind == "postgresql" else None
    return Backend(cluster, tmp_path_factory.mktemp("template"))


@pytest.fixture(scope="session")
def live_server(backend: Backend, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    """A server that tests share: don't kill it. It gets weights from a hub of its own."""
    hub = WeightsHub()
    folder = tmp_path_factory.mktemp("live")
    server = LiveServer(folder, HF_ENDPOINT=hub.url, **backend.environment(folder))
    yield server
    server.stop()
    hub.close()


@pytest.fixture
def own_server(backend: Backend, tmp_path: Path) -> Iterator[Callable[..., LiveServer]]:
    """Starts servers that one test may kill; settings are given as environment variables."""
    servers: list[LiveServer] = []

    def start(*arguments: str, **environment: str) -> LiveServer:
        folder = tmp_path / f"server{len(servers)}"
        folder.mkdir()
        servers.append(LiveServer(folder, *arguments, **backend.environment(folder) | environment))
        return servers[-1]

    yield start
    for server in servers:
        server.stop()
