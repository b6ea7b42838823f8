"""The bodies of requests, read in pieces whatever they claim; ``malformed`` has the heads.

cheroot itself would read the rest of a refused body, and each chunk of a chunked one, into memory as a whole.
"""

from __future__ import annotations

import contextlib
import time
from abc import ABC, abstractmethod
from typing import IO, Any

from pocket3d_server.errors import ErrorCode, Refusal
from pocket3d_server.times import duration

PIECE = 64 * 1024
LONGEST_LINE = 1024
"""Bytes of a line between chunks."""
LINGER_S = 60.0
"""How long a refused body is received and dropped, so that its sender gets to read the answer."""
LINGER_SILENCE_S = 2.0
AGAIN = "Send the request again, and the whole body."


class Body(ABC):
    """A request's body, as ``wsgi.input``. ``read`` gives at most ``PIECE`` bytes at a time.

    Raises Refusal: TIMEOUT when the client is silent for too long, INVALID_INPUT when the body ends too early or
    is malformed. Then nothing more can be read from the connection.
    """

    def __init__(self, source: IO[bytes], timeout: float) -> None:
        self._source = source
        self._timeout = timeout
        self.received = 0
        self.broken = False

    @property
    @abstractmethod
    def complete(self) -> bool:
        """Whether all of it has been read."""

    @abstractmethod
    def _wanted(self) -> int:
        """Bytes of the body that come next on the connection; 0 at the end."""

    def read(self, size: int | None = -1) -> bytes:
        """The next bytes, fewer than asked for perhaps; empty at the end."""
        if size == 0 or self.broken:
            return b""
        try:
            wanted = self._wanted()
            if not wanted:
                return b""
            size = PIECE if size is None or size < 0 else min(size, PIECE)
            data = self._source.read(min(size, wanted))
        except TimeoutError as error:
            raise self._break(
                ErrorCode.TIMEOUT,
                f"Nothing came for {duration(self._timeout)} in the middle of the request's body.",
            ) from error
        except OSError as error:
            raise self._ended() from error
        if not data:
            raise self._ended()
        self.received += len(data)
        self._got(len(data))
        return data

    def readline(self, size: int | None = -1) -> bytes:
        """WSGI asks for it; nothing here reads bodies by lines."""
        line = bytearray()
        while (size is None or size < 0 or len(line) < size) and (byte := self.read(1)):
            line += byte
            if byte == b"\n":
                break
        return bytes(line)

    def rest_is_here(self) -> bool:
        """Whether it is complete, if need be by reading a short rest, so that the connection can go on."""
        if not self.complete and self._is_short():
            with contextlib.suppress(Refusal):
                self.read()
        return self.complete

    def _is_short(self) -> bool:
        return False

    def drop(self, connection: Any) -> None:
        """Receive what is left, for a while, and forget it."""
        with contextlib.suppress(OSError, Refusal):
            connection.settimeout(LINGER_SILENCE_S)
            end = time.monotonic() + LINGER_S
            while time.monotonic() < end and self.read():
                pass

    @abstractmethod
    def _got(self, count: int) -> None:
        """So many of the wanted bytes have come."""

    def _ended(self) -> Refusal:
        return self._break(ErrorCode.INVALID_INPUT, f"The request's body ended after {self.received} bytes.")

    def _break(self, code: ErrorCode, message: str) -> Refusal:
        self.broken = True
        return Refusal(code, message, AGAIN)


class SizedBody(Body):
    """As many bytes as ``Content-Length`` says."""

    def __init__(self, source: IO[bytes], timeout: float, length: int) -> None:
        super().__init__(source, timeout)
        self.remaining = length

    @property
    def complete(self) -> bool:
        return self.remaining == 0

    def _is_short(self) -> bool:
        return self.remaining <= PIECE

    def _wanted(self) -> int:
        return self.remaining

    def _got(self, count: int) -> None:
        self.remaining -= count

    def _ended(self) -> Refusal:
        whole = self.received + self.remaining
        return self._break(
            ErrorCode.INVALID_INPUT, f"The request's body ended after {self.received} of {whole} bytes."
        )


class ChunkedBody(Body):
    """A chunked body (RFC 9112, section 7.1); extensions and trailers are passed over."""

    def __init__(self, source: IO[bytes], timeout: float) -> None:
        super().__init__(source, timeout)
        self._left = 0
        self._first = True
        self._at_end = False

    @property
    def complete(self) -> bool:
        return self._at_end

    def _wanted(self) -> int:
        if self._left or self._at_end:
            return self._left
        if not self._first and self._line() != b"":
            raise self._malformed("a chunk is longer than it says")
        self._first = False
        digits = self._line().partition(b";")[0].strip()
        if not digits or len(digits) > 15 or digits.strip(b"0123456789abcdefABCDEF"):
            raise self._malformed("a chunk's size is no hexadecimal number")
        self._left = int(digits, 16)
        if not self._left:
            for _ in range(100):
                if not self._line():
                    self._at_end = True
                    return 0
            raise self._malformed("it has too many trailers")
        return self._left

    def _got(self, count: int) -> None:
        self._left -= count

    def _line(self) -> bytes:
        line = self._source.readline(LONGEST_LINE)
        if not line.endswith(b"\n"):
            raise self._ended() if len(line) < LONGEST_LINE else self._malformed("a line is too long")
        return line.rstrip(b"\r\n")

    def _malformed(self, why: str) -> Refusal:
        return self._break(ErrorCode.INVALID_INPUT, f"The chunked body is malformed: {why}.")


def body_of(request: Any) -> Body:
    """The body of cheroot's request, of which the head has been read."""
    source, timeout = request.conn.rfile, request.server.timeout
    if request.chunked_read:
        return ChunkedBody(source, timeout)
    return SizedBody(source, timeout, int(request.inheaders.get(b"Content-Length", 0)))
