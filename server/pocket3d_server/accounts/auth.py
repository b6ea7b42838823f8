"""Who is asking: API keys, short-lived JWTs, and the per-install token of a loopback server.

Every request asks this, so whom credentials belong to is remembered for a second: a key that was revoked, or an
account that was disabled or changed, by this process or another, is noticed within that time.
"""

from __future__ import annotations

import hmac
import logging
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy.exc import IntegrityError, SQLAlchemyError
from sqlalchemy.orm import Session

from pocket3d_server.accounts import keys, registry
from pocket3d_server.accounts.keys import KEY_PREFIX
from pocket3d_server.accounts.registry import LOCAL_ACCOUNT
from pocket3d_server.accounts.scopes import ALL_SCOPES, Scope
from pocket3d_server.accounts.tables import Account, ApiKey
from pocket3d_server.accounts.tiers import TIERS, Tier
from pocket3d_server.accounts.tokens import Grant, TokenExpiredError, TokenInvalidError, TokenSigner
from pocket3d_server.database import Database
from pocket3d_server.errors import ErrorCode, Refusal
from pocket3d_server.loopback import is_loopback
from pocket3d_server.times import now, stamp

log = logging.getLogger(__name__)

TOKEN_PREFIX = "p3dlocal_"
REMEMBERED_S = 1.0
MOST_REMEMBERED = 10_000
LAST_USED_PRECISION = timedelta(minutes=1)


@dataclass(frozen=True)
class Caller:
    """An authenticated account, and how it came in."""

    account_id: str
    tier_name: str
    scopes: frozenset[Scope] = ALL_SCOPES
    key_id: str | None = None
    """The key, or the key whose JWT it is; None: the loopback token."""
    by_jwt: bool = False

    @property
    def tier(self) -> Tier:
        """Its limits."""
        return TIERS[self.tier_name]


class Accounts:
    """Recognises callers and gives them tokens."""

    def __init__(
        self,
        database: Database,
        *,
        local_token: str,
        signer: TokenSigner,
        no_auth: bool = False,
        remembered_s: float = REMEMBERED_S,
    ) -> None:
        self.signer = signer
        self._database = database
        self._local_token = local_token
        self._no_auth = no_auth
        self._remembered_s = remembered_s
        self._remembered: dict[str, tuple[float, Caller]] = {}
        self._lock = threading.Lock()

    def ensure_local_account(self) -> None:
        """The account of whoever runs the server."""
        with (
            suppress(IntegrityError),
            self._database.write() as session,
        ):  # or another server made it just now
            registry.ensure_local(session)

    def authenticate(self, bearer: str | None, address: str) -> Caller:
        """The caller with this bearer token from this address. Raises Refusal UNAUTHORIZED or FORBIDDEN."""
        if self._no_auth and is_loopback(address):
            return Caller(LOCAL_ACCOUNT, "local")
        if not bearer:
            raise Refusal(
                ErrorCode.UNAUTHORIZED,
                "The request bears no credentials.",
                "Send the header 'Authorization: Bearer KEY'. 'pocket3d-server keys create NAME' makes a key; "
                "on the server's own machine the line in its token file does too.",
            )
        if bearer.startswith(TOKEN_PREFIX) and is_loopback(address):
            if hmac.compare_digest(bearer.encode(), self._local_token.encode()):
                return Caller(LOCAL_ACCOUNT, "local")
        elif bearer.startswith(KEY_PREFIX):
            return self._remembered_or(
                keys.digest(bearer), lambda: self._admitted(lambda session: keys.by_digest(session, bearer))
            )
        elif bearer.count(".") == 2:
            name = f"{keys.digest(bearer)} {address}"  # some tokens are good on this machine only
            return self._remembered_or(name, lambda: self._by_jwt(bearer, address))
        raise _unknown()

    def issue_jwt(self, caller: Caller) -> tuple[str, int]:
        """A token for a caller and its life in seconds. Raises Refusal FORBIDDEN for one that came with a token."""
        if caller.by_jwt:
            raise Refusal(
                ErrorCode.FORBIDDEN,
                "A token cannot be exchanged for another.",
                "Ask with the API key itself, so that a token that got lost ends in time.",
            )
        return self.signer.issue(Grant(caller.account_id, caller.key_id, caller.scopes))

    def forget(self) -> None:
        """Ask the database again on the next requests: keys or accounts have changed."""
        with self._lock:
            self._remembered.clear()

    def _by_jwt(self, token: str, address: str) -> Caller:
        try:
            grant = self.signer.read(token)
        except TokenExpiredError as error:
            raise Refusal(
                ErrorCode.UNAUTHORIZED,
                "The token has expired.",
                "Get a new one with POST /auth/token and your API key.",
            ) from error
        except TokenInvalidError as error:
            raise Refusal(
                ErrorCode.UNAUTHORIZED, "The token is not valid.", "Get one with POST /auth/token."
            ) from error
        key_id = grant.key_id
        if key_id is None:
            if not is_loopback(address):
                raise _unknown()
            return Caller(LOCAL_ACCOUNT, "local", grant.scopes, by_jwt=True)
        of_key = self._admitted(lambda session: keys.by_id(session, key_id))
        return replace(of_key, scopes=of_key.scopes & grant.scopes, by_jwt=True)

    def _remembered_or(self, name: str, find: Callable[[], Caller]) -> Caller:
        """The caller whom these credentials belonged to a moment ago, else whom ``find`` finds."""
        time_now = time.monotonic()
        known = self._remembered.get(name)
        if known and known[0] > time_now:
            return known[1]
        caller = find()
        with self._lock:
            if len(self._remembered) >= MOST_REMEMBERED:
                self._remembered.clear()
            self._remembered[name] = (time_now + self._remembered_s, caller)
        return caller

    def _admitted(self, find: Callable[[Session], tuple[ApiKey, Account] | None]) -> Caller:
        """The caller with the key that ``find`` finds. Raises Refusal."""
        with self._database.read() as session:
            found = find(session)
        if found is None:
            raise _unknown()
        key, account = found
        caller = _admit(key, account)
        self._note_use(key)
        return caller

    def _note_use(self, key: ApiKey) -> None:
        time_now = now()
        if key.last_used_at is not None and time_now - key.last_used_at <= LAST_USED_PRECISION:
            return
        try:
            with self._database.write() as session:
                session.get_one(ApiKey, key.id).last_used_at = time_now
        except SQLAlchemyError as error:  # a full disk is no reason to turn the caller away
            log.warning("the last use of %s could not be noted: %s", key.id, error)


def _admit(key: ApiKey, account: Account) -> Caller:
    if key.revoked_at:
        raise _ended("was revoked", key.revoked_at)
    if key.expires_at and key.expires_at <= now():
        raise _ended("expired", key.expires_at)
    if account.disabled_at:
        raise Refusal(
            ErrorCode.FORBIDDEN,
            "The account is disabled.",
            "Ask whoever runs the server to enable it; queued jobs wait until then.",
        )
    return Caller(account.id, account.tier, keys.scopes_of(key), key.id)


def _ended(how: str, when: datetime) -> Refusal:
    return Refusal(
        ErrorCode.UNAUTHORIZED,
        f"The API key {how} on {stamp(when)}.",
        "Use another key of the account; its owner or the server's operator can make one.",
    )


def _unknown() -> Refusal:
    return Refusal(
        ErrorCode.UNAUTHORIZED,
        "The credentials are not valid.",
        "Check the API key; 'pocket3d-server keys list' shows which ones exist.",
    )
