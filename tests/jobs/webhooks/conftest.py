"""A house for each test, and a receiver."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from databases import Backend
from pocket3d_server.accounts.auth import LOCAL_ACCOUNT
from pocket3d_server.accounts.tables import Account
from pocket3d_server.database import Database
from receiver import Receiver, receiver
from webhook_house import House


@pytest.fixture
def house(backend: Backend, tmp_path: Path) -> Iterator[House]:
    database = Database(backend.new(tmp_path))
    database.migrate()
    with database.write() as session:
        session.add_all(Account(id=name, name=name, tier="pro") for name in (LOCAL_ACCOUNT, "ada"))
    yield House(database)
    database.close()


@pytest.fixture
def there() -> Iterator[Receiver]:
    with receiver() as made:
        yield made
