"""Uploads as they come over a socket: broken, lying, endless, huge. None fills the memory or leaves a file."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import psutil
import pytest
import requests
from live import LiveServer, wait_until

MB = 1024 * 1024
TRIANGLE = b"v 0 0 0\nv 1 0 0\nv 0 1 0\nf 1 2 3\n"
BOUNDARY = "b0undary"
HEAD = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="files"; filename="%s"\r\n\r\n'
TAIL = f"\r\n--{BOUNDARY}--\r\n".encode()
MULTIPART = {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    """One that waits for silent clients for two seconds only."""
    server = LiveServer(tmp_path_factory.mktemp("uploads"), POCKET3D_READ_TIMEOUT="2")
    yield server
    server.stop()


@pytest.fixture(autouse=True)
def _nothing_is_left(server: LiveServer) -> Iterator[None]:
    """Whatever a test sends, no file of it stays in the folder for what is being received."""
    yield
    wait_until(lambda: not list((server.data_dir / "tmp").iterdir()))
    assert server.get("/system/health").status_code == 200


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("a\0b.obj", "ab.obj"),
        ("a\x1b[31mb\x7f.obj", "a[31mb.obj"),
        ("a\u202ejbo.obj", "ajbo.obj"),
        (".", "file"),
        ("..", "file"),
        ("/", "file"),
        ("\0", "file"),
        ("C:\\\\models\\\\a.obj", "a.obj"),
        ("größe 1.obj", "größe 1.obj"),
    ],
)
def test_names_that_no_file_should_have(server: LiveServer, sent: str, kept: str) -> None:
    answer = server.request("POST", "/mesh/upload", data=part(sent, TRIANGLE) + TAIL, headers=MULTIPART)
    assert answer.status_code == 200, answer.text
    assert answer.json()["details"][0]["name"] == kept


@dataclass
class Answer:
    """What came back on a socket."""

    status: int
    body: dict[str, Any]

    @classmethod
    def of(cls, answer: requests.Response) -> Answer:
        return cls(answer.status_code, answer.json())

    def refused(self, status: int, code: str, about: str) -> None:
        assert (self.status, self.body["error_code"]) == (status, code), self
        assert about in self.body["message"], self
        assert self.body["details"]["suggestion"]


def part(name: str, data: bytes) -> bytes:
    return (HEAD % name).encode() + data


def send(server: LiveServer, *pieces: bytes, close: bool = False, reset: bool = False) -> Answer:
    """Send raw bytes; read the answer to the end of the connection."""
    where = urlsplit(server.url)
    with socket.create_connection((where.hostname, where.port), timeout=30) as connection:
        for piece in pieces:
            connection.sendall(piece)
        if reset:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
            return Answer(0, {})
        if close:
            connection.shutdown(socket.SHUT_WR)
        data = b""
        while block := connection.recv(65536):
            data += block
            head, _, body = data.partition(b"\r\n\r\n")
            length = next(
                (
                    int(line[15:])
                    for line in head.split(b"\r\n")
                    if line.lower().startswith(b"content-length:")
                ),
                0,
            )
            if head and len(body) >= length > 0:
                return Answer(int(head.split()[1]), json.loads(body[:length]))
    raise AssertionError(f"no answer but {data!r}")


def head(server: LiveServer, *headers: str, method: str = "POST", path: str = "/mesh/upload") -> bytes:
    lines = [f"{method} /api/v1{path} HTTP/1.1", "Host: 127.0.0.1", f"Authorization: Bearer {server.token}"]
    lines += [f"{name}: {value}" for name, value in MULTIPART.items()]
    return "\r\n".join([*lines, *headers, "", ""]).encode()


def test_a_body_that_stops_half_way(server: LiveServer) -> None:
    body = part("a.obj", TRIANGLE)
    start = head(server, "Content-Length: 5000") + body
    send(server, start, close=True).refused(422, "INVALID_INPUT", f"ended after {len(body)} of 5000 bytes")
    send(server, start).refused(408, "TIMEOUT", "Nothing came for 2 seconds")
    send(server, start, reset=True)


def test_a_content_length_that_is_wrong(server: LiveServer) -> None:
    body = part("a.obj", TRIANGLE) + TAIL
    short = head(server, "Connection: close", f"Content-Length: {len(body) - 12}") + body
    send(server, short).refused(422, "INVALID_INPUT", "broken or ends too early")
    for length in ("-5", "five", "1_000", "5, 5"):
        send(server, head(server, f"Content-Length: {length}") + body).refused(
            400, "INVALID_INPUT", "Content-Length"
        )
    both = head(server, f"Content-Length: {len(body)}", "Transfer-Encoding: chunked")
    send(server, both + body).refused(400, "INVALID_INPUT", "Content-Length")


def chunks(*pieces: bytes) -> bytes:
    return b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces) + b"0\r\n\r\n"


def test_chunked_bodies(server: LiveServer) -> None:
    chunked = head(server, "Transfer-Encoding: chunked", "Connection: close")
    data = part("a.obj", TRIANGLE)
    good = send(server, chunked + chunks(data[:50], data[50:], TAIL))
    assert (good.status, good.body["details"][0]["size"]) == (200, len(TRIANGLE))
    for bad, about in (
        (b"xyz\r\n", "no hexadecimal number"),
        (b"-5\r\n", "no hexadecimal number"),
        (b"5\r\n123456789\r\n", "longer than it says"),
        (b"5;" + b"x" * 5000, "too long"),
    ):
        send(server, chunked + bad).refused(422, "INVALID_INPUT", about)
    send(server, chunked + b"ffffff\r\n" + data, close=True).refused(422, "INVALID_INPUT", "ended after")


def test_a_chunk_that_claims_terabytes_takes_no_memory(server: LiveServer) -> None:
    process = psutil.Process(server.process.pid)
    before = process.memory_info().rss
    claim = head(server, "Transfer-Encoding: chunked", "Connection: close") + b"ffffffffffff\r\n"
    answer = send(server, claim, part("a.glb", b"glTF"), *[bytes(MB)] * 100, close=True)
    answer.refused(422, "INVALID_INPUT", "ended after")
    assert process.memory_info().rss - before < 32 * MB


def test_parts_without_file_names_and_too_many_of_them(server: LiveServer) -> None:
    nameless = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="files"\r\n\r\nx\r\n'.encode()
    post: Callable[[bytes], requests.Response] = lambda body: server.request(  # noqa: E731
        "POST", "/mesh/upload", data=body, headers=MULTIPART
    )
    end = f"--{BOUNDARY}--\r\n".encode()
    Answer.of(post(nameless + end)).refused(422, "INVALID_INPUT", "bear no file names")
    Answer.of(post(nameless * 2000 + end)).refused(413, "FILE_TOO_LARGE", "too many parts")
    large = nameless.replace(b"\r\nx\r\n", b"\r\n" + bytes(2 * MB) + b"\r\n")
    Answer.of(post(large + end)).refused(413, "FILE_TOO_LARGE", "without a file name")
    tiny = b"".join(part("a.obj", TRIANGLE) + b"\r\n" for _ in range(900))
    Answer.of(post(tiny + end)).refused(422, "INVALID_INPUT", "at most 10")
    Answer.of(post(b"")).refused(422, "INVALID_INPUT", "broken or ends too early")
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    answer = server.request("POST", "/mesh/upload", data=b"a=" + bytes(MB), headers=form)
    Answer.of(answer).refused(422, "INVALID_INPUT", "web form")


@pytest.mark.parametrize(("count", "status"), [(10, 200), (11, 422)])
def test_ten_files_are_taken_and_eleven_are_not(server: LiveServer, count: int, status: int) -> None:
    before = len(list((server.data_dir / "uploads").iterdir()))
    answer = server.post("/mesh/upload", files=[("files", ("a.obj", TRIANGLE))] * count)
    assert answer.status_code == status, answer.text
    assert len(list((server.data_dir / "uploads").iterdir())) - before == (count if status == 200 else 0)


def test_one_bad_file_among_good_ones_keeps_none(server: LiveServer) -> None:
    before = len(list((server.data_dir / "uploads").iterdir()))
    files = [("files", ("a.obj", TRIANGLE)), ("files", ("empty.png", b""))]
    Answer.of(server.post("/mesh/upload", files=files)).refused(422, "INVALID_INPUT", "empty.png")
    assert len(list((server.data_dir / "uploads").iterdir())) == before


def test_huge_heads_are_refused_in_the_envelope(server: LiveServer) -> None:
    many = [f"X-{number}: {'y' * 100}" for number in range(2000)]
    for start in (head(server, "X-Long: " + "x" * 100_000), head(server, *many)):
        send(server, start).refused(431, "INVALID_INPUT", "headers")
    send(server, head(server, path="/" + "z" * 100_000)).refused(414, "INVALID_INPUT", "Request-URI")


def test_a_refused_body_is_dropped_and_its_sender_reads_why(server: LiveServer) -> None:
    """100 MB to someone who may not send them: neither kept nor in memory, and the answer arrives."""
    process = psutil.Process(server.process.pid)
    before = process.memory_info().rss
    answer = server.request(
        "POST", "/mesh/upload", token="p3d_wrong", data=SizedBody(100 * MB), headers=MULTIPART
    )
    Answer.of(answer).refused(401, "UNAUTHORIZED", "not valid")
    answer = server.request("POST", "/nothing", data=SizedBody(50 * MB), headers=MULTIPART)
    assert answer.status_code in (404, 413), answer.text
    assert process.memory_info().rss - before < 32 * MB


class SizedBody:
    """A multipart body with one binary STL of about ``size`` bytes, made as it is sent."""

    def __init__(self, size: int) -> None:
        faces = (size - 84) // 50
        self.size = 84 + 50 * faces
        self._head = part("big.stl", bytes(80) + faces.to_bytes(4, "little"))

    def __len__(self) -> int:
        return len(self._head) - 84 + self.size + len(TAIL)

    def __iter__(self) -> Iterator[bytes]:
        yield self._head
        left = self.size - 84
        while left:
            block = bytes(min(left, MB))
            left -= len(block)
            yield block
        yield TAIL


def highest_memory_while(process: psutil.Process, work: Callable[[], Any]) -> tuple[int, Any]:
    """The highest resident size (bytes) of a process while ``work`` runs, looked at 100 times a second; its result."""
    highest, done = process.memory_info().rss, threading.Event()

    def look() -> None:
        nonlocal highest
        while not done.wait(0.01):
            highest = max(highest, process.memory_info().rss)

    thread = threading.Thread(target=look)
    thread.start()
    try:
        result = work()
    finally:
        done.set()
        thread.join()
    return highest, result


def test_a_large_upload_adds_less_than_32_mb(server: LiveServer) -> None:
    process, body = psutil.Process(server.process.pid), SizedBody(150 * MB)
    before = process.memory_info().rss
    highest, answer = highest_memory_while(
        process, lambda: server.request("POST", "/mesh/upload", data=body, headers=MULTIPART)
    )
    assert answer.status_code == 200, answer.text
    assert answer.json()["details"][0]["size"] == body.size
    assert highest - before < 32 * MB, f"{(highest - before) / MB:.1f} MB more"
