"""Keys, tokens and who is let in."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import jwt
import pytest
from databases import Backend
from pocket3d_server.accounts import keys, registry
from pocket3d_server.accounts.auth import Accounts
from pocket3d_server.accounts.private_files import read_or_create_secret
from pocket3d_server.accounts.scopes import ACCOUNT_SCOPES, Scope
from pocket3d_server.accounts.tables import ApiKey
from pocket3d_server.accounts.tokens import Grant, TokenInvalidError, TokenSigner
from pocket3d_server.config import Settings, SettingsError, load
from pocket3d_server.database import Database
from pocket3d_server.errors import Refusal
from pocket3d_server.times import now
from sqlalchemy import event
from sqlalchemy.exc import OperationalError

HOME, AWAY = "127.0.0.1", "203.0.113.9"


@pytest.fixture
def database(backend: Backend, tmp_path: Path) -> Iterator[Database]:
    base = Database(backend.new(tmp_path))
    base.migrate()
    yield base
    base.close()


@pytest.fixture
def accounts(database: Database, tmp_path: Path) -> Accounts:
    """Without the second's memory; ``test_what_is_known_of_a_key_is_remembered_for_a_moment`` has it."""
    made = Accounts(
        database, local_token="p3dlocal_secret", signer=TokenSigner(tmp_path / "jwt"), remembered_s=0
    )
    made.ensure_local_account()
    made.ensure_local_account()
    return made


def new_key(database: Database, tier: str = "pro", **options: Any) -> tuple[ApiKey, str]:
    with database.write() as session:
        return keys.create(session, registry.create(session, "Ada", tier).id, "laptop", **options)


def refused(accounts: Accounts, bearer: str | None, address: str = HOME, code: str = "UNAUTHORIZED") -> bool:
    try:
        accounts.authenticate(bearer, address)
    except Refusal as refusal:
        return refusal.code == code and bool(refusal.details["suggestion"])
    return False


def test_the_local_token_works_from_this_machine_only(accounts: Accounts) -> None:
    for address in (HOME, "::1", "::ffff:127.0.0.1"):
        assert accounts.authenticate("p3dlocal_secret", address).tier_name == "local"
    assert refused(accounts, "p3dlocal_secret", AWAY)
    assert refused(accounts, "p3dlocal_secreT")
    assert refused(accounts, None)


def test_a_key_works_until_it_is_revoked_or_expires(database: Database, accounts: Accounts) -> None:
    key, text = new_key(database)
    assert len(text) > 43
    assert text not in str(vars(key))
    assert accounts.authenticate(text, AWAY).tier_name == "pro"
    assert refused(accounts, text + "x", AWAY)
    with database.write() as session:
        found, _ = keys.by_id(session, key.id) or pytest.fail("the key is gone")
        assert found.last_used_at is not None
        keys.revoke(found)
    assert refused(accounts, text)
    _, expired = new_key(database, expires_at=now() - timedelta(seconds=1))
    assert refused(accounts, expired)


def test_an_account_has_several_keys_each_with_its_scopes(database: Database, accounts: Accounts) -> None:
    key, text = new_key(database, scopes=[Scope.JOBS_READ])
    with database.write() as session:
        _, other = keys.create(session, key.account_id, "farm")
    reader, owner = accounts.authenticate(text, AWAY), accounts.authenticate(other, AWAY)
    assert reader.account_id == owner.account_id
    assert reader.scopes == {Scope.JOBS_READ}
    assert owner.scopes == ACCOUNT_SCOPES == set(Scope) - {Scope.SYSTEM}
    with database.write() as session:
        for number in range(keys.MAX_KEYS - 2):
            keys.create(session, key.account_id, str(number))
        with pytest.raises(keys.TooManyKeysError, match="100"):
            keys.create(session, key.account_id, "one more")
        keys.revoke(session.get_one(ApiKey, key.id))
        keys.create(session, key.account_id, "one more")
        for name in ("", "  ", "x" * 201, "a\nb"):
            with pytest.raises(ValueError, match="name"):
                keys.checked_name(name)
        with pytest.raises(ValueError, match="golden"):
            registry.create(session, "Eve", "golden")


def test_a_rotated_key_hands_over_its_rights(database: Database, accounts: Accounts) -> None:
    key, text = new_key(database, scopes=[Scope.JOBS_READ], expires_at=now() + timedelta(days=30))
    with database.write() as session:
        fresh, fresh_text = keys.rotate(session, session.get_one(ApiKey, key.id), timedelta(hours=1))
        assert fresh.expires_at == pytest.approx(now() + timedelta(days=30), abs=timedelta(minutes=1))
        assert session.get_one(ApiKey, key.id).expires_at < now() + timedelta(hours=1)
    assert accounts.authenticate(fresh_text, AWAY).scopes == {Scope.JOBS_READ}
    assert accounts.authenticate(text, AWAY).key_id == key.id
    with database.write() as session:
        keys.rotate(session, session.get_one(ApiKey, key.id))
        with pytest.raises(ValueError, match="not valid any more"):
            keys.rotate(session, session.get_one(ApiKey, key.id))
    assert refused(accounts, text)


def test_what_is_known_of_a_key_is_remembered_for_a_moment(database: Database, tmp_path: Path) -> None:
    remembering = Accounts(database, local_token="t", signer=TokenSigner(tmp_path / "jwt"))
    key, text = new_key(database)
    remembering.authenticate(text, AWAY)
    statements: list[str] = []
    event.listen(database.engine, "before_cursor_execute", lambda *a: statements.append(a[2]))
    caller = remembering.authenticate(text, AWAY)
    token, _ = remembering.issue_jwt(caller)
    assert statements == []
    with database.write() as session:  # as the command line would, in another process
        keys.revoke(session.get_one(ApiKey, key.id))
    deadline = time.monotonic() + 10
    while not refused(remembering, text, AWAY):
        assert time.monotonic() < deadline, "the revoked key is still remembered"
    assert refused(remembering, token, AWAY)


def test_a_disabled_account_is_told_so_and_its_tier_is_read_anew(
    database: Database, accounts: Accounts
) -> None:
    key, text = new_key(database)
    token, _ = accounts.issue_jwt(accounts.authenticate(text, AWAY))
    with database.write() as session:
        registry.set_tier(session, key.account_id, "enterprise")
    assert accounts.authenticate(text, AWAY).tier.requests_per_minute == 1000
    with database.write() as session:
        registry.disable(session, key.account_id)
    assert refused(accounts, text, AWAY, "FORBIDDEN")
    assert refused(accounts, token, AWAY, "FORBIDDEN")
    with database.write() as session:
        registry.enable(session, key.account_id)
        for change in (registry.disable, registry.enable):
            with pytest.raises(ValueError, match="local"):
                change(session, "local")
    assert accounts.authenticate(token, AWAY).account_id == key.account_id


def test_a_use_that_cannot_be_noted_is_no_reason_to_refuse(
    database: Database, accounts: Accounts, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, text = new_key(database)

    def full(*_: object) -> None:
        raise OperationalError("UPDATE", None, OSError("database or disk is full"))

    monkeypatch.setattr(database, "write", full)
    assert accounts.authenticate(text, AWAY).tier_name == "pro"


@pytest.mark.filterwarnings("ignore:The HMAC key")
def test_tokens_are_checked_for_secret_audience_issuer_algorithm_and_time(
    database: Database, accounts: Accounts, tmp_path: Path
) -> None:
    key, text = new_key(database, "free", scopes=[Scope.JOBS_READ, Scope.SYSTEM])
    token, life = accounts.issue_jwt(accounts.authenticate(text, AWAY))
    assert life == 900
    caller = accounts.authenticate(token, AWAY)
    assert (caller.tier_name, caller.key_id, caller.by_jwt) == ("free", key.id, True)
    assert caller.scopes == {Scope.JOBS_READ, Scope.SYSTEM}
    with pytest.raises(Refusal, match="cannot be exchanged"):
        accounts.issue_jwt(caller)
    secret = (tmp_path / "jwt").read_text().strip()
    header = jwt.get_unverified_header(token)
    claims = jwt.decode(token, secret, algorithms=["HS256"], audience="pocket3d-api")
    assert claims["exp"] - claims["iat"] == 900

    def forged(secret: str = secret, algorithm: str = "HS256", kid: str | None = None, **other: Any) -> str:
        body = {name: value for name, value in (claims | other).items() if value is not None}
        return jwt.encode(body, secret, algorithm=algorithm, headers={"kid": kid or header["kid"]})

    assert not refused(accounts, forged(), AWAY)
    for bad in (
        forged(secret[::-1]),
        forged("", "none"),
        forged(algorithm="HS512"),
        forged(kid="other"),
        forged(aud="x"),
        forged(iss="x"),
        forged(exp=1),
        forged(exp=None),
        forged(scope=None),
        forged(key="key_unknown"),
        jwt.encode(claims, secret, algorithm="HS256"),
        "a.b.c",
        "..",
    ):
        assert refused(accounts, bad, AWAY), bad


def test_the_token_of_this_machine_stays_on_it(accounts: Accounts) -> None:
    token, _ = accounts.issue_jwt(accounts.authenticate("p3dlocal_secret", HOME))
    assert accounts.authenticate(token, HOME).tier_name == "local"
    assert refused(accounts, token, AWAY)


def test_the_signing_secret_can_be_replaced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    running, command = TokenSigner(tmp_path / "jwt"), TokenSigner(tmp_path / "jwt")
    grant = Grant("ada", "key_1", frozenset({Scope.JOBS_READ}))
    old, _ = running.issue(grant)
    kid = command.rotate()
    assert running.read(old) == grant
    new, _ = running.issue(grant)
    assert jwt.get_unverified_header(new)["kid"] == kid
    leaked = (tmp_path / "jwt").read_text().split("\n")[1].split()[0]
    forged = jwt.encode(
        jwt.decode(old, options={"verify_signature": False}) | {"exp": time.time() + 1e6},
        leaked,
        headers={"kid": jwt.get_unverified_header(old)["kid"]},
    )
    assert running.read(forged) == grant  # for a quarter of an hour, as any token of the old secret
    clock = time.time
    monkeypatch.setattr("pocket3d_server.accounts.tokens.time.time", lambda: clock() + 901)
    with pytest.raises(TokenInvalidError):
        running.read(forged)
    monkeypatch.undo()
    command.rotate(at_once=True)
    with pytest.raises(TokenInvalidError):
        running.read(new)


def test_no_auth_is_for_this_machine(database: Database, tmp_path: Path) -> None:
    open_accounts = Accounts(database, local_token="t", signer=TokenSigner(tmp_path / "jwt"), no_auth=True)
    assert open_accounts.authenticate(None, HOME).account_id == "local"
    assert refused(open_accounts, None, AWAY)
    with pytest.raises(SettingsError, match="loopback only"):
        load({"no_auth": True, "host": "0.0.0.0"}, {})


def test_secrets_are_kept_and_private(tmp_path: Path) -> None:
    first = read_or_create_secret(tmp_path / "deep" / "token", "x_")
    assert first.startswith("x_")
    assert read_or_create_secret(tmp_path / "deep" / "token", "x_") == first
    if sys.platform != "win32":
        assert os.stat(tmp_path / "deep" / "token").st_mode & 0o777 == 0o600


def test_settings_come_from_environment_then_arguments(tmp_path: Path) -> None:
    environment = {
        "POCKET3D_PORT": "1234",
        "POCKET3D_DATA_DIR": str(tmp_path),
        "POCKET3D_EXTRA_ENGINES": "a:B, c:D",
        "POCKET3D_NO_AUTH": "true",
        "OTHER": "x",
    }
    settings = load({"port": None, "cpu_jobs": 3}, environment)
    assert (settings.port, settings.data_dir, settings.cpu_jobs) == (1234, tmp_path, 3)
    assert settings.extra_engines == ["a:B", "c:D"]
    assert settings.no_auth
    assert load({"port": 5}, environment).port == 5
    assert settings.database == f"sqlite:///{tmp_path / 'pocket3d.db'}"
    with pytest.raises(SettingsError, match="port"):
        load({}, {"POCKET3D_PORT": "many"})
    assert Settings(host="::1").is_loopback
    assert not Settings(host="192.0.2.1").is_loopback
