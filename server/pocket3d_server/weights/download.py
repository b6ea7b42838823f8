"""One pinned file over HTTP: resumed where it broke off, checked before it gets its name."""

from __future__ import annotations

import hashlib
import http.client
import logging
import os
import re
import ssl
import threading
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import IO, Any
from urllib.parse import quote, urlsplit

from pocket3d_server import tls
from pocket3d_server.loopback import is_loopback
from pocket3d_server.models.weights import WeightFile
from pocket3d_server.weights.problems import CancelledError, InstallError

log = logging.getLogger(__name__)

HUB = "https://huggingface.co"
CHUNK = 1 << 18
SILENCE_S = 20.0
"""A connection that gives nothing for so long has broken off."""
AGENT = "pocket3d-server"

Watch = Callable[[int], None]
"""Told the bytes of the file that are there; raises CancelledError to stop."""


class _BrokenOffError(Exception):
    """Trying again may help. ``pause`` is what the server asks for."""

    def __init__(self, reason: str, pause: float | None = None) -> None:
        super().__init__(reason)
        self.pause = pause


@dataclass(frozen=True)
class Stated:
    """What the hub says of a file."""

    size: int
    checksum: str
    """Its SHA-256 (64 digits); of small files the SHA-1 of git's own object (40 digits)."""


@dataclass(frozen=True)
class Hub:
    """Where repositories are, and how to ask there."""

    endpoint: str = HUB
    token: str = field(default="", repr=False)
    tries: int = 6
    """In a row without a single new byte."""
    pause_s: float = 0.5
    """Before the second try; then twice as long each time, up to 30 s."""

    @classmethod
    def of_environment(cls, environ: Mapping[str, str] = os.environ) -> Hub:
        """With the variables that the hub's own tools know: HF_ENDPOINT for a mirror, HF_TOKEN."""
        endpoint = environ.get("HF_ENDPOINT", "").strip().rstrip("/") or HUB
        return cls(endpoint, environ.get("HF_TOKEN", "").strip())

    def address(self, file: WeightFile) -> str:
        """Where to get a file."""
        if file.is_address:
            return f"{file.repository.rstrip('/')}/{quote(file.path)}"
        return f"{self.endpoint}/{file.repository}/resolve/{quote(file.revision)}/{quote(file.path)}"

    def headers(self, address: str) -> dict[str, str]:
        """The token goes to the hub alone, and never in the clear over a network."""
        hub, other = urlsplit(self.endpoint), urlsplit(address)
        private = hub.scheme == "https" or is_loopback(hub.hostname or "")
        same = (hub.scheme, hub.netloc) == (other.scheme, other.netloc)
        return {"Authorization": f"Bearer {self.token}"} if self.token and private and same else {}

    @cached_property
    def _opener(self) -> urllib.request.OpenerDirector:
        return urllib.request.build_opener(
            urllib.request.HTTPSHandler(context=tls.context()), _Redirects(self)
        )

    @cached_property
    def _direct(self) -> urllib.request.OpenerDirector:
        return urllib.request.build_opener(urllib.request.ProxyHandler({}), _Redirects(self))

    def open(self, address: str, start: int) -> Any:
        """The answer to a request for a file from byte ``start`` on."""
        headers = {"User-Agent": AGENT, "Accept-Encoding": "identity"} | self.headers(address)
        if start:
            headers["Range"] = f"bytes={start}-"
        near = is_loopback(urlsplit(address).hostname or "")
        request = urllib.request.Request(address, headers=headers)
        return (self._direct if near else self._opener).open(request, timeout=SILENCE_S)

    def stated(self, file: WeightFile) -> Stated:
        """Size and checksum of a file of the hub, as the hub states them for its revision. Raises InstallError."""
        address = self.address(file)
        request = urllib.request.Request(
            address,
            method="HEAD",
            headers={"User-Agent": AGENT, "Accept-Encoding": "identity"} | self.headers(address),
        )
        # The first answer states it; where it leads to knows nothing of revisions.
        opener = urllib.request.build_opener(*self._plain_handlers(address), _NoRedirects())
        try:
            with opener.open(request, timeout=SILENCE_S) as answer:
                headers = answer.headers
        except urllib.error.HTTPError as error:
            with error:
                if error.code not in (301, 302, 303, 307, 308):
                    _refused(file, error, Path(os.devnull))
                headers = error.headers
        except (OSError, http.client.HTTPException) as error:
            raise InstallError(
                f"{urlsplit(address).netloc} could not be asked about {file.path}: {error}.",
                "Look whether this computer is online, then install it again.",
            ) from error
        tag = (headers.get("X-Linked-Etag") or headers.get("ETag") or "").removeprefix("W/").strip('"')
        size = headers.get("X-Linked-Size") or headers.get("Content-Length") or ""
        if not size.isdigit() or not re.fullmatch(r"[0-9a-f]{40}|[0-9a-f]{64}", tag):
            raise InstallError(
                f"{urlsplit(address).netloc} states no checksum of {file.path}.",
                "Use another mirror (HF_ENDPOINT), or install from a folder with --from.",
            )
        return Stated(int(size), tag)

    def _plain_handlers(self, address: str) -> list[urllib.request.BaseHandler]:
        if is_loopback(urlsplit(address).hostname or ""):
            return [urllib.request.ProxyHandler({})]
        return [urllib.request.HTTPSHandler(context=tls.context())]

    def fetch(self, file: WeightFile, part: Path, watch: Watch, stop: threading.Event) -> None:
        """Bring a file to ``part``, going on after what is there. Raises InstallError or CancelledError."""
        failures = 0
        part.parent.mkdir(parents=True, exist_ok=True)
        while (have := _size(part)) < file.size:
            try:
                self._once(file, part, have, watch)
            except _BrokenOffError as error:
                failures = 0 if _size(part) > have else failures + 1
                if failures >= self.tries:
                    host = urlsplit(self.address(file)).netloc
                    raise InstallError(
                        f"{file.path} could not be downloaded from {host}: {error}.",
                        "Look whether this computer is online, then install it again: it goes on where it stopped.",
                    ) from error
                pause = error.pause if error.pause is not None else self.pause_s * 2**failures
                log.info("%s: %s; going on in %.1f s", file.path, error, min(pause, 30))
                if stop.wait(min(pause, 30)):
                    raise CancelledError from error

    def _once(self, file: WeightFile, part: Path, have: int, watch: Watch) -> None:
        try:
            with self.open(self.address(file), have) as answer:
                resumed = answer.status == 206
                start = have if resumed else 0
                _check_length(file, answer, start)
                with part.open("r+b" if resumed else "wb") as target:
                    target.seek(start)
                    target.truncate()
                    _copy(answer, target, file.size, start, watch)
        except urllib.error.HTTPError as error:
            with error:
                _refused(file, error, part)
        except (
            urllib.error.URLError,
            http.client.HTTPException,
            ssl.SSLError,
            ConnectionError,
            TimeoutError,
        ) as error:
            reason = error.reason if isinstance(error, urllib.error.URLError) else error
            if isinstance(reason, ssl.SSLCertVerificationError):
                raise InstallError(
                    f"The certificate of {urlsplit(self.address(file)).netloc} was not accepted.",
                    "Check the computer's clock; behind a company's proxy set SSL_CERT_FILE to its certificate.",
                ) from error
            raise _BrokenOffError(f"the connection failed ({reason})") from error


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """Leaves the first answer as it is."""

    def redirect_request(self, *args: Any, **named: Any) -> None:
        """Nothing follows."""


class _Redirects(urllib.request.HTTPRedirectHandler):
    """Follows to where the hub keeps its files, without the token."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub

    def redirect_request(
        self, req: urllib.request.Request, fp: IO[bytes], code: int, msg: str, headers: Any, newurl: str
    ) -> urllib.request.Request | None:
        """As always, but with the headers that the new address may see."""
        if req.full_url.startswith("https:") and not newurl.startswith("https:"):
            raise InstallError(
                f"{urlsplit(req.full_url).netloc} leads to an address that is not encrypted.",
                "Use another mirror (HF_ENDPOINT).",
            )
        new = super().redirect_request(req, fp, code, msg, headers, newurl)
        if new is not None:
            new.remove_header("Authorization")
            for name, value in self._hub.headers(newurl).items():
                new.add_header(name, value)
        return new


def checksum(path: Path, watch: Watch | None = None, git: bool = False) -> str:
    """SHA-256 of a file; with ``git`` the name that git would give it."""
    digest = hashlib.sha1(f"blob {path.stat().st_size}\0".encode()) if git else hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(1 << 22):
            digest.update(block)
            if watch:
                watch(path.stat().st_size)
    return digest.hexdigest()


def _copy(answer: Any, target: IO[bytes], size: int, have: int, watch: Watch) -> None:
    while have < size:
        block = answer.read(min(CHUNK, size - have))
        if not block:
            raise _BrokenOffError(f"the connection broke off after {have:,} of {size:,} bytes")
        target.write(block)
        have += len(block)
        watch(have)
    target.flush()
    os.fsync(target.fileno())  # a file whose name says that it is whole must be whole after a power cut


def _check_length(file: WeightFile, answer: Any, start: int) -> None:
    told = answer.headers.get("Content-Length")
    if told is not None and start + int(told) != file.size:
        raise InstallError(
            f"{file.path} has {start + int(told):,} bytes at {urlsplit(answer.url).netloc} and should have {file.size:,}.",
            "The mirror holds another version; use another one (HF_ENDPOINT), or update the server.",
        )


def _refused(file: WeightFile, error: urllib.error.HTTPError, part: Path) -> None:
    host = urlsplit(error.url or "").netloc
    if error.code == 416:  # the part is longer than what is there
        part.unlink(missing_ok=True)
        raise _BrokenOffError("the mirror has less than what was downloaded")
    if error.code == 429 or error.code >= 500:
        wait = error.headers.get("Retry-After", "")
        raise _BrokenOffError(f"{host} answered {error.code}", float(wait) if wait.isdigit() else None)
    if error.code in (401, 403):
        raise InstallError(
            f"{host} does not give {file.path} to just anybody ({error.code}).",
            f"Accept the conditions on the page of {file.repository} there, and set HF_TOKEN to a token of yours.",
        )
    raise InstallError(
        f"{file.path} of {file.repository} is not at {host} ({error.code}).",
        "Use another mirror (HF_ENDPOINT), update the server, or install from a folder with --from.",
    )


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0
