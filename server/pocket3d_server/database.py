"""One database: SQLite with nothing to install, or PostgreSQL by URL.

``read()`` gives a session for looking, ``write()`` one transaction that commits at its end or not at all.
On SQLite a write takes the write lock at its beginning (``BEGIN IMMEDIATE``), so transactions that read
and then write can never fail half-way because another writer came first. On PostgreSQL writers go side by side:
what depends on a row takes it with ``locked``. Locks are taken in one order everywhere, so that nobody waits in a
ring: job, account, the rest; whoever takes several jobs at once takes no accounts, and takes them by their ids.
"""

from __future__ import annotations

import secrets
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import JSON, DateTime, Dialect, MetaData, create_engine, event, text
from sqlalchemy.engine import Connection, make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import DeclarativeBase, Session
from sqlalchemy.types import TypeDecorator

from pocket3d_server.storage import no_room

MIGRATIONS = Path(__file__).parent / "migrations"
DISK_FULL_IN_POSTGRESQL = "53100"
CHANNEL = "pocket3d"
"""On which servers tell each other of their changes (PostgreSQL's LISTEN)."""
MIGRATION_LOCK = 7263_0001
"""PostgreSQL's advisory lock of whoever changes the schema."""

Row = TypeVar("Row", bound="Base")


class SchemaError(Exception):
    """The schema is not one that this version can work with."""


class UtcDateTime(TypeDecorator[datetime]):
    """An aware UTC time in every database (SQLite has no time zones)."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Aware time to naive UTC."""
        return value.astimezone(UTC).replace(tzinfo=None) if value else None

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Naive UTC to aware time."""
        return value.replace(tzinfo=UTC) if value else None


class Base(DeclarativeBase):
    """Base of all tables; the names of constraints are fixed so that migrations can address them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {datetime: UtcDateTime, dict[str, Any]: JSON(none_as_null=True)}  # noqa: RUF012


class Database:
    """Sessions on one database."""

    def __init__(self, url: str) -> None:
        self.url = make_url(url)
        self.name = secrets.token_hex(6)
        """Of this process among those on the database."""
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        # Without it, a database of another encoding would answer bytes.
        more = {} if self.is_sqlite else {"connect_args": {"client_encoding": "utf8"}}
        self.engine = create_engine(self.url, pool_pre_ping=not self.is_sqlite, **more)
        self._writer = self.engine.execution_options(pocket3d_write="FULL")
        self._relaxed = self.engine.execution_options(pocket3d_write="NORMAL")
        if self.is_sqlite:
            event.listen(self.engine, "connect", _sqlite_connect)
            event.listen(self.engine, "begin", _sqlite_begin)

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A session for reading; nothing is committed."""
        with Session(self.engine, expire_on_commit=False) as session:
            yield session

    @contextmanager
    def write(self, *, durable: bool = True) -> Iterator[Session]:
        """One transaction: committed when the block ends, rolled back when it raises.

        One that is not ``durable`` does not wait for the disk: a power cut may undo the latest of them, together
        and in order; the end of the process does not. It is for what happens again anyway, e.g. progress.
        """
        writer = self._writer if durable else self._relaxed
        with Session(writer, expire_on_commit=False) as session, session.begin():
            if not durable and not self.is_sqlite:
                session.execute(text("SET LOCAL synchronous_commit TO off"))
            yield session

    def tell(self, session: Session, job_id: str, kind: str) -> None:
        """Let the other servers know, with the session's commit, what became of a job (``jobs.notices``). SQLite has
        one server only."""
        if not self.is_sqlite:
            words = {"channel": CHANNEL, "message": f"{self.name} {job_id} {kind}"}
            session.execute(text("SELECT pg_notify(:channel, :message)"), words)

    def migrate(self) -> None:
        """Bring the schema up to date. Servers that start together wait for the first.

        Raises SchemaError when a newer version has changed it, or it cannot hold every text.
        """
        from alembic import command
        from alembic.config import Config
        from alembic.util import CommandError

        config = Config()
        config.set_main_option("script_location", str(MIGRATIONS))
        with (
            self._writer.connect() as connection,
            self._foreign_keys_off(connection),
            self._migrating(connection),
        ):
            self._must_hold_every_text(connection)
            config.attributes["connection"] = connection
            try:
                command.upgrade(config, "head")
            except CommandError as error:
                raise SchemaError(
                    "a newer version of Pocket3D has used this database; install that version or a later one, "
                    "or restore a backup that was made before"
                ) from error

    def _must_hold_every_text(self, connection: Connection) -> None:
        encoding = "UTF8" if self.is_sqlite else connection.scalar(text("SHOW server_encoding"))
        connection.rollback()
        if encoding != "UTF8":
            raise SchemaError(
                f"the database {self.url.database} has the encoding {encoding}, which does not hold every text; make "
                f"another: createdb --encoding UTF8 --template template0 NAME"
            )

    @contextmanager
    def _migrating(self, connection: Connection) -> Iterator[None]:
        """Alone: on PostgreSQL by an advisory lock; SQLite's own lock does."""
        if self.is_sqlite:
            yield
            return
        connection.execute(text("SELECT pg_advisory_lock(:lock)"), {"lock": MIGRATION_LOCK})
        connection.commit()  # the lock is the connection's, not the transaction's
        try:
            yield
        finally:
            connection.rollback()
            connection.execute(text("SELECT pg_advisory_unlock(:lock)"), {"lock": MIGRATION_LOCK})
            connection.commit()

    @contextmanager
    def _foreign_keys_off(self, connection: Connection) -> Iterator[None]:
        """SQLite changes a table by making it anew; with foreign keys on, dropping the old one would delete
        what refers to it. The switch works outside transactions only."""
        if not self.is_sqlite:
            yield
            return
        raw: Any = connection.connection.driver_connection
        raw.execute("PRAGMA foreign_keys=OFF")
        try:
            yield
        finally:
            raw.execute("PRAGMA foreign_keys=ON")

    def close(self) -> None:
        """Give all connections back."""
        self.engine.dispose()


def locked(session: Session, table: type[Row], key: Any, *, skip: bool = False) -> Row | None:
    """A row as it is now, for this transaction alone; None when there is none, or when another has it and ``skip``
    says not to wait. What the session knew of it before is read anew, for it may have changed meanwhile."""
    lock = {"skip_locked": True} if skip else True
    return session.get(table, key, with_for_update=lock, populate_existing=True)


def disk_is_full(error: BaseException) -> bool:
    """Whether an error of a file or of the database says that there is no room."""
    if isinstance(error, OSError):
        return no_room(error)
    if isinstance(error, DBAPIError):
        code = getattr(error.orig, "sqlite_errorcode", 0)
        # Where the write-ahead log or its index cannot grow, SQLite speaks of an I/O error.
        full = (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR_WRITE, sqlite3.SQLITE_IOERR_SHMSIZE)
        return code in full or getattr(error.orig, "sqlstate", "") == DISK_FULL_IN_POSTGRESQL
    return False


def _sqlite_connect(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves
    cursor = connection.cursor()
    # FULL: what was committed is on the disk, so an answered submit survives a power cut. NORMAL would lose the
    # latest commits then; it saves one fsync a commit, a quarter of a millisecond on an SSD. A write may ask for it.
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=10000"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _sqlite_begin(connection: Connection) -> None:
    level = connection.get_execution_options().get("pocket3d_write")
    if level and connection.info.get("pocket3d_synchronous", "FULL") != level:
        connection.exec_driver_sql(f"PRAGMA synchronous={level}")
        connection.info["pocket3d_synchronous"] = level
    connection.exec_driver_sql("BEGIN IMMEDIATE" if level else "BEGIN")
