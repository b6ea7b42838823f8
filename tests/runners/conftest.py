"""One Ray cluster for all tests of this folder, started when the first one asks for it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from pools import joined_cluster

if TYPE_CHECKING:
    from tools.ray_nodes import RayNodes


@pytest.fixture(scope="session")
def ray_nodes() -> Iterator[RayNodes]:
    """A cluster with one node; tests may add more, and kill those."""
    yield from joined_cluster(cpus=2)
