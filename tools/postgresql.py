"""A real PostgreSQL for tests and benches, which they start themselves."""

from __future__ import annotations

import itertools
import os
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg
from pocket3d_server.database import Database

from tools.server_process import wait_until

KEPT = 40
"""Databases of a cluster that are kept; older ones that nobody is connected to are dropped."""
PASSWORD = "p@ss/w:rd %"
"""With all that a URL writes in another way."""


class NoPostgreSQLError(Exception):
    """PostgreSQL's programs are not here; the message says where they were looked for."""


def binaries() -> Path:
    """The folder of PostgreSQL's programs, the newest version's. Raises NoPostgreSQLError."""
    for folder in sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True):
        if (folder / "initdb").exists() and (folder / "postgres").exists():
            return folder
    found = shutil.which("initdb")
    if found and shutil.which("postgres"):
        return Path(found).parent
    raise NoPostgreSQLError(
        "no PostgreSQL here: initdb and postgres are neither in PATH nor in /usr/lib/postgresql"
    )


class Cluster:
    """A throwaway PostgreSQL on a socket in a folder of its own. It asks for ``PASSWORD`` and syncs nothing."""

    def __init__(self) -> None:
        """Make and start it. Raises NoPostgreSQLError."""
        programs = binaries()
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
        secret = self.folder / "password"
        secret.write_text(PASSWORD)
        secret.chmod(0o644)
        how = ["-U", "postgres", "-A", "password", f"--pwfile={secret}"]
        how += ["-E", "UTF8", "--no-sync", "--locale=C"]
        environment = os.environ | {"LC_ALL": "C"}
        first = [str(programs / "initdb"), "-D", str(data), *how]
        subprocess.run(first, check=True, capture_output=True, env=environment, cwd="/", **self._user)
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
        return f"postgresql+psycopg://postgres:{quote(PASSWORD, safe='')}@/{name}?host={self.folder}"

    def new(self, *, empty: bool, how: str = "") -> str:
        """A new database: its URL. One that is not ``empty`` has the tables already, which takes less time.

        ``how`` says more of an empty one, as ``CREATE DATABASE`` reads it.
        """
        if not empty and not self._template:
            self._template = self._create()
            database = Database(self.url(self._template))
            database.migrate()
            database.close()
        self._drop_old()
        self._made.append(self._create(how if empty else f"TEMPLATE {self._template}"))
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
        with psycopg.connect(
            user="postgres", password=PASSWORD, dbname="postgres", host=str(self.folder), autocommit=True
        ) as made:
            cursor = made.execute(statement)
            return cursor.fetchall() if cursor.description else []

    def _answers(self) -> bool:
        if self._process.poll() is not None:
            raise RuntimeError(f"PostgreSQL did not start:\n{(self.folder / 'log').read_text()}")
        try:
            self._run("SELECT 1")
        except psycopg.OperationalError:
            return False
        return True
