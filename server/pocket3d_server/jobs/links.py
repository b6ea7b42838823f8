"""Signed links: whoever has one may download one file for a while, without credentials.

A link is ``<base>/download/<name>?token=…``. The token (itsdangerous) bears the file's path, its account, the
action and the time when it was made, signed with the newest key; older keys still open their links, so keys
can be replaced one after the other. Links are made anew for every answer and never stored.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import quote

from itsdangerous import BadData, SignatureExpired, TimestampSigner, URLSafeTimedSerializer
from itsdangerous.encoding import base64_encode

from pocket3d_server.errors import ErrorCode, Refusal

PREFIX = "/download/"
ACTION = "download"
SALT = "pocket3d.links"


class Links:
    """Makes and reads signed links. ``keys``: secrets, the newest last. ``life``: seconds that a link works."""

    def __init__(
        self,
        keys: list[str],
        life: float,
        public_url: str = "",
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.life = life
        self._public_url = public_url.rstrip("/")
        self.listening_at = ""
        """Where the server listens: the base of links that no request asks for, e.g. in webhooks."""

        class Signer(TimestampSigner):
            def get_timestamp(self) -> int:
                return int(clock())

        self._serializer = _Serializer(keys, salt=SALT, signer=Signer)

    def download_url(self, account_id: str, path: str, base: str = "") -> str:
        """A new link to a stored file. ``base`` is the address by which a request came in; ``public_url`` goes
        before it, and the address where the server listens stands in for it."""
        token = self._serializer.dumps([ACTION, account_id, path])
        host = self._public_url or base.rstrip("/") or self.listening_at
        return f"{host}{PREFIX}{quote(PurePosixPath(path).name)}?token={token}"

    def with_urls(self, account_id: str, result: Mapping[str, Any], base: str = "") -> dict[str, Any]:
        """A job's result with ``download_url`` and ``preview_url`` beside the paths they lead to."""
        full = dict(result)
        for name, url in (("file_path", "download_url"), ("preview_image", "preview_url")):
            if path := result.get(name):
                full[url] = self.download_url(account_id, path, base)
        return full

    def read(self, name: str, token: str) -> tuple[str, str]:
        """Account and path of a link. Raises Refusal: GONE when it has expired, FORBIDDEN when it is not ours."""
        try:
            action, account_id, path = self._serializer.loads(token, max_age=int(self.life))
        except SignatureExpired as error:
            raise Refusal(
                ErrorCode.GONE,
                "This link has expired.",
                "Read the job again with GET /jobs/{job_id}; its result has a new download_url.",
            ) from error
        except (BadData, ValueError) as error:
            raise _not_ours() from error
        if action != ACTION or PurePosixPath(path).name != name:
            raise _not_ours()
        return account_id, path


class _Serializer(URLSafeTimedSerializer):
    def dump_payload(self, obj: Any) -> bytes:
        # itsdangerous would try to compress these few bytes, which takes longer than everything else.
        return base64_encode(json.dumps(obj, separators=(",", ":")))


def _not_ours() -> Refusal:
    return Refusal(
        ErrorCode.FORBIDDEN,
        "This link's token is missing, damaged or for another file.",
        "Use download_url from the job's result as it is, without changing it.",
    )
