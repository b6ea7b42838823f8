"""The databases that tests run on: SQLite, and a real PostgreSQL that the tests start themselves."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from pocket3d_server.database import Database

from tools.postgresql import Cluster, NoPostgreSQLError


class Backend:
    """Gives databases of one kind; ``folder`` is its own."""

    def __init__(self, cluster: Cluster | None, folder: Path) -> None:
        self._cluster = cluster
        self._template = folder / "template.db"
        self.is_sqlite = cluster is None

    def new(self, folder: Path, *, empty: bool = False) -> str:
        """The URL of a new database. SQLite's is a file in ``folder``. One that is not ``empty`` has the tables."""
        if self._cluster:
            return self._cluster.new(empty=empty)
        path = folder / "jobs.db"
        if not empty:
            shutil.copyfile(self._made_template(), path)
        return f"sqlite:///{path}"

    def environment(self, folder: Path) -> dict[str, str]:
        """Variables that put a server on a new database."""
        return {} if self._cluster is None else {"POCKET3D_DATABASE_URL": self.new(folder)}

    def _made_template(self) -> Path:
        if not self._template.exists():
            database = Database(f"sqlite:///{self._template}")
            database.migrate()
            database.close()
        return self._template


def start_cluster() -> Cluster:
    """Skips the test where there is no PostgreSQL."""
    try:
        return Cluster()
    except NoPostgreSQLError as missing:
        pytest.skip(str(missing))
