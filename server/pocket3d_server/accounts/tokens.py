"""Short-lived JWTs (RFC 7519) and the secrets that sign them.

A token names its account, its key and its scopes. The secrets lie in one private file, the newest first; each
line is a secret, and for one that was replaced also the epoch second from which nothing bears it any more. A
token says by its ``kid`` which one signed it. A running server sees at once that the file has changed; servers
that answer for one another share the file.
"""

from __future__ import annotations

import hashlib
import secrets
import threading
import time
from dataclasses import dataclass
from pathlib import Path

import jwt

from pocket3d_server.accounts.private_files import read_or_create_secret, write_private
from pocket3d_server.accounts.scopes import Scope, read_scopes

LIFE_S = 15 * 60
AUDIENCE = "pocket3d-api"
ISSUER = "pocket3d-server"
ALGORITHM = "HS256"
CLAIMS = ["sub", "aud", "iss", "iat", "exp", "scope"]


@dataclass(frozen=True)
class Grant:
    """What a token says."""

    account_id: str
    key_id: str | None
    """The key that asked for the token; None: the loopback token."""
    scopes: frozenset[Scope]


class TokenExpiredError(Exception):
    """The token was good once."""


class TokenInvalidError(Exception):
    """The token was never good, or its secret is gone."""


class TokenSigner:
    """Issues and reads tokens with the secrets of a file, which is made on first use."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._seen: tuple[int, int] | None = None
        self._secrets: list[tuple[str, str, float | None]] = []
        read_or_create_secret(path)
        self._load()

    def issue(self, grant: Grant) -> tuple[str, int]:
        """A token and its life in seconds."""
        kid, secret, _ = self._load()[0]
        issued = int(time.time())
        claims = {
            "iss": ISSUER,
            "aud": AUDIENCE,
            "sub": grant.account_id,
            "iat": issued,
            "exp": issued + LIFE_S,
            "scope": " ".join(sorted(grant.scopes)),
        }
        if grant.key_id:
            claims["key"] = grant.key_id
        return jwt.encode(claims, secret, algorithm=ALGORITHM, headers={"kid": kid}), LIFE_S

    def read(self, token: str) -> Grant:
        """What a token says. Raises TokenExpiredError or TokenInvalidError."""
        try:
            secret = self._secret(str(jwt.get_unverified_header(token).get("kid")))
            claims = jwt.decode(
                token,
                secret,
                algorithms=[ALGORITHM],
                audience=AUDIENCE,
                issuer=ISSUER,
                options={"require": CLAIMS},
            )
        except jwt.ExpiredSignatureError as error:
            raise TokenExpiredError from error
        except jwt.PyJWTError as error:
            raise TokenInvalidError from error
        return Grant(claims["sub"], claims.get("key"), read_scopes(str(claims["scope"])))

    def rotate(self, *, at_once: bool = False) -> str:
        """Sign with a new secret from now on; returns its ``kid``.

        Tokens of the old one are honoured until they expire, unless ``at_once`` ends them all.
        """
        now = time.time()
        fresh = secrets.token_urlsafe(32)
        lines = [fresh]
        for _, secret, until in [] if at_once else self._load():
            until = until or now + LIFE_S
            if until > now:
                lines.append(f"{secret} {until:.0f}")
        write_private(self._path, "\n".join(lines) + "\n")
        return _kid(fresh)

    def _secret(self, kid: str) -> str:
        for known, secret, until in self._load():
            if known == kid and (until is None or until > time.time()):
                return secret
        raise jwt.InvalidSignatureError("no secret of this kid")

    def _load(self) -> list[tuple[str, str, float | None]]:
        """kid, secret and end of each secret; what was read last while the file cannot be."""
        with self._lock:
            try:
                status = self._path.stat()
                if self._seen != (seen := (status.st_mtime_ns, status.st_ino)):
                    self._secrets = [
                        _parse(line) for line in self._path.read_text().split("\n") if line.strip()
                    ]
                    self._seen = seen
            except OSError:
                if not self._secrets:
                    raise
            return self._secrets


def _parse(line: str) -> tuple[str, str, float | None]:
    secret, _, until = line.strip().partition(" ")
    return _kid(secret), secret, float(until) if until else None


def _kid(secret: str) -> str:
    return hashlib.sha256(f"kid {secret}".encode()).hexdigest()[:12]
