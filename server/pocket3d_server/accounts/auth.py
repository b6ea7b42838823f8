"""Who is asking: API keys, short-lived JWTs, and the per-install token of a loopback server."""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
import os
import secrets
import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import jwt
from sqlalchemy import select

from pocket3d_server.accounts.tables import Account, ApiKey
from pocket3d_server.accounts.tiers import TIERS, Tier
from pocket3d_server.database import Database
from pocket3d_server.errors import ErrorCode, Refusal
from pocket3d_server.times import now

KEY_PREFIX = "p3d_"
TOKEN_PREFIX = "p3dlocal_"
LOCAL_ACCOUNT = "local"
JWT_LIFE_S = 15 * 60
JWT_AUDIENCE = "pocket3d-api"
LAST_USED_PRECISION = timedelta(minutes=1)


@dataclass(frozen=True)
class Caller:
    """An authenticated account."""

    account_id: str
    tier_name: str

    @property
    def tier(self) -> Tier:
        """Its limits."""
        return TIERS[self.tier_name]


def write_private(path: Path, text: str) -> None:
    """A file that only this user can read, replaced in one step."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
    os.replace(temporary, path)


def read_or_create_secret(path: Path, prefix: str = "") -> str:
    """The secret in a file; made on first use (256 random bits)."""
    if path.exists() and (text := path.read_text().strip()):
        return text
    text = prefix + secrets.token_urlsafe(32)
    write_private(path, text + "\n")
    return text


class Accounts:
    """Creates keys and recognises callers."""

    def __init__(
        self, database: Database, *, local_token: str, jwt_secret: str, no_auth: bool = False
    ) -> None:
        self._database = database
        self._local_token = local_token
        self._jwt_secret = jwt_secret
        self._no_auth = no_auth

    def ensure_local_account(self) -> None:
        """The account of whoever runs the server."""
        with self._database.write() as session:
            if session.get(Account, LOCAL_ACCOUNT) is None:
                session.add(Account(id=LOCAL_ACCOUNT, name="This machine", tier="local"))

    def authenticate(self, bearer: str | None, address: str) -> Caller:
        """The caller with this bearer token from this address. Raises Refusal UNAUTHORIZED."""
        if self._no_auth and is_loopback(address):
            return Caller(LOCAL_ACCOUNT, "local")
        if not bearer:
            raise Refusal(
                ErrorCode.UNAUTHORIZED,
                "The request bears no credentials.",
                "Send the header 'Authorization: Bearer <API key>'. The loopback token is in the server's token file.",
            )
        if bearer.startswith(TOKEN_PREFIX) and is_loopback(address):
            if hmac.compare_digest(bearer.encode(), self._local_token.encode()):
                return Caller(LOCAL_ACCOUNT, "local")
        elif bearer.startswith(KEY_PREFIX):
            if caller := self._by_key(bearer):
                return caller
        elif bearer.count(".") == 2:
            return self._by_jwt(bearer)
        raise Refusal(
            ErrorCode.UNAUTHORIZED,
            "The credentials are not valid.",
            "Check the API key; 'pocket3d-server keys list' shows which ones exist.",
        )

    def issue_jwt(self, caller: Caller) -> tuple[str, int]:
        """A token for a caller and its life in seconds."""
        issued = int(time.time())
        claims = {"sub": caller.account_id, "aud": JWT_AUDIENCE, "iat": issued, "exp": issued + JWT_LIFE_S}
        return jwt.encode(claims, self._jwt_secret, algorithm="HS256"), JWT_LIFE_S

    def create_key(self, name: str, tier: str, expires_at: datetime | None = None) -> tuple[ApiKey, str]:
        """A new account with one key. The key itself is returned once and never stored."""
        if tier not in TIERS:
            raise ValueError(f"there is no tier {tier!r}; choose one of {', '.join(TIERS)}")
        if not name.strip():
            raise ValueError("a key needs a name that says whom it is for")
        text = KEY_PREFIX + secrets.token_urlsafe(32)
        account = Account(id=f"acc_{secrets.token_hex(8)}", name=name, tier=tier)
        key = ApiKey(
            id=f"key_{secrets.token_hex(8)}",
            account_id=account.id,
            name=name,
            digest=_digest(text),
            hint=f"{text[:8]}…{text[-4:]}",
            expires_at=expires_at,
        )
        with self._database.write() as session:
            session.add(account)
            session.flush()
            session.add(key)
        return key, text

    def all_keys(self) -> list[tuple[ApiKey, Account]]:
        """All keys with their accounts, oldest first."""
        query = (
            select(ApiKey, Account).join(Account, ApiKey.account_id == Account.id).order_by(ApiKey.created_at)
        )
        with self._database.read() as session:
            return [(key, account) for key, account in session.execute(query)]

    def revoke_key(self, key_id: str) -> bool:
        """End a key; False when there is none with this id."""
        with self._database.write() as session:
            key = session.get(ApiKey, key_id)
            if key is None:
                return False
            key.revoked_at = key.revoked_at or now()
        return True

    def _by_key(self, text: str) -> Caller | None:
        # The digest is looked up by equality in an index: its timing says nothing about the 256-bit key.
        query = select(ApiKey, Account).join(Account, ApiKey.account_id == Account.id)
        with self._database.read() as session:
            row = session.execute(query.where(ApiKey.digest == _digest(text))).first()
        if row is None:
            return None
        key, account = row
        time_now = now()
        if key.revoked_at or (key.expires_at and key.expires_at <= time_now):
            return None
        if key.last_used_at is None or time_now - key.last_used_at > LAST_USED_PRECISION:
            with self._database.write() as session:
                session.get_one(ApiKey, key.id).last_used_at = time_now
        return Caller(account.id, account.tier)

    def _by_jwt(self, token: str) -> Caller:
        try:
            claims = jwt.decode(token, self._jwt_secret, algorithms=["HS256"], audience=JWT_AUDIENCE)
        except jwt.ExpiredSignatureError as error:
            raise Refusal(
                ErrorCode.UNAUTHORIZED,
                "The token has expired.",
                "Get a new one with POST /auth/token and your API key.",
            ) from error
        except jwt.InvalidTokenError as error:
            raise Refusal(
                ErrorCode.UNAUTHORIZED, "The token is not valid.", "Get one with POST /auth/token."
            ) from error
        with self._database.read() as session:
            account = session.get(Account, str(claims.get("sub")))
        if account is None:
            raise Refusal(
                ErrorCode.UNAUTHORIZED,
                "The token's account does not exist.",
                "Get a token with a valid API key.",
            )
        return Caller(account.id, account.tier)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def is_loopback(address: str) -> bool:
    """Whether a request from this address comes from this machine."""
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return False
    mapped = getattr(ip, "ipv4_mapped", None)
    return (mapped or ip).is_loopback
