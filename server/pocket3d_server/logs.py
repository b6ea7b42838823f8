"""Log lines that say which request and which job they are about: text for people, JSON for programs.

Whoever works for a request or a job says so with ``about``; every line logged meanwhile, in whatever module,
carries the ids. Secrets that could stand in an address or a header never reach a line (``redact``).
"""

from __future__ import annotations

import json
import logging
import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar, Token
from datetime import UTC, datetime
from typing import Any, TextIO

from pocket3d_server.times import stamp

FORMATS = ("text", "json")
MAX_MESSAGE = 8000
"""Characters of a message; the rest is cut off."""
RECORD_MARK = "\x1e"
"""Begins a line of a child process that holds a whole record as JSON (RFC 7464 uses it the same way)."""
PACKAGE = "pocket3d_server."

_request_id: ContextVar[str] = ContextVar("request_id", default="")
_job_id: ContextVar[str] = ContextVar("job_id", default="")

_SECRETS = re.compile(
    r"(?i)(?P<name>\b(?:access_token|refresh_token|token|api_key|secret|signature|password)=)[^&\s\"']+"
    r"|(?P<scheme>\bbearer\s+)[^\s\"',]+"
    r"|(?P<prefix>\bp3d(?:local)?_|\bwhsec_)[\w+/=-]{8,}"
    r"|(?P<jwt>\beyJ)[\w-]+\.[\w-]+\.[\w-]+"
    r"|(?P<user>://[^/\s:@]+:)[^@\s]+(?=@)"
)
_HINTS = ("token", "bearer", "p3d", "whsec_", "eyj", "api_key", "secret", "signature", "password", "://")
"""One of these, in lower case, stands in every text with a secret; most lines have none and are not searched."""
_CONTROL = {code: f"\\x{code:02x}" for code in [*range(32), *range(127, 160)]}
_CONTROL |= {9: " ", 10: "\\n", 13: "\\r"}


@contextmanager
def about(*, request_id: str | None = None, job_id: str | None = None) -> Iterator[None]:
    """Lines logged inside the block bear these ids; None leaves an id as it is."""
    given = [(v, i) for v, i in ((_request_id, request_id), (_job_id, job_id)) if i is not None]
    tokens = [(variable, variable.set(value)) for variable, value in given]
    try:
        yield
    finally:
        for variable, token in reversed(tokens):
            variable.reset(token)


def request_id() -> str:
    """Of the request that is being answered; empty outside of one."""
    return _request_id.get()


def redact(text: str) -> str:
    """The text without tokens, keys and passwords."""
    lower = text.lower()
    if not any(hint in lower for hint in _HINTS):
        return text
    return _SECRETS.sub(lambda found: f"{found[found.lastgroup or 0]}…", text)


def enter(request_id: str) -> list[Token[str]]:
    """Begin a request in this thread; ``leave`` ends it. What ``about`` does, for the path that all requests take."""
    return [_request_id.set(request_id), _job_id.set("")]


def leave(tokens: list[Token[str]]) -> None:
    """End what ``enter`` began."""
    _request_id.reset(tokens[0])
    _job_id.reset(tokens[1])


def configure(form: str, level: str, stream: TextIO | None = None) -> None:
    """Send everything that is logged, warned, or raised in a thread to ``stream`` (stderr), one line a record.

    ``form``: ``text``, ``json``, or ``pipe`` for a child process whose lines ``read_record`` takes apart.
    """
    handler = logging.StreamHandler(stream)
    handler.setFormatter({"text": TextFormatter, "json": JsonFormatter, "pipe": PipeFormatter}[form]())
    handler.addFilter(_add_ids)
    # No format of ours shows these, and asking for them costs a third of an entry (Python's "Logging HOWTO").
    logging._srcfile = None
    logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    logging.getLogger("alembic").setLevel(logging.WARNING)
    logging.captureWarnings(True)
    threading.excepthook = _log_thread_exception


class TextFormatter(logging.Formatter):
    """``2026-11-23 08:31:47.123 INFO    jobs.scheduler: message  [job_… req_…]``, local time."""

    def format(self, record: logging.LogRecord) -> str:
        """One line, and the lines of a traceback."""
        at = time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(record.created))
        text = f"{at}.{int(record.msecs):03d} {record.levelname:7} {_origin(record)}: {_message(record)}"
        ids = [getattr(record, name, "") for name in ("job_id", "request_id")]
        if unsaid := " ".join(i for i in ids if i and i not in text):
            text = f"{text}  [{unsaid}]"
        trace = _traceback(record)
        return f"{text}\n{trace}" if trace else text


class JsonFormatter(logging.Formatter):
    """An object a line: ``time``, ``level``, ``logger``, ``message``, the ids, and the record's own fields."""

    def format(self, record: logging.LogRecord) -> str:
        """One line, always."""
        line: dict[str, Any] = {
            "time": stamp(datetime.fromtimestamp(record.created, UTC)),
            "level": record.levelname.lower(),
            "logger": _origin(record),
            "message": _message(record),
        }
        line |= {name: i for name in ("request_id", "job_id") if (i := getattr(record, name, ""))}
        line |= getattr(record, "fields", {})
        if trace := _traceback(record):
            line["traceback"] = trace
        return json.dumps(line, ensure_ascii=False, default=str)


class PipeFormatter(logging.Formatter):
    """For a child process: the parent logs the record as its own, see ``read_record``."""

    def format(self, record: logging.LogRecord) -> str:
        """One line behind ``RECORD_MARK``."""
        line = {"level": record.levelno, "message": _message(record), "traceback": _traceback(record)}
        return RECORD_MARK + json.dumps(line)


def read_record(line: str) -> tuple[int, str, str]:
    """Level, message and traceback of a child's line; what is no record is a message of level INFO."""
    if line.startswith(RECORD_MARK):
        try:
            fields = json.loads(line[1:])
            return int(fields["level"]), str(fields["message"]), str(fields["traceback"])
        except (ValueError, KeyError, TypeError):
            pass
    return logging.INFO, line, ""


def _add_ids(record: logging.LogRecord) -> bool:
    for name, variable in (("request_id", _request_id), ("job_id", _job_id)):
        if not hasattr(record, name):
            setattr(record, name, variable.get())
    return True


def _origin(record: logging.LogRecord) -> str:
    return str(getattr(record, "origin", "") or record.name.removeprefix(PACKAGE))


def _message(record: logging.LogRecord) -> str:
    text = record.getMessage()
    if len(text) > MAX_MESSAGE:
        text = f"{text[:MAX_MESSAGE]}… ({len(text) - MAX_MESSAGE} more characters)"
    if not text.isprintable():  # a line break that a client sent must not begin a line of its own
        text = text.translate(_CONTROL)
    return redact(text)


def _traceback(record: logging.LogRecord) -> str:
    text = getattr(record, "traceback", "")
    if not text and record.exc_info:
        text = logging.Formatter().formatException(record.exc_info)
    return redact(text)


def _log_thread_exception(raised: threading.ExceptHookArgs) -> None:
    if raised.exc_type is SystemExit or raised.exc_value is None:
        return
    name = raised.thread.name if raised.thread else "?"
    info = (raised.exc_type, raised.exc_value, raised.exc_traceback)
    logging.getLogger(PACKAGE + "threads").error("the thread %s failed", name, exc_info=info)
