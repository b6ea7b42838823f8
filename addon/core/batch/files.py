"""The rows of a batch file, whatever it is: comma-separated values, JSON lines, or a prompt a line."""

from __future__ import annotations

import csv
import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from difflib import get_close_matches
from io import StringIO
from typing import Any

from .cells import COLUMNS, RowError, column_name, unknown

DELIMITERS = ",;\t|"

Rows = Iterator[tuple[int, Mapping[str, Any] | RowError]]
"""Line numbers, and the cells by their columns (empty ones may be there or not) or what is wrong with the row."""


def csv_rows(text: str) -> Rows:
    """Rows of comma-separated values; semicolons, tabs and bars are found out by the header."""
    first = next((line for line in text.splitlines() if line.strip()), "")
    delimiter = max(DELIMITERS, key=lambda d: sum(column_name(c) in COLUMNS for c in first.split(d)))
    reader = csv.reader(StringIO(text, newline=""), delimiter=delimiter, strict=True)
    header: list[str] = []
    line = 1
    try:
        for cells in reader:
            start, line = line, reader.line_num + 1
            if not any(c.strip() for c in cells):
                continue
            if not header:
                header = [column_name(c) for c in cells]
                problems = header_problems(header)
                if problems:
                    yield start, RowError(*problems)
                    return
            elif any(c.strip() for c in cells[len(header) :]):
                problem = (
                    f"it has {len(cells)} cells, the header {len(header)}; put texts with commas in quotes"
                )
                yield start, RowError(problem)
            else:
                yield start, {k: v for k, v in zip(header, cells) if k}
    except csv.Error as error:
        yield reader.line_num, RowError(f"{error}; is a quote missing?")


def header_problems(header: Sequence[str]) -> list[str]:
    """What is wrong with a header: none at all, a column twice, an unknown one."""
    if not {"prompt", "image"} & set(header):
        meant = [unknown(name) for name in header if get_close_matches(name, ("prompt", "image"), 1)]
        return meant or ["the first line must name the columns, 'prompt' or 'image' among them"]
    twice = [f"the column '{name}' is there twice" for name, c in Counter(header).items() if name and c > 1]
    return twice + [unknown(name) for name in header if name and name not in COLUMNS]


def json_rows(text: str) -> Rows:
    """Rows of JSON lines, or of one list; a bare text is a prompt."""
    lines: Iterable[tuple[int, Any]]
    if text.lstrip().startswith("["):
        try:
            values = json.loads(text)
        except (ValueError, RecursionError) as error:
            raise RowError(f"it is no JSON: {error}") from None
        lines = enumerate(values, 1)
    else:
        lines = json_lines(text)
    for line, value in lines:
        if isinstance(value, str):
            value = {"prompt": value}
        if isinstance(value, RowError):
            yield line, value
        elif isinstance(value, dict):
            yield line, {column_name(str(k)): v for k, v in value.items()}
        else:
            yield line, RowError("it is neither a JSON object nor a text")


def json_lines(text: str) -> Iterator[tuple[int, Any]]:
    """The value of each line, or what is wrong with it."""
    for line, content in enumerate(text.split("\n"), 1):
        if content.strip():
            try:
                yield line, json.loads(content)
            except (ValueError, RecursionError) as error:
                yield line, RowError(f"it is no JSON: {error}")


def text_rows(text: str) -> Rows:
    """A prompt a line."""
    for line, content in enumerate(text.splitlines(), 1):
        if content.strip():
            yield line, {"prompt": content}


READERS: dict[str, Callable[[str], Rows]] = {
    ".csv": csv_rows,
    ".tsv": csv_rows,
    ".jsonl": json_rows,
    ".ndjson": json_rows,
    ".json": json_rows,
    ".txt": text_rows,
}
