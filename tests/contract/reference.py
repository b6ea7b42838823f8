"""The API reference's examples and parameter tables, as facts in ``examples.json``.

The reference itself lies beside the repository. ``read`` takes the facts out of it; a test compares them with
``examples.json``, so that the other tests run without it and still test what it says. After a change of the
reference: ``python tests/contract/reference.py``.
"""

from __future__ import annotations

import copy
import json
import re
from pathlib import Path
from typing import Any

import pytest

REFERENCE = Path(__file__).parents[2].parent / "shared" / "spec" / "api_reference.md"
FACTS = Path(__file__).parent / "examples.json"
CODE = {"python", "javascript"}
"""Languages of blocks that are programs; their text stays in the reference."""
HEADING = re.compile(r"^(#{2,3}) (?:\d+\. )?(.+)")
LABEL = re.compile(r"^\*\*(.+?):\*\*")
ENDPOINT = re.compile(r"^\*\*Endpoint:\*\* `(\w+) (\S+)`")
ROW = re.compile(r"^\| `(?P<name>\w+)` \|(?P<rest>.+)\|$")


def example(name: str) -> Any:
    """An example by its name: a JSON value, a list of them where the block holds several, or its text."""
    return copy.deepcopy(facts()["examples"][name])


def parameters(chapter: str) -> dict[str, dict[str, Any]]:
    """The table of parameters under a heading: name to type, whether required, legal values, default."""
    return dict(facts()["parameters"][chapter])


def code(name: str) -> str:
    """A program of the reference; skips the test when the reference is not there."""
    if not REFERENCE.exists():
        pytest.skip(f"{REFERENCE} is not there")
    return {found: block for found, _, block in blocks(REFERENCE.read_text())}[name]


def facts() -> dict[str, Any]:
    """All that ``read`` found when ``examples.json`` was written."""
    return dict(json.loads(FACTS.read_text()))


def read(text: str) -> dict[str, Any]:
    """Endpoints, examples and parameters of the reference. Programs are only named."""
    examples: dict[str, Any] = {}
    tables: dict[str, dict[str, Any]] = {}
    endpoints: list[str] = []
    for name, language, block in blocks(text):
        examples[name] = values(block) if language == "json" else None if language in CODE else block
    heading = ""
    for line in text.splitlines():
        if found := HEADING.match(line):
            heading = found[2]
        elif (row := ROW.match(line)) and row["rest"].count("|") == 2:
            tables.setdefault(heading, {})[row["name"]] = _parameter(row["rest"])
        elif found := ENDPOINT.match(line):
            endpoints.append(f"{found[1]} {found[2]}")
    return {"endpoints": sorted(set(endpoints)), "examples": examples, "parameters": tables}


def blocks(text: str) -> list[tuple[str, str, str]]:
    """Every code block: its name (heading, and the label or place below it), language and text."""
    found: list[tuple[str, str, str]] = []
    heading, label, language, lines = "", "", None, []
    for line in text.splitlines():
        if language is not None:
            if line.strip() == "```":
                found.append((_name(heading, label, found), language, "\n".join(lines)))
                language = None
            else:
                lines.append(line)
        elif line.startswith("```"):
            language, lines = line[3:].strip(), []
        elif match := HEADING.match(line):
            heading, label = match[2], ""
        elif match := LABEL.match(line):
            label = match[1]
    return found


def values(block: str) -> Any:
    """The JSON of a block, or a list where there are several; comments and ``{...}`` are taken out."""
    text = re.sub(r"^\s*//.*$", "", block, flags=re.MULTILINE).replace("{...}", "{}").strip()
    decoder, found = json.JSONDecoder(), []
    while text:
        value, end = decoder.raw_decode(text)
        found.append(value)
        text = text[end:].strip()
    return found[0] if len(found) == 1 else found


def _name(heading: str, label: str, before: list[tuple[str, str, str]]) -> str:
    name = f"{heading} / {label}" if label else heading
    taken = sum(other == name or other.startswith(f"{name} #") for other, _, _ in before)
    return f"{name} #{taken + 1}" if taken else name


def _parameter(rest: str) -> dict[str, Any]:
    kind, required, description = (cell.strip() for cell in rest.split("|"))
    text, _, default = description.partition("(default:")
    legal: list[Any] = re.findall(r"`(\w+)`", text)
    if ":" in text and not legal:
        legal = [int(number) for number in re.findall(r"\d{3,}", text.partition(":")[2])]
    return {
        "type": kind,
        "required": required,
        "values": legal,
        "default": default.rstrip(")").strip(" `") or None,
    }


if __name__ == "__main__":
    FACTS.write_text(json.dumps(read(REFERENCE.read_text()), indent=1, ensure_ascii=False) + "\n")
