"""Keys, tokens and limits, at their boundaries."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import jwt
import pytest
from pocket3d_server.accounts.auth import Accounts, read_or_create_secret
from pocket3d_server.accounts.limits import Limiter
from pocket3d_server.accounts.tiers import MB, TIERS
from pocket3d_server.config import Settings, SettingsError, load
from pocket3d_server.database import Database
from pocket3d_server.errors import Refusal
from pocket3d_server.times import now

HOME, AWAY = "127.0.0.1", "203.0.113.9"
SECRET = "0123456789abcdef0123456789abcdef"


@pytest.fixture
def accounts(tmp_path: Path) -> Iterator[Accounts]:
    database = Database(f"sqlite:///{tmp_path / 'accounts.db'}")
    database.migrate()
    made = Accounts(database, local_token="p3dlocal_secret", jwt_secret=SECRET)
    made.ensure_local_account()
    made.ensure_local_account()
    yield made
    database.close()


def refused(accounts: Accounts, bearer: str | None, address: str = HOME) -> bool:
    try:
        accounts.authenticate(bearer, address)
    except Refusal as refusal:
        return refusal.code == "UNAUTHORIZED"
    return False


def test_the_local_token_works_from_this_machine_only(accounts: Accounts) -> None:
    for address in (HOME, "::1", "::ffff:127.0.0.1"):
        assert accounts.authenticate("p3dlocal_secret", address).tier_name == "local"
    assert refused(accounts, "p3dlocal_secret", AWAY)
    assert refused(accounts, "p3dlocal_secreT")
    assert refused(accounts, None)


def test_a_key_works_until_it_is_revoked_or_expires(accounts: Accounts) -> None:
    key, text = accounts.create_key("Ada", "pro")
    assert len(text) > 43
    assert text not in str(vars(key))
    assert accounts.authenticate(text, AWAY).tier_name == "pro"
    assert accounts.all_keys()[0][0].last_used_at is not None
    assert accounts.revoke_key(key.id)
    assert refused(accounts, text)
    _, expired = accounts.create_key("Bob", "pro", expires_at=now() - timedelta(seconds=1))
    assert refused(accounts, expired)
    assert not accounts.revoke_key("key_unknown")
    with pytest.raises(ValueError, match="no tier"):
        accounts.create_key("Eve", "golden")


def test_tokens_are_checked_for_secret_audience_algorithm_and_time(accounts: Accounts) -> None:
    _, text = accounts.create_key("Ada", "free")
    token, life = accounts.issue_jwt(accounts.authenticate(text, AWAY))
    assert life == 900
    assert accounts.authenticate(token, AWAY).tier_name == "free"
    claims = jwt.decode(token, SECRET, algorithms=["HS256"], audience="pocket3d-api")
    assert refused(accounts, jwt.encode(claims, SECRET[::-1], algorithm="HS256"))
    assert refused(accounts, jwt.encode(claims | {"aud": "x"}, SECRET, algorithm="HS256"))
    assert refused(accounts, jwt.encode(claims | {"exp": 1}, SECRET, algorithm="HS256"))
    assert refused(accounts, jwt.encode(claims | {"sub": "acc_unknown"}, SECRET, algorithm="HS256"))
    assert refused(accounts, jwt.encode(claims, "", algorithm="none"))


def test_no_auth_is_for_this_machine(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'a.db'}")
    database.migrate()
    open_accounts = Accounts(database, local_token="t", jwt_secret=SECRET, no_auth=True)
    assert open_accounts.authenticate(None, HOME).account_id == "local"
    assert refused(open_accounts, None, AWAY)
    database.close()
    with pytest.raises(SettingsError, match="loopback only"):
        load({"no_auth": True, "host": "0.0.0.0"}, {})


def test_secrets_are_kept_and_private(tmp_path: Path) -> None:
    first = read_or_create_secret(tmp_path / "deep" / "token", "x_")
    assert first.startswith("x_")
    assert read_or_create_secret(tmp_path / "deep" / "token", "x_") == first
    if sys.platform != "win32":
        assert os.stat(tmp_path / "deep" / "token").st_mode & 0o777 == 0o600


class Clock:
    def __init__(self) -> None:
        self.now = 1_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.mark.parametrize(("tier", "limit"), [("free", 10), ("pro", 100), ("enterprise", 1000)])
def test_requests_per_minute(tier: str, limit: int) -> None:
    clock = Clock()
    limiter = Limiter(clock)
    allowed = [limiter.request("ada", TIERS[tier]) for _ in range(limit)]
    assert [a.remaining for a in allowed] == list(range(limit - 1, -1, -1))
    refusal = limiter.request("ada", TIERS[tier])
    assert (refusal.exceeded, refusal.remaining, refusal.retry_after) == (True, 0, 60)
    assert refusal.reset == clock.now + 60
    assert not limiter.request("bob", TIERS[tier]).exceeded
    clock.now += 59.9
    assert limiter.request("ada", TIERS[tier]).exceeded
    clock.now += 0.2
    assert not limiter.request("ada", TIERS[tier]).exceeded


def test_uploads_are_a_debt() -> None:
    clock = Clock()
    limiter = Limiter(clock)
    limiter.upload("ada", TIERS["pro"], 500 * MB)  # one large file passes a full bucket
    with pytest.raises(Refusal) as refused_upload:
        limiter.upload("ada", TIERS["pro"], 1)
    assert refused_upload.value.retry_after == pytest.approx(240, abs=1)
    clock.now += refused_upload.value.retry_after or 0
    limiter.upload("ada", TIERS["pro"], 1)
    limiter.upload("bob", TIERS["pro"], 60 * MB)
    limiter.upload("bob", TIERS["pro"], 40 * MB)
    with pytest.raises(Refusal):
        limiter.upload("bob", TIERS["pro"], 1 * MB)


def test_ten_websockets_at_a_time() -> None:
    from contextlib import ExitStack

    limiter = Limiter()
    with ExitStack() as stack:
        held = [stack.enter_context(limiter.websocket("ada", TIERS["pro"])) for _ in range(11)]
    assert held == [True] * 10 + [False]
    with limiter.websocket("ada", TIERS["pro"]) as free:
        assert free


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
