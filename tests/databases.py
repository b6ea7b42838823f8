"""The databases that tests run on: SQLite, and a real PostgreSQL that the tests start themselves."""

from __future__ import annotations

import itertools
import os
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path
from typing import Any

import psycopg
import pytest
from live import wait_until
from pocket3d_server.database import Database

KEPT = 40
"""Databases of a cluster that are kept; older ones that nobody is connected to are dropped."""


def binaries() -> Path | None:
    """The folder of PostgreSQL's programs, the newest version's; None where there are none."""
    for folder in sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True):
        if (folder / "initdb").exists() and (folder / "postgres").exists():
            return folder
    found = shutil.which("initdb")
    return Path(found).parent if found and shutil.which("postgres") else None


class Cluster:
    """A throwaway PostgreSQL on a socket in a folder of its own. It trusts everybody and syncs nothing."""

    def __init__(self, programs: Path) -> None:
        # Not below pytest's folder: a socket's path may have 107 bytes.
        self.folder = Path(tempfile.mkdtemp(prefix="p3d"))
        self._numbers = itertools.count()
        self._made: list[str] = []
        self._template = ""
        # PostgreSQL does not run as root; there, the user of least power owns it.
        self._user: dict[str, Any] = {}
        if os.geteuid() == 0:
            self._user = {"user": "nobody", "group": "nogroup", "extra_groups": []}
            shutil.chown(self.folder, "nobody", "nogroup")
        data = self.folder / "data"
        first = [programs / "initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync"]
        environment = os.environ | {"LC_ALL": "C"}
        subprocess.run(
            [*first, "--locale=C"], check=True, capture_output=True, env=environment, cwd="/", **self._user
        )
        options = {
            "listen_addresses": "",
            "unix_socket_directories": self.folder,
            "fsync": "off",
            "full_page_writes": "off",
            "max_connections": "300",
            "shared_buffers": "32MB",
        }
        settings = [word for name, value in options.items() for word in ("-c", f"{name}={value}")]
        with (self.folder / "log").open("wb") as log:
            self._process = subprocess.Popen(
                [programs / "postgres", "-D", data, *settings], stderr=log, stdout=log, cwd="/", **self._user
            )
        wait_until(self._answers, 30)

    def url(self, name: str) -> str:
        """For SQLAlchemy."""
        return f"postgresql+psycopg://postgres@/{name}?host={self.folder}"

    def new(self, *, empty: bool) -> str:
        """A new database: its URL. One that is not ``empty`` has the tables already, which takes less time."""
        if not empty and not self._template:
            self._template = self._create()
            database = Database(self.url(self._template))
            database.migrate()
            database.close()
        self._drop_old()
        self._made.append(self._create("" if empty else f"TEMPLATE {self._template}"))
        return self.url(self._made[-1])

    def stop(self) -> None:
        """End it, and remove all it had."""
        self._process.send_signal(signal.SIGINT)  # it ends connections rather than wait for them
        self._process.wait(30)
        shutil.rmtree(self.folder, ignore_errors=True)

    def _create(self, how: str = "") -> str:
        name = f"pocket3d_{next(self._numbers)}"
        self._run(f"CREATE DATABASE {name} {how}")
        return name

    def _drop_old(self) -> None:
        for name in self._made[:-KEPT]:
            if not self._run(f"SELECT 1 FROM pg_stat_activity WHERE datname = '{name}'"):
                self._run(f"DROP DATABASE {name}")
                self._made.remove(name)

    def _run(self, statement: str) -> list[Any]:
        with psycopg.connect(f"user=postgres dbname=postgres host={self.folder}", autocommit=True) as made:
            cursor = made.execute(statement)
            return cursor.fetchall() if cursor.description else []

    def _answers(self) -> bool:
        assert self._process.poll() is None, (self.folder / "log").read_text()
        try:
            self._run("SELECT 1")
        except psycopg.OperationalError:
            return False
        return True


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
    programs = binaries()
    if programs is None:
        pytest.skip("no PostgreSQL here: initdb and postgres are neither in PATH nor in /usr/lib/postgresql")
    return Cluster(programs)
