"""API keys: 256 random bits behind a prefix, of which only a hash is stored."""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from pocket3d_server.accounts.scopes import ACCOUNT_SCOPES, Scope, read_scopes, write_scopes
from pocket3d_server.accounts.tables import Account, ApiKey
from pocket3d_server.times import now

KEY_PREFIX = "p3d_"
MAX_KEYS = 100
"""Valid keys of an account."""
MAX_NAME = 200
NAME_PATTERN = r"^[^\x00-\x1f\x7f-\x9f]*[^\s\x00-\x1f\x7f-\x9f][^\x00-\x1f\x7f-\x9f]*$"
"""One line with something in it."""


class TooManyKeysError(ValueError):
    """The account has as many valid keys as it may have."""


def create(
    session: Session,
    account_id: str,
    name: str,
    *,
    scopes: Collection[Scope] = ACCOUNT_SCOPES,
    expires_at: datetime | None = None,
) -> tuple[ApiKey, str]:
    """A new key of an account, and its text, which is not stored. Raises ValueError, TooManyKeysError."""
    if not scopes:
        raise ValueError(f"a key needs at least one scope of {', '.join(Scope)}")
    session.get_one(Account, account_id, with_for_update=True)
    if _valid_count(session, account_id) >= MAX_KEYS:
        raise TooManyKeysError(f"an account can have at most {MAX_KEYS} valid keys; revoke one first")
    text = KEY_PREFIX + secrets.token_urlsafe(32)
    key = ApiKey(
        id=f"key_{secrets.token_hex(8)}",
        account_id=account_id,
        name=checked_name(name),
        digest=digest(text),
        hint=f"{text[:8]}…{text[-4:]}",
        scopes=write_scopes(scopes),
        expires_at=expires_at,
    )
    session.add(key)
    session.flush()
    return key, text


def rotate(session: Session, key: ApiKey, overlap: timedelta = timedelta(0)) -> tuple[ApiKey, str]:
    """A new key in the place of one: same name, scopes and length of life. The old one ends after ``overlap``.

    Raises ValueError for a key that is not valid any more.
    """
    time = now()
    if not is_valid(key):
        raise ValueError(f"{key.id} is not valid any more; make a new key instead")
    life = key.expires_at - key.created_at if key.expires_at else None
    if overlap > timedelta(0):
        key.expires_at = min(key.expires_at, time + overlap) if key.expires_at else time + overlap
    else:
        key.revoked_at = time
    session.flush()
    return create(
        session,
        key.account_id,
        key.name,
        scopes=scopes_of(key),
        expires_at=time + life if life else None,
    )


def revoke(key: ApiKey) -> None:
    """End a key, and the tokens it got. Doing it again changes nothing."""
    key.revoked_at = key.revoked_at or now()


def is_valid(key: ApiKey) -> bool:
    """Whether it is neither revoked nor expired."""
    return key.revoked_at is None and (key.expires_at is None or key.expires_at > now())


def status(key: ApiKey) -> str:
    """In a word: ``valid``, ``revoked`` or ``expired``."""
    return "valid" if is_valid(key) else "revoked" if key.revoked_at else "expired"


def scopes_of(key: ApiKey) -> frozenset[Scope]:
    """What it may be used for."""
    return read_scopes(key.scopes)


def by_digest(session: Session, text: str) -> tuple[ApiKey, Account] | None:
    """The key with this text, and its account.

    It is looked up by equality in an index: the timing says nothing about a key of 256 random bits.
    """
    return _with_account(session, ApiKey.digest == digest(text))


def by_id(session: Session, key_id: str) -> tuple[ApiKey, Account] | None:
    """The key with this id, and its account."""
    return _with_account(session, ApiKey.id == key_id)


def of_account(session: Session, account_id: str | None = None) -> list[tuple[ApiKey, Account]]:
    """Keys with their accounts, oldest first; of all accounts without ``account_id``."""
    query = select(ApiKey, Account).join(Account, ApiKey.account_id == Account.id)
    if account_id is not None:
        query = query.where(ApiKey.account_id == account_id)
    rows = session.execute(query.order_by(ApiKey.created_at, ApiKey.id))
    return [(key, account) for key, account in rows]


def checked_name(name: str) -> str:
    """A name without blanks around it. Raises ValueError."""
    name = name.strip()
    if not name:
        raise ValueError("the name is empty: write whom or what it is for, e.g. Ada")
    if len(name) > MAX_NAME or not re.fullmatch(NAME_PATTERN, name):
        raise ValueError(
            f"the name is too long or has control characters: at most {MAX_NAME} letters in one line"
        )
    return name


def digest(text: str) -> str:
    """What is stored of a key: SHA-256, hex."""
    return hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()


def _with_account(session: Session, condition: object) -> tuple[ApiKey, Account] | None:
    query = select(ApiKey, Account).join(Account, ApiKey.account_id == Account.id)
    row = session.execute(query.where(condition)).first()  # type: ignore[arg-type]
    return (row[0], row[1]) if row else None


def _valid_count(session: Session, account_id: str) -> int:
    query = select(func.count()).where(
        ApiKey.account_id == account_id,
        ApiKey.revoked_at.is_(None),
        or_(ApiKey.expires_at.is_(None), ApiKey.expires_at > now()),
    )
    return session.scalar(query) or 0
