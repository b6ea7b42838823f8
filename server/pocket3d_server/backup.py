"""One archive with all that a server could not get back: database, files, secrets; made while the server runs.

**One moment.** For as long as it takes to give each file a second name (a hard link), no job may change: what the
database says then, and the files that it names then, are what is archived, however long the writing takes. Files
are deleted after the transaction that drops their row, so none of them is missing. In a bucket the files stay where
they are; the bucket's own versions or replicas are their backup. Weights of models are left out: they can be
downloaded again.

The archive is a tar file. Its last entry, ``manifest.json``, has the SHA-256 of all others, so an archive that was
cut off or damaged is noticed before anything is replaced.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import shutil
import sqlite3
import subprocess
import tarfile
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, Any

from sqlalchemy import URL, inspect, text

from pocket3d_server import __version__
from pocket3d_server.config import Settings
from pocket3d_server.database import Base, Database
from pocket3d_server.jobs import file_queries
from pocket3d_server.jobs.files import INPUTS, UPLOADS
from pocket3d_server.jobs.webhooks import tables as _webhooks  # noqa: F401 - fills the metadata
from pocket3d_server.locks import try_lock
from pocket3d_server.runners.base import OUTPUTS
from pocket3d_server.times import now, stamp

FORMAT = 1
MANIFEST = "manifest.json"
SECRETS = "secrets"
FILES = "files"
DUMPS = {"sqlite": "database.sqlite", "postgresql": "database.pgdump"}
SQLITE_FILES = ("", "-wal", "-shm")


class BackupError(Exception):
    """It cannot be done; the message says why and what to do."""


@dataclass(frozen=True)
class Summary:
    """What an archive holds."""

    version: str
    created_at: str
    database: str
    """``sqlite`` or ``postgresql``."""
    storage_url: str
    """Where the files lie; empty when they are in the archive."""
    files: int
    bytes: int
    """Of database, files and secrets."""


def backup(settings: Settings, target: Path) -> Summary:
    """Write an archive of a server's data, which may be running. Raises BackupError."""
    if target.exists():
        raise BackupError(f"{target} exists already; choose another name.")
    if not settings.data_dir.is_dir():
        raise BackupError(f"there is no data folder {settings.data_dir}; give the server's with --data-dir.")
    partial = target.with_name(f"{target.name}.partial")
    with ExitStack() as stack:
        stage = stack.enter_context(_stage(settings.data_dir, "backup"))
        database = Database(settings.database)
        stack.callback(database.close)
        file = Path(str(database.url.database))
        used = not database.is_sqlite or file.exists()  # asking SQLite would make the file
        if not used or not inspect(database.engine).has_table("alembic_version"):
            raise BackupError(f"no server has used {settings.data_dir} yet; there is nothing to back up.")
        _copy_secrets(settings, stage)
        try:
            _freeze(settings, database, stage)
            summary = _write(partial, stage, database, settings)
            os.replace(partial, target)
        except OSError as error:
            raise BackupError(f"the backup could not be written: {error}.") from error
        finally:
            partial.unlink(missing_ok=True)
    return summary


def restore(settings: Settings, source: Path, *, replace: bool = False) -> Summary:
    """Put an archive's data in place of a server's, which must not run. Raises BackupError.

    Where there is data already, ``replace`` moves what lies in the data folder aside, into ``replaced-TIME``, and
    drops the tables of a PostgreSQL database.
    """
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        lock = stack.enter_context((settings.data_dir / "server.lock").open("a+b"))
        if not try_lock(lock):
            raise BackupError(f"a server uses {settings.data_dir}; stop it first.")
        stage = stack.enter_context(_stage(settings.data_dir, "restore"))
        summary = _unpack(source, stage)
        database = Database(settings.database)
        stack.callback(database.close)
        if summary.database != database.url.get_backend_name():
            raise BackupError(
                f"the backup holds a {summary.database} database, but the server is set to "
                f"{database.url.get_backend_name()}; give --database-url accordingly."
            )
        if not replace and (found := _found(settings, database)):
            raise BackupError(f"{found}; restore elsewhere, or replace it with --replace.")
        if database.is_sqlite:
            _move_aside(settings, database.url)
            path = Path(str(database.url.database))
            path.parent.mkdir(parents=True, exist_ok=True)
            shutil.move(stage / DUMPS["sqlite"], path)
        else:
            _refuse_connections(database)
            _move_aside(settings, None)
            _load_postgresql(database, stage / DUMPS["postgresql"])
        for name, place in _secrets(settings).items():
            if (kept := stage / SECRETS / name).exists():
                place.parent.mkdir(parents=True, exist_ok=True)
                shutil.move(kept, place)
        for folder in (UPLOADS, INPUTS, OUTPUTS):
            if (kept := stage / FILES / folder).exists():
                shutil.copytree(
                    kept, settings.data_dir / folder, copy_function=shutil.move, dirs_exist_ok=True
                )
    return summary


@contextmanager
def _stage(data_dir: Path, purpose: str) -> Iterator[Path]:
    """A folder for one run, on the disk of the data; what a killed run has left there goes first."""
    with (data_dir / f"{purpose}.lock").open("a+b") as lock:
        if not try_lock(lock):
            raise BackupError(f"another {purpose} is going on in {data_dir}; wait for its end.")
        stage = data_dir / f".{purpose}"
        shutil.rmtree(stage, ignore_errors=True)
        stage.mkdir(mode=0o700)
        try:
            yield stage
        finally:
            shutil.rmtree(stage, ignore_errors=True)


def _secrets(settings: Settings) -> dict[str, Path]:
    return {
        "jwt_secret": settings.signing_path,
        "link_keys": settings.link_keys_path,
        "token": settings.token_path,
    }


def _copy_secrets(settings: Settings, stage: Path) -> None:
    (stage / SECRETS).mkdir()
    for name, place in _secrets(settings).items():
        if place.exists():
            shutil.copy2(place, stage / SECRETS / name)


# Backup


def _freeze(settings: Settings, database: Database, stage: Path) -> None:
    """Put the database and the files of one moment into ``stage``."""
    with ExitStack() as stack:
        if database.is_sqlite:
            with database.write():  # nobody else writes now
                reader = stack.enter_context(closing(sqlite3.connect(str(database.url.database))))
                reader.execute("BEGIN")
                reader.execute("SELECT count(*) FROM jobs").fetchone()  # from here on it sees this moment
                _link_files(settings, database, stage)
            with closing(sqlite3.connect(stage / DUMPS["sqlite"])) as copy:
                reader.backup(copy)
            return
        seen = stack.enter_context(
            database.engine.connect().execution_options(isolation_level="REPEATABLE READ")
        )
        with database.write() as session:
            session.execute(text("LOCK TABLE jobs IN SHARE MODE"))  # they are read, but nobody changes them
            snapshot = str(seen.scalar(text("SELECT pg_export_snapshot()")))
            _link_files(settings, database, stage)
        _postgresql_tool(
            "pg_dump",
            database.url,
            *("--format=custom", "--no-owner", "--no-privileges", f"--snapshot={snapshot}"),
            f"--file={stage / DUMPS['postgresql']}",
        )


def _link_files(settings: Settings, database: Database, stage: Path) -> None:
    """Give each file that belongs to an account or an unfinished job a second name."""
    if settings.storage_url:
        return
    with database.read() as session:
        paths = file_queries.kept_paths(session)
        for job_id in file_queries.unfinished_ids(session):
            folder = settings.data_dir / INPUTS / job_id
            paths |= {f"{INPUTS}/{job_id}/{file.name}" for file in folder.glob("*")}
    for path in paths:
        place = stage / FILES / path
        place.parent.mkdir(parents=True, exist_ok=True)
        try:
            os.link(settings.data_dir / path, place)
        except FileNotFoundError:  # deleted by someone's hand; its row says more than nothing
            continue
        except OSError:  # a file system without links
            shutil.copy2(settings.data_dir / path, place)


class _Hashed(io.RawIOBase):
    """Reads a file and adds up its SHA-256."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self.digest = hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        """The next bytes."""
        data = self._file.read(size)
        self.digest.update(data)
        return data


def _write(target: Path, stage: Path, database: Database, settings: Settings) -> Summary:
    digests: dict[str, str] = {}
    total = files = 0
    handle = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)  # it holds secrets
    with os.fdopen(handle, "wb") as out:
        with tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as archive:
            for path in sorted(path for path in stage.rglob("*") if path.is_file()):
                name = path.relative_to(stage).as_posix()
                with path.open("rb") as file:
                    info = archive.gettarinfo(arcname=name, fileobj=file)
                    info.type, info.linkname = tarfile.REGTYPE, ""
                    info.size = path.stat().st_size
                    info.uid = info.gid = 0
                    info.uname = info.gname = ""
                    hashed = _Hashed(file)
                    archive.addfile(info, hashed)
                digests[name] = hashed.digest.hexdigest()
                total += info.size
                files += name.startswith(f"{FILES}/")
            kind = database.url.get_backend_name()
            summary = Summary(__version__, stamp(now()), kind, settings.storage_url, files, total)
            manifest = {"product": "pocket3d", "format": FORMAT, **vars(summary), "sha256": digests}
            data = json.dumps(manifest, indent=1).encode()
            entry = tarfile.TarInfo(MANIFEST)
            entry.size, entry.mode = len(data), 0o600
            archive.addfile(entry, io.BytesIO(data))
        out.flush()
        os.fsync(out.fileno())
    return summary


# Restore


def _unpack(source: Path, stage: Path) -> Summary:
    """Extract an archive and check all of it."""
    whole = f"{source} is no whole backup of Pocket3D"
    try:
        with tarfile.open(source) as archive:
            _extract(archive, stage)
        if not (stage / MANIFEST).is_file():
            raise BackupError(f"{whole}: it has no {MANIFEST}. Use another copy of it.")
        manifest: dict[str, Any] = json.loads((stage / MANIFEST).read_bytes())
    except (tarfile.TarError, EOFError, ValueError) as error:
        raise BackupError(f"{whole}: {error}. Use another copy of it.") from error
    except OSError as error:
        raise BackupError(f"the backup cannot be read or unpacked: {error}.") from error
    if manifest.get("format") != FORMAT:
        made = manifest.get("version", "another program")
        raise BackupError(f"{source} was made by {made}; install that version or a later one to restore it.")
    for name, digest in manifest["sha256"].items():
        path = stage / name
        if not path.is_file() or _sha256(path) != digest:
            raise BackupError(f"{whole}: {name} is missing or damaged. Use another copy of it.")
    return Summary(**{field: manifest[field] for field in Summary.__dataclass_fields__})


def _extract(archive: tarfile.TarFile, stage: Path) -> None:
    """Files and nothing else, all below ``stage``; tarfile's own filters are not in every 3.11. Raises ValueError."""
    for member in archive:
        parts = PurePosixPath(member.name).parts
        content = archive.extractfile(member) if member.isfile() else None
        if content is None or not parts or parts[0] == "/" or ".." in parts:
            raise ValueError(f"it holds {member.name!r}, which is no file of a backup")
        place = stage.joinpath(*parts)
        place.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)  # some are secrets
        with content, os.fdopen(handle, "wb") as file:
            shutil.copyfileobj(content, file)
        place.chmod(member.mode & 0o777)
        os.utime(place, (member.mtime, member.mtime))


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _found(settings: Settings, database: Database) -> str:
    """What data is there already; empty when there is none."""
    if not database.is_sqlite:
        return (
            "the database has Pocket3D's tables already"
            if inspect(database.engine).has_table("alembic_version")
            else ""
        )
    if Path(str(database.url.database)).exists():
        return f"{database.url.database} exists already"
    for folder in (UPLOADS, INPUTS, OUTPUTS):
        if any((settings.data_dir / folder).glob("*")):
            return f"{settings.data_dir / folder} holds files already"
    return ""


def _move_aside(settings: Settings, sqlite: URL | None) -> None:
    """Move what is replaced into a folder of its own."""
    aside = settings.data_dir / f"replaced-{now():%Y%m%d-%H%M%S}"
    places = [settings.data_dir / folder for folder in (UPLOADS, INPUTS, OUTPUTS)]
    places += _secrets(settings).values()
    if sqlite is not None:
        places += [Path(f"{sqlite.database}{end}") for end in SQLITE_FILES]
    for place in places:
        if place.exists():
            aside.mkdir(mode=0o700, exist_ok=True)
            shutil.move(place, aside / place.name)


def _refuse_connections(database: Database) -> None:
    others = (
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
    with database.read() as session:
        count = session.scalar(text(others))
    if count:
        raise BackupError(
            f"{count} connections to the database are open; stop all servers that use it first."
        )


def _load_postgresql(database: Database, dump: Path) -> None:
    with database.write() as session:
        for table in [*Base.metadata.tables, "alembic_version"]:
            session.execute(text(f"DROP TABLE IF EXISTS {table} CASCADE"))
    options = ("--no-owner", "--no-privileges", "--single-transaction", "--exit-on-error")
    _postgresql_tool("pg_restore", database.url, *options, str(dump))


def _postgresql_tool(name: str, url: URL, *arguments: str) -> None:
    """Run one of PostgreSQL's own programs on a database; its password goes by the environment."""
    if not shutil.which(name):
        raise BackupError(
            f"PostgreSQL's program {name} is not here; install its client, e.g. apt install postgresql-client."
        )
    address = url._replace(drivername="postgresql", password=None)  # set() leaves the password where it is
    environment = dict(os.environ)
    if url.password:
        environment["PGPASSWORD"] = str(url.password)
    command = [name, f"--dbname={address.render_as_string()}", *arguments]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise BackupError(f"{name} failed: {done.stderr.strip()}")
