"""Why the local server ended, in a sentence: from its exit code and the end of its log."""

from __future__ import annotations

import re
import signal
from pathlib import Path

TAIL = 64 * 1024
"""Bytes of a log that are looked at; logs grow, and only their end is news."""

CODES: dict[int, str] = {
    0: "it ended by itself",
    1: "it broke off with an error",
    2: "its settings were refused",
    126: "its Python may not be run",
    127: "its Python was not found",
    0xC0000005: "it crashed (access violation)",
    0xC000013A: "it was stopped",
    0xC0000135: "a system library is missing (Microsoft Visual C++ Redistributable)",
    0xC0000017: "the computer ran out of memory",
    0xC00000FD: "it crashed (stack overflow)",
}
"""What exit codes mean, those of Windows too."""

SIGNALS: dict[str, str] = {
    "SIGKILL": "the system ended it, most likely because memory ran out",
    "SIGSEGV": "it crashed (segmentation fault)",
    "SIGBUS": "it crashed (bus error)",
    "SIGILL": "this processor lacks an instruction that it needs",
    "SIGABRT": "it crashed (aborted)",
    "SIGTERM": "it was told to end",
    "SIGINT": "it was interrupted",
    "SIGHUP": "its session ended",
}

LINES: tuple[tuple[str, str], ...] = (
    (r"another server uses ", "another Pocket3D server already uses the same data folder"),
    (r"address already in use|in use: choose another|port \d+ is (in use|taken)", "its port is in use"),
    (r"No space left on device|disk is full|database or disk is full", "the disk is full"),
    (r"MemoryError|Cannot allocate memory|std::bad_alloc", "the computer ran out of memory"),
    (
        r"database disk image is malformed|file is not a database",
        "its database is damaged; Delete Data in the preferences makes a new one",
    ),
    (r"No module named '?([\w.]+)", "its installation is incomplete ({0} is missing); repair it"),
    (r"Permission denied: '?([^'\n]+)", "it may not use {0}"),
    (r"the database cannot be used: ([^\n]+)", "its database cannot be used: {0}"),
    (r"error while loading shared libraries: ([\w.+-]+)", "a system library is missing: {0}"),
    (r"DLL load failed while importing (\w+)", "a system library is missing for {0}"),
)
"""What the log's end says, in words; the first that is found counts."""


def why(code: int | None, log: Path | None = None) -> str:
    """The reason, to stand behind 'The local server stopped: '."""
    if log is not None and code not in (0, None):
        said = from_log(tail(log))
        if said:
            return said
    if code is None:
        return "nobody knows why"
    if code < 0 or 128 < code < 160:
        number = -code if code < 0 else code - 128
        try:
            name = signal.Signals(number).name
        except ValueError:
            name = f"signal {number}"
        return SIGNALS.get(name, f"it was ended by {name}")
    return CODES.get(code, f"exit code {code}")


def from_log(text: str) -> str:
    """What the end of a log says in words, empty when it says nothing known."""
    for pattern, words in LINES:
        match = re.search(pattern, text, re.IGNORECASE)
        if match:
            return words.format(*(g.strip(" .'\"") if g else "" for g in match.groups()))
    return ""


def tail(file: Path, size: int = TAIL) -> str:
    """The end of a text file, from the beginning of a line; empty when there is none."""
    try:
        with file.open("rb") as stream:
            stream.seek(0, 2)
            length = stream.tell()
            stream.seek(max(0, length - size))
            text = stream.read().decode("utf-8", "replace")
    except OSError:
        return ""
    return text.partition("\n")[2] if length > size else text


def last_error(text: str) -> str:
    """The last line of a log that reports an error, without its time."""
    for line in reversed(text.splitlines()):
        if re.search(r"\b(ERROR|CRITICAL|Error|Exception)\b", line):
            return re.sub(r"^\S*\d{2}:\d{2}\S*\s+", "", line.strip())[:200]
    return ""
