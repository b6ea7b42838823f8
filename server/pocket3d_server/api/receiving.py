"""Uploaded files go straight to the disk of the data folder, counted, hashed and limited as they arrive."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import IO, Any

from flask import Flask, Request, g

from pocket3d_server.api.context import services
from pocket3d_server.errors import ErrorCode, Refusal
from pocket3d_server.jobs.files import TEMPORARY, new_stem

MB = 1024 * 1024


class ReceivedFile:
    """A file that is being uploaded; Werkzeug's form parser writes it."""

    def __init__(self, path: Path, name: str, limit: int) -> None:
        self.path = path
        self.size = 0
        self._name = name
        self._limit = limit
        self._hash = hashlib.sha256()
        self._file = path.open("w+b")

    @property
    def sha256(self) -> str:
        """Of what has arrived, hex."""
        return self._hash.hexdigest()

    def write(self, data: bytes) -> int:
        """Append. Raises Refusal FILE_TOO_LARGE at the first byte that is too many."""
        self.size += len(data)
        if self.size > self._limit:
            raise Refusal(
                ErrorCode.FILE_TOO_LARGE,
                f"{self._name} is larger than {self._limit // MB} MB.",
                "Reduce the mesh or compress its textures.",
                limit=self._limit,
            )
        self._hash.update(data)
        return self._file.write(data)

    def keep_as(self, target: Path) -> None:
        """Give the file its final place."""
        self._file.close()
        self.path.replace(target)

    def discard(self) -> None:
        """Close it, and delete it unless it was kept."""
        self._file.close()
        self.path.unlink(missing_ok=True)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)


class UploadRequest(Request):
    """A request whose files are received as above."""

    def _get_file_stream(
        self,
        total_content_length: int | None,
        content_type: str | None,
        filename: str | None = None,
        content_length: int | None = None,
    ) -> IO[bytes]:
        path = services().files.folder(TEMPORARY) / new_stem()
        received = ReceivedFile(path, Path(filename or "file").name[:200], services().settings.max_file_bytes)
        g.setdefault("received", []).append(received)
        return received  # type: ignore[return-value]


def install(app: Flask) -> None:
    """Receive the files of every request to ``app`` in this way."""
    app.request_class = UploadRequest
    app.teardown_request(_discard_received)


def _discard_received(_: BaseException | None) -> None:
    for received in g.get("received", []):
        received.discard()
