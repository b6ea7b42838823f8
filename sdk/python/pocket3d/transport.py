"""HTTP beneath the client: address, credentials, retries, streams and the error envelope."""

from __future__ import annotations

import os
import random
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Callable
from urllib.parse import urlsplit

import requests

from .errors import Pocket3DAPIError, Pocket3DConnectionError
from .types import RateLimit

RETRIED_STATUSES = frozenset({409, 429, 502, 503, 504})
"""409 stands for "the same request is still being handled", which only keyed requests can meet."""
LONGEST_PAUSE = 30.0

DownloadProgress = Callable[[int, "int | None"], None]
"""Called with the bytes received so far and the total, None when the server did not say."""


class Transport:
    """Sends requests to one server and turns every failure into a ``Pocket3DAPIError``.

    Safe to use from several threads: each has its own ``requests`` session.
    """

    def __init__(
        self, base_url: str, api_key: str | None, *, timeout: float, retries: int, user_agent: str
    ) -> None:
        parts = urlsplit(base_url)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise ValueError(f"the base URL must start with http:// or https://, not {base_url!r}")
        path = parts.path.rstrip("/") or "/api/v1"
        self.base_url = f"{parts.scheme}://{parts.netloc}{path}"
        self.rate_limit: RateLimit | None = None
        self._timeout = (min(10.0, timeout), timeout)
        self._retries = retries
        self._headers = {"User-Agent": user_agent, "Accept": "application/json"}
        if api_key:
            self._headers["Authorization"] = f"Bearer {api_key}"
        self._loopback = parts.hostname in {"localhost", "::1"} or parts.hostname.startswith("127.")
        self._local = threading.local()

    @property
    def _session(self) -> requests.Session:
        session = getattr(self._local, "session", None)
        if session is None:
            session = requests.Session()
            session.headers.update(self._headers)
            session.trust_env = not self._loopback  # a proxy setting must not catch the machine itself
            self._local.session = session
        return session

    def close(self) -> None:
        """Close this thread's connections."""
        session = getattr(self._local, "session", None)
        if session is not None:
            session.close()
            self._local.session = None

    def json(self, method: str, path: str, **options: Any) -> dict[str, Any]:
        """Send a request and return the JSON object of the answer. Options are those of ``send``."""
        response = self.send(method, path, **options)
        try:
            body = response.json()
        except ValueError:
            body = None
        if not isinstance(body, dict):
            raise Pocket3DConnectionError(
                f"What answers at {self.base_url} is not a Pocket3D server",
                error_code="WRONG_SERVICE",
                status_code=response.status_code,
            )
        return body

    def send(
        self,
        method: str,
        path: str,
        *,
        idempotency_key: str | None = None,
        retry: bool | None = None,
        **options: Any,
    ) -> requests.Response:
        """Send a request, again after a passing failure when repeating it is harmless.

        Harmless are GET and DELETE, whatever carries an idempotency key, and what the caller says is.
        """
        headers = dict(options.pop("headers", None) or {})
        if idempotency_key:
            headers["Idempotency-Key"] = idempotency_key
        repeatable = (method in {"GET", "DELETE"} or idempotency_key is not None) if retry is None else retry
        retries = self._retries if repeatable else 0
        attempt = 0
        while True:
            try:
                return self._once(method, path, headers=headers, **options)
            except Pocket3DAPIError as error:
                passing = error.status_code is None or error.status_code in RETRIED_STATUSES
                wrong_kind = error.status_code == 409 and idempotency_key is None
                if attempt == retries or not passing or wrong_kind:
                    raise
                pause = error.retry_after if error.retry_after is not None else 0.25 * 2**attempt
                if pause > LONGEST_PAUSE:
                    raise
                time.sleep(pause + random.uniform(0, 0.1))
                attempt += 1

    def _once(self, method: str, path: str, **options: Any) -> requests.Response:
        options.setdefault("timeout", self._timeout)
        try:
            response = self._session.request(method, f"{self.base_url}/{path.lstrip('/')}", **options)
        except requests.RequestException as error:
            raise connection_error(self.base_url, error) from error
        self._note_rate_limit(response.headers)
        if response.status_code >= 400:
            answered = api_error(response, self.base_url)
            response.close()
            raise answered
        return response

    def _note_rate_limit(self, headers: Mapping[str, str]) -> None:
        try:
            limit, left, reset = (int(headers[f"X-RateLimit-{k}"]) for k in ("Limit", "Remaining", "Reset"))
        except (KeyError, ValueError):
            return
        self.rate_limit = RateLimit(limit, left, reset)

    @contextmanager
    def event_lines(
        self, path: str, *, last_event_id: str | None, read_timeout: float
    ) -> Iterator[Iterator[str]]:
        """Open a stream of server-sent events and give its lines as they arrive."""
        headers = {"Accept": "text/event-stream", "Cache-Control": "no-store"}
        if last_event_id:
            headers["Last-Event-ID"] = last_event_id
        response = self.send(
            "GET", path, headers=headers, retry=False, stream=True, timeout=(self._timeout[0], read_timeout)
        )
        try:
            if "text/event-stream" not in response.headers.get("Content-Type", ""):
                raise Pocket3DConnectionError("the server sends no events", error_code="NO_EVENT_STREAM")
            yield self._lines(response)
        finally:
            response.close()

    def _lines(self, response: requests.Response) -> Iterator[str]:
        try:
            # One byte at a time, because a larger read would wait until that much has arrived.
            for line in response.iter_lines(chunk_size=1):
                yield line.decode("utf-8", "replace")
        except requests.RequestException as error:
            raise connection_error(self.base_url, error) from error

    def download(self, path: str, to: Path, on_progress: DownloadProgress | None = None) -> Path:
        """Stream a file to disk; a cut connection is continued where it broke, if the file is unchanged.

        The file appears under its name only when it is whole.
        """
        to.parent.mkdir(parents=True, exist_ok=True)
        part = to.with_name(f".{to.name}.{os.getpid()}.{threading.get_ident()}.part")
        state: dict[str, str] = {}
        try:
            for attempt in range(1 + self._retries):
                try:
                    self._download_once(path, part, state, on_progress)
                    break
                except Pocket3DConnectionError:
                    if attempt == self._retries:
                        raise
                    time.sleep(0.25 * 2**attempt)
            os.replace(part, to)
        finally:
            part.unlink(missing_ok=True)
        return to

    def _download_once(
        self, path: str, part: Path, state: dict[str, str], on_progress: DownloadProgress | None
    ) -> None:
        have = part.stat().st_size if part.exists() else 0
        headers = {"Accept": "*/*", "Accept-Encoding": "identity"}
        if have and state.get("etag"):
            headers.update({"Range": f"bytes={have}-", "If-Range": state["etag"]})
        with self.send("GET", path, headers=headers, stream=True) as response:
            resumed = response.status_code == 206
            have = have if resumed else 0
            state["etag"] = response.headers.get("ETag", "")
            length = response.headers.get("Content-Length")
            total = have + int(length) if length is not None else None
            try:
                with part.open("ab" if resumed else "wb") as file:
                    for chunk in response.iter_content(1 << 16):
                        file.write(chunk)
                        have += len(chunk)
                        if on_progress:
                            on_progress(have, total)
            except requests.RequestException as error:
                raise connection_error(self.base_url, error) from error
            if total is not None and have != total:
                raise Pocket3DConnectionError(
                    f"the download ended after {have} of {total} bytes", error_code="CONNECTION_FAILED"
                )


def connection_error(base_url: str, error: Exception) -> Pocket3DConnectionError:
    """Say in one sentence why there was no answer."""
    if isinstance(error, requests.exceptions.SSLError):
        reason = f"The certificate of {base_url} was not accepted"
    elif isinstance(error, requests.exceptions.ConnectTimeout):
        reason = f"{base_url} does not answer"
    elif isinstance(error, requests.exceptions.Timeout):
        reason = f"{base_url} took too long to answer"
    else:
        reason = f"Cannot reach {base_url}"
    details = {"cause": str(error), "suggestion": "Is the server running, and is this its address?"}
    return Pocket3DConnectionError(reason, error_code="CONNECTION_FAILED", details=details)


def api_error(response: requests.Response, base_url: str) -> Pocket3DAPIError:
    """Read the error envelope; an answer without one did not come from a Pocket3D server."""
    try:
        body = response.json()
    except ValueError:
        body = None
    retry_after = response.headers.get("Retry-After", "")
    seconds = float(retry_after) if retry_after.replace(".", "", 1).isdigit() else None
    if isinstance(body, dict) and "error_code" in body:
        return Pocket3DAPIError(
            str(body.get("message") or body["error_code"]),
            error_code=str(body["error_code"]),
            status_code=response.status_code,
            details=body.get("details") if isinstance(body.get("details"), dict) else None,
            request_id=body.get("request_id"),
            retry_after=seconds,
        )
    return Pocket3DConnectionError(
        f"{base_url} answered with HTTP {response.status_code}, not like a Pocket3D server",
        error_code="WRONG_SERVICE" if response.status_code < 500 else "SERVER_ERROR",
        status_code=response.status_code,
        retry_after=seconds,
    )
