"""The tables of docs/status.md: what they name is there, and every line of the API reference has a row."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest
from contract.reference import facts
from pocket3d_server.errors import ErrorCode

ROOT = Path(__file__).resolve().parents[1]
PAGE = (ROOT / "docs" / "status.md").read_text(encoding="utf-8")
HEADER = ["What", "Code", "Proof", "Note"]
EMPTY = "—"
SERVER, TESTS = Path("server/pocket3d_server"), Path("tests")


class Row(NamedTuple):
    """A row of a table: the heading above it, what it is about, and its other cells."""

    chapter: str
    section: str
    what: str
    code: str
    proof: str
    note: str


def rows() -> Iterator[Row]:
    chapter = section = ""
    for line in PAGE.splitlines():
        if line.startswith("## "):
            chapter, section = line[3:], ""
        elif line.startswith("### "):
            section = line[4:]
        elif line.startswith("| ") and chapter != "At a glance":
            cells = [cell.strip() for cell in line.strip("|").split(" | ")]
            assert len(cells) == len(HEADER), line
            if cells != HEADER:
                yield Row(chapter, section, *cells)


ROWS = list(rows())


def named(cell: str) -> list[str]:
    """What a cell holds between backticks."""
    return re.findall(r"`([^`]+)`", cell)


@cache
def text_of(file: Path) -> str:
    return file.read_text(encoding="utf-8")


@cache
def top(file: Path) -> frozenset[str]:
    """Functions, classes and constants of a module: what formatted code has at the beginning of a line.

    To parse all these files would take seconds.
    """
    found = re.findall(r"^(?:(?:async )?def |class )(\w+)|^(\w+)(?:: | = )", text_of(file), re.M)
    return frozenset(name for names in found for name in names)


@cache
def members(file: Path) -> frozenset[str]:
    """``Class.member`` of each class of a module: methods, fields and constants."""
    found = set()
    for node in ast.parse(text_of(file)).body:
        for part in node.body if isinstance(node, ast.ClassDef) else []:
            targets = part.targets if isinstance(part, ast.Assign) else [getattr(part, "target", part)]
            names = [getattr(t, "id", getattr(t, "name", "")) for t in targets]
            found |= {f"{node.name}.{name}" for name in names}
    return frozenset(found)


def is_defined(symbol: str, file: Path) -> bool:
    """As a function, class or constant of a module, or as a member of a class. Of other files any text will do."""
    if file.suffix != ".py":
        return symbol in text_of(file)
    if "." in symbol:
        return symbol in members(file)
    return symbol in top(file)


def problem(name: str, shortened: Path) -> str:
    """What is wrong with ``path`` or ``path::symbol``; the path may leave out that folder. Empty when it is right."""
    path, _, symbol = name.partition("::")
    file = next((f for f in (ROOT / shortened / path, ROOT / path) if f.exists()), None)
    if file is None:
        return f"no file {path}"
    return "" if not symbol or is_defined(symbol, file) else f"no {symbol} in {path}"


def wrong_proof(name: str) -> str:
    """The same for a test, or for ``build.py COMMAND``."""
    words = name.split()
    if words[0] == "build.py":
        if words[1] == "bench":
            return "" if (ROOT / f"tools/bench_{words[2].replace('-', '_')}.py").exists() else f"no {name}"
        return problem(f"build.py::{words[1]}", TESTS)
    path, _, symbol = name.partition("::")
    start = "check_" if path.startswith("blender/inside/") else "test_"
    if path.endswith(".py") and not path.startswith("blender/gui/"):
        test = symbol.rpartition(".")[2]
        if not test.startswith(start):
            return f"{name} is no test"
    return problem(name, TESTS)


def test_what_the_tables_name_is_there() -> None:
    wrong = []
    for row in ROWS:
        wrong += [f"{row.what}: {found}" for name in named(row.code) if (found := problem(name, SERVER))]
        wrong += [f"{row.what}: {found}" for name in named(row.proof) if (found := wrong_proof(name))]
    assert not wrong, "\n".join(wrong)


def test_an_empty_cell_says_what_is_missing() -> None:
    for row in ROWS:
        for cell in (row.code, row.proof):
            assert named(cell) or cell == EMPTY, row
        assert EMPTY not in (row.code, row.proof) or len(row.note) > 8, f"{row.what}: what is missing?"


@pytest.mark.parametrize("endpoint", facts()["endpoints"])
def test_every_endpoint_has_a_row(endpoint: str) -> None:
    assert any(row.what == f"`{endpoint}`" for row in ROWS)


@pytest.mark.parametrize("section", facts()["parameters"])
def test_every_parameter_has_a_row(section: str) -> None:
    there = {row.what for row in ROWS if row.section == section}
    assert {f"`{name}`" for name in facts()["parameters"][section]} <= there


def test_every_error_code_has_a_row() -> None:
    there = {row.what for row in ROWS if row.section == "Error codes"}
    assert {f"`{code}`" for code in ErrorCode} == there


def test_the_numbers_at_the_top_are_those_of_the_tables() -> None:
    told = {
        name: (int(lines), int(empty))
        for name, lines, empty in re.findall(r"^\| \[(.+?)\]\(#.*?\) \| (\d+) \| (\d+) \|$", PAGE, re.M)
    }
    found: dict[str, tuple[int, int]] = {}
    for row in ROWS:
        lines, empty = found.get(row.chapter, (0, 0))
        found[row.chapter] = lines + 1, empty + (EMPTY in (row.code, row.proof))
    assert told == found
