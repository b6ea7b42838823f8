"""Requests that never reach the application, because they are no HTTP or could be read in two ways.

cheroot answers those itself, in a few words of plain text. Here they get the documented error envelope, and
some that cheroot lets pass are refused: what a proxy before us may have understood differently than we do
(RFC 9112, sections 5, 6.1 and 6.3).
"""

from __future__ import annotations

import contextlib
import json
import logging
import re
import socket
import time
from email.utils import formatdate

from cheroot import server

from pocket3d_server.accounts.limits import Allowance
from pocket3d_server.api.access import request_id
from pocket3d_server.api.errors import envelope_json
from pocket3d_server.errors import ErrorCode
from pocket3d_server.times import duration

log = logging.getLogger("pocket3d_server.http")

MAX_HEAD = 64 * 1024
"""Bytes of a request's line and headers together."""
HEAD_S = 10.0
"""How long these may take from their first byte, for they hold a thread of the server."""
TOKEN = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
ONCE = frozenset({b"Authorization", b"Content-Length", b"Content-Type", b"Host", b"Idempotency-Key"})
"""Headers of which a second one would leave open which of both holds."""
TLS_HANDSHAKE = b"\x16"
LINGER_S, LINGER_BYTES = 1.0, 1024 * 1024
"""How long, and how much of what a refused client still sends is read, so that it gets to read the answer."""

ADVICE = {
    400: (ErrorCode.INVALID_INPUT, "Send HTTP/1.1 as RFC 9112 has it; any HTTP library does."),
    405: (ErrorCode.METHOD_NOT_ALLOWED, "This server is no proxy; send requests for its own paths."),
    408: (ErrorCode.TIMEOUT, "Send the request in one go, or over a better connection."),
    413: (ErrorCode.FILE_TOO_LARGE, "Send less."),
    414: (ErrorCode.INVALID_INPUT, "Shorten the address; long values belong into the body."),
    429: (ErrorCode.RATE_LIMITED, "Close connections that are not needed, or use each for several requests."),
    431: (ErrorCode.INVALID_INPUT, f"Send fewer or shorter headers; {MAX_HEAD // 1024} kB are taken."),
    500: (ErrorCode.INTERNAL_ERROR, "Try again; the server's log has the cause."),
    501: (
        ErrorCode.INVALID_INPUT,
        "Send the body with Content-Length, or with 'Transfer-Encoding: chunked'.",
    ),
    503: (ErrorCode.SHUTTING_DOWN, "Try again in a moment."),
    505: (ErrorCode.INVALID_INPUT, "Use HTTP/1.1."),
}
RETRY_AFTER_S = 5


class Headers(dict[bytes, bytes]):
    """The headers of a request. Raises ValueError for those that nobody should send."""

    def __setitem__(self, name: bytes, value: bytes) -> None:
        if name in ONCE and name in self:
            raise ValueError(f"The header {name.decode('latin-1')} stands there twice.")
        if name == b"Content-Length" and not value.isdigit():
            raise ValueError("Content-Length is no number of bytes.")
        if b"\0" in value:
            raise ValueError("A header holds a zero byte.")
        super().__setitem__(name, value)


class HeaderReader(server.HeaderReader):
    """Drops names with an underscore, which WSGI cannot tell from those with a hyphen."""

    def _allow_header(self, key_name: bytes) -> bool:
        return b"_" not in key_name

    def _transform_key(self, key_name: bytes) -> bytes:
        if not TOKEN.fullmatch(key_name):
            raise ValueError("A header's name is malformed.")
        return key_name.title()


class Request(server.HTTPRequest):
    """cheroot's request, stricter, and with the error envelope for what it refuses."""

    header_reader = HeaderReader()
    lingers = True

    def parse_request(self) -> None:
        """Read line and headers in ``HEAD_S``; answer here what is no request."""
        patience = min(HEAD_S, self.server.timeout)
        source = self.conn.rfile.raw
        source.deadline = time.monotonic() + patience
        try:
            self._parse()
        except TimeoutError:
            message = f"The request's line and headers did not come within {duration(patience)}."
            self.simple_response("408 Request Timeout", message)
        finally:
            source.deadline = None
            with contextlib.suppress(OSError):
                self.conn.socket.settimeout(self.server.timeout)

    def _parse(self) -> None:
        if self.conn.rfile.peek(1)[:1] == TLS_HANDSHAKE:
            self.started_request = True
            self.simple_response("400 Bad Request", "This port speaks plain HTTP, and the client began TLS.")
            return
        super().parse_request()

    def read_request_line(self) -> bool:
        """Read the first line; False when the request was refused."""
        try:
            return bool(super().read_request_line())
        except ValueError:  # an address that urllib cannot take apart
            self.simple_response("400 Bad Request", "Malformed Request-URI")
            return False

    def read_request_headers(self) -> bool:
        """Read the headers; False when the request was refused."""
        self.inheaders = Headers()
        if not super().read_request_headers():
            return False
        wrong = ""
        if b"Transfer-Encoding" in self.inheaders:
            if b"Content-Length" in self.inheaders:
                wrong = "Content-Length and Transfer-Encoding exclude each other."
            elif not self.chunked_read:
                wrong = "HTTP/1.0 has no Transfer-Encoding."
        elif self.response_protocol == "HTTP/1.1" and b"Host" not in self.inheaders:
            wrong = "The header Host is missing."
        if wrong:
            self.simple_response("400 Bad Request", wrong)
        return not wrong

    def simple_response(self, status: str, msg: str = "") -> None:
        """Answer with the error envelope, and end the connection."""
        self.close_connection = True
        self.sent_headers = True
        code = int(str(status)[:3])
        if code == 413 and "headers" in msg:
            code, status = 431, "431 Request Header Fields Too Large"
        error, advice = ADVICE.get(code, ADVICE[400])
        if "TLS" in msg:
            advice = "Write http:// instead of https://, or put a proxy that speaks TLS before the server."
        message = _sentence(msg) or f"{str(status)[4:]}."
        wanted = self.inheaders.get(b"X-Request-Id", b"").decode("latin-1")
        name = request_id(wanted)
        allowance: Allowance = self.server.limiter.stranger(self.conn.remote_addr)
        body = json.dumps(envelope_json(error, message, {"suggestion": advice}, name)).encode() + b"\n"
        lines = [
            f"HTTP/1.1 {status}",
            "Content-Type: application/json",
            f"Content-Length: {len(body)}",
            "Connection: close",
            f"Date: {formatdate(usegmt=True)}",
            f"Server: {self.server.server_name}",
            f"X-Request-ID: {name}",
            *(f"{header}: {value}" for header, value in allowance.headers().items()),
            *([f"Retry-After: {RETRY_AFTER_S}"] if code in (429, 503) else []),
        ]
        if getattr(self, "method", b"") == b"HEAD":
            body = b""
        log.info(
            "no request from %s, %d: %s", self.conn.remote_addr, code, message, extra={"request_id": name}
        )
        with contextlib.suppress(OSError):
            self.conn.wfile.write("\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body)
            self.conn.socket.shutdown(socket.SHUT_WR)
            if self.lingers:
                _linger(self.conn.socket)


def _sentence(text: str) -> str:
    if len(text) > 100:  # cheroot goes on to quote the standard
        text = text.partition(": ")[0]
    return text if not text or text.endswith(".") else f"{text}."


def _linger(sock: socket.socket) -> None:
    """Take what is under way: closing a socket with unread data resets the connection, and the client would lose
    the answer. Raises OSError when the client is gone."""
    deadline, left = time.monotonic() + LINGER_S, LINGER_BYTES
    while left > 0 and (patience := deadline - time.monotonic()) > 0:
        sock.settimeout(patience)
        data = sock.recv(min(left, 65536))
        if not data:
            return
        left -= len(data)
