"""A small hub of weights on a real socket, which behaves as badly as it is told to.

``python tests/weights_hub.py PORT [BYTES_A_SECOND]`` serves the weights of the test engines, to try panels with.
"""

from __future__ import annotations

import hashlib
import re
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import engines

BLOCK = 16_384


class WeightsHub(ThreadingHTTPServer):
    """Serves ``engines.WEIGHTS`` at ``/pocket3d-tests/cubes/resolve/REVISION/PATH``."""

    daemon_threads = True

    def __init__(self, port: int = 0) -> None:
        super().__init__(("127.0.0.1", port), Handler)
        self.files = {
            f"/{engines.WEIGHTS_REPOSITORY}/resolve/{engines.WEIGHTS_REVISION}/{path}": content
            for path, content in engines.WEIGHTS.items()
        }
        self.cuts: list[int] = []
        """Each download ends after so many bytes, until the list is empty."""
        self.statuses: list[int] = []
        """The next answers have these statuses."""
        self.ranges = True
        self.bytes_per_second = 0
        self.redirect_to = ""
        """Where the files really are."""
        self.asked: list[tuple[str, str, str]] = []
        """Path, Range and Authorization of each request."""
        threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def handle_error(self, request: object, client_address: object) -> None:
        """Clients that go away are part of the test."""

    def close(self) -> None:
        self.shutdown()
        self.server_close()


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: WeightsHub

    def do_HEAD(self) -> None:
        """As the hub answers: large files lead elsewhere and have their SHA-256, small ones are git's."""
        content = self.server.files.get(self.path)
        self.server.asked.append((self.path, "HEAD", self.headers.get("Authorization", "")))
        if content is None:
            self.refuse(404)
        elif len(content) > BLOCK:
            self.send_response(302)
            self.send_header("Location", "/elsewhere")
            self.send_header("X-Linked-Size", str(len(content)))
            self.send_header("X-Linked-Etag", f'"{hashlib.sha256(content).hexdigest()}"')
            self.send_header("Content-Length", "0")
            self.end_headers()
        else:
            self.send_response(200)
            self.send_header(
                "ETag", f'"{hashlib.sha1(b"blob %d" % len(content) + bytes(1) + content).hexdigest()}"'
            )
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()

    def do_GET(self) -> None:
        hub = self.server
        asked = self.headers.get("Range", "")
        hub.asked.append((self.path, asked, self.headers.get("Authorization", "")))
        if hub.statuses and (status := hub.statuses.pop(0)) != 200:
            self.refuse(status)
            return
        content = hub.files.get(self.path)
        if content is None:
            self.refuse(404)
            return
        if hub.redirect_to:
            self.send_response(302)
            self.send_header("Location", hub.redirect_to + self.path)
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        found = re.fullmatch(r"bytes=(\d+)-", asked)
        start = int(found[1]) if found and hub.ranges else 0
        if start and start >= len(content):
            self.refuse(416)
            return
        self.send_response(206 if start else 200)
        if start:
            self.send_header("Content-Range", f"bytes {start}-{len(content) - 1}/{len(content)}")
        self.send_header("Content-Length", str(len(content) - start))
        self.end_headers()
        self.give(content[start:])

    def give(self, content: bytes) -> None:
        hub = self.server
        end = hub.cuts.pop(0) if hub.cuts and len(content) > hub.cuts[0] else len(content)
        for begin in range(0, end, BLOCK):
            self.wfile.write(content[begin : min(begin + BLOCK, end)])
            if hub.bytes_per_second:
                time.sleep(BLOCK / hub.bytes_per_second)
        if end < len(content):
            self.close_connection = True

    def refuse(self, status: int) -> None:
        self.send_response(status)
        self.send_header("Content-Length", "0")
        if status == 429:
            self.send_header("Retry-After", "0")
        self.end_headers()

    def log_message(self, format: str, *arguments: object) -> None:
        """Nothing."""


if __name__ == "__main__":
    served = WeightsHub(int(sys.argv[1]))
    served.bytes_per_second = int(sys.argv[2]) if len(sys.argv) > 2 else 0
    print(served.url, flush=True)
    threading.Event().wait()
