"""Lines of the log: ids, secrets, hostile texts, and what a runner's process prints."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator

import pytest
from pocket3d_server import logs
from pocket3d_server.runners.base import Attempt
from pocket3d_server.runners.printed import pass_on

JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJsb2NhbCJ9.c2lnbmF0dXJl"


@pytest.fixture
def restored() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    logging.captureWarnings(False)


@pytest.fixture
def stream(restored: None) -> Iterator[io.StringIO]:
    with logs.about(request_id="", job_id=""):  # a test before this one may have left a request unfinished
        yield io.StringIO()


def lines(stream: io.StringIO) -> list[dict[str, object]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_lines_bear_the_ids_of_what_they_are_about(stream: io.StringIO) -> None:
    logs.configure("json", "INFO", stream)
    with logs.about(request_id="req_1"):
        with logs.about(job_id="job_1"):
            logging.getLogger("pocket3d_server.jobs.x").info("inner %d", 7)
        logging.info("outer")
    logging.info("none")
    inner, outer, none = lines(stream)
    assert (inner["request_id"], inner["job_id"], inner["message"]) == ("req_1", "job_1", "inner 7")
    assert (inner["logger"], inner["level"]) == ("jobs.x", "info")
    assert "job_id" not in outer
    assert outer["request_id"] == "req_1"
    assert "request_id" not in none


def test_the_text_says_each_id_once(stream: io.StringIO) -> None:
    logs.configure("text", "INFO", stream)
    with logs.about(request_id="req_1", job_id="job_1"):
        logging.getLogger("pocket3d_server.jobs.submit").info("job job_1 is queued")
    assert stream.getvalue().endswith("INFO    jobs.submit: job job_1 is queued  [req_1]\n")


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        (f"GET /ws?access_token={JWT}&after=1", JWT),
        ("GET /files/a.glb?token=abc.def-ghi&x=1", "abc.def-ghi"),
        ("Authorization: Bearer p3d_aaaaaaaaaaaaaaaaaaaaaaaaaaaa", "aaaaaaaa"),
        ("the key p3dlocal_bbbbbbbbbbbbbbbbbbbbbbb is wrong", "bbbbbbbb"),
        (f"bad token {JWT}", "eyJzdWIi"),
        ("postgresql+psycopg://ada:hunter2@db/pocket3d", "hunter2"),
        ("secret=whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD", "C2FVsBQ"),
    ],
)
def test_no_secret_reaches_a_line(stream: io.StringIO, text: str, secret: str) -> None:
    logs.configure("json", "INFO", stream)
    logging.info("%s", text)
    try:
        raise ValueError(text)
    except ValueError:
        logging.exception("it failed")
    assert secret not in stream.getvalue()
    assert "…" in stream.getvalue()


def test_a_hostile_text_stays_on_its_line(stream: io.StringIO) -> None:
    logs.configure("text", "INFO", stream)
    logging.info("GET %s", "/a\n2026-11-23 INFO forged\r\x1b[2J" + "x" * 20_000)
    (line,) = stream.getvalue().splitlines()
    assert r"\n2026-11-23 INFO forged\r\x1b[2J" in line
    assert len(line) < 9000
    assert "more characters" in line


def test_what_a_thread_raises_is_logged(stream: io.StringIO) -> None:
    import threading

    logs.configure("json", "INFO", stream)
    thread = threading.Thread(target=lambda: 1 / 0, name="worker")
    thread.start()
    thread.join()
    (line,) = lines(stream)
    assert "worker" in str(line["message"])
    assert "ZeroDivisionError" in str(line["traceback"])


def test_a_runners_lines_are_tagged_bounded_and_keep_their_level(stream: io.StringIO) -> None:
    child = io.StringIO()
    logs.configure("pipe", "INFO", child)
    logging.warning("weights are old")
    try:
        raise RuntimeError("no kernel image")
    except RuntimeError:
        logging.exception("job failed")
    printed = (
        child.getvalue().encode() + b"\n10%|#  |\r 90%|## |\n\xff\xfe no utf-8\n" + b"y" * 40_000 + b"\n"
    )
    printed += b'\x1e{"level": 20}\nlast words'
    logs.configure("json", "INFO", stream)
    attempt = Attempt("job_1:1", "job_1", "m", "f", {}, "glb", ".", "s", request_id="req_1")
    pass_on(io.BytesIO(printed), "trellis", 4711, lambda: attempt)
    found = lines(stream)
    assert [line["level"] for line in found[:3]] == ["warning", "error", "info"]
    assert found[0]["message"] == "weights are old"
    assert "no kernel image" in str(found[1]["traceback"])
    assert found[2]["message"] == " 90%|## |"
    assert found[-1]["message"] == "last words"
    assert all(len(str(line["message"])) < 9000 for line in found)
    for line in found:
        assert (line["job_id"], line["request_id"]) == ("job_1", "req_1")
        assert (line["model"], line["pid"], line["logger"]) == ("trellis", 4711, "trellis[4711]")
