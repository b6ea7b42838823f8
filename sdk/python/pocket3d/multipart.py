"""Multipart uploads that stream from disk: ``requests`` alone would hold every file in memory."""

from __future__ import annotations

import io
import mimetypes
import uuid
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Callable

CHUNK = 1 << 20


class Multipart:
    """The body of a ``multipart/form-data`` request; iterating again starts again, so it can be retried.

    ``files`` are paths or contents. Its length is known beforehand, as many servers want it. ``on_progress`` is called
    with the bytes that were taken so far and all of them.
    """

    def __init__(
        self,
        files: Iterable[Path | bytes],
        on_progress: Callable[[int, int], None] | None = None,
    ) -> None:
        self._on_progress = on_progress
        self._boundary = uuid.uuid4().hex
        self._parts = [(self._head(file), file) for file in files]
        for _, file in self._parts:
            if isinstance(file, Path):
                file.open(
                    "rb"
                ).close()  # what cannot be read is told now; while it is sent it would look like a lost connection
        self._end = f"--{self._boundary}--\r\n".encode()
        self.headers = {
            "Content-Type": f"multipart/form-data; boundary={self._boundary}",
            "Content-Length": str(len(self)),
        }

    def _head(self, file: Path | bytes) -> bytes:
        name = "image" if isinstance(file, bytes) else file.name.replace('"', "%22")
        kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
        disposition = f'form-data; name="files"; filename="{name}"'
        head = f"--{self._boundary}\r\nContent-Disposition: {disposition}\r\nContent-Type: {kind}\r\n\r\n"
        return head.encode("utf-8")

    def __len__(self) -> int:
        """Bytes in all."""
        sizes = (len(f) if isinstance(f, bytes) else f.stat().st_size for _, f in self._parts)
        return sum(sizes) + sum(len(head) + 2 for head, _ in self._parts) + len(self._end)

    def __iter__(self) -> Iterator[bytes]:
        """The body piece by piece."""
        done, total = 0, len(self)
        for piece in self._pieces():
            yield piece
            done += len(piece)
            if self._on_progress:
                self._on_progress(done, total)

    def _pieces(self) -> Iterator[bytes]:
        for head, file in self._parts:
            yield head
            with io.BytesIO(file) if isinstance(file, bytes) else file.open("rb") as source:
                while chunk := source.read(CHUNK):
                    yield chunk
            yield b"\r\n"
        yield self._end
