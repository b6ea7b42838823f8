"""One Ray cluster for all tests of this folder, and one link to it, made when the first one asks for it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest
from live import TESTS
from pocket3d_server.runners.ray_link import Link

if TYPE_CHECKING:
    from tools.ray_nodes import RayNodes


class KeptLink(Link):
    """A link that outlives the pools that use it, one after the other."""

    def close(self) -> None:
        """Not yet."""


@pytest.fixture(scope="session")
def ray_nodes() -> Iterator[RayNodes]:
    """A cluster with one node; tests may add more, and kill those."""
    pytest.importorskip("ray", reason="the package ray is not installed")
    from tools.ray_nodes import RayNodes

    nodes = RayNodes(2, PYTHONPATH=str(TESTS))
    try:
        nodes.add()
        yield nodes
    finally:
        nodes.close()


@pytest.fixture(scope="session")
def ray_link(ray_nodes: RayNodes) -> Iterator[Callable[[str, str], Link]]:
    """Gives pools the one link that there is."""
    link = KeptLink(ray_nodes.address, "tests")
    yield lambda address, namespace: link
    Link.close(link)
