"""A house for each test, and a receiver."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from pocket3d_server.accounts.auth import LOCAL_ACCOUNT
from pocket3d_server.accounts.tables import Account
from pocket3d_server.database import Database
from receiver import Receiver, receiver
from webhook_house import House


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with two accounts, to be copied."""
    path = tmp_path_factory.mktemp("template") / "jobs.db"
    database = Database(f"sqlite:///{path}")
    database.migrate()
    with database.write() as session:
        session.add_all(Account(id=name, name=name, tier="pro") for name in (LOCAL_ACCOUNT, "ada"))
    database.close()
    return path


@pytest.fixture
def house(template: Path, tmp_path: Path) -> Iterator[House]:
    database = Database(f"sqlite:///{shutil.copy(template, tmp_path)}")
    yield House(database)
    database.close()


@pytest.fixture
def there() -> Iterator[Receiver]:
    with receiver() as made:
        yield made
