"""The extension in other languages: a table for each, and ``say`` for sentences that are put together at run time.

Blender itself translates labels, tooltips and reports that are in the tables word for word. Sentences with names
and numbers in them are written in English where they arise, in core and scene; when they are drawn, ``say`` finds
the template they were made from ("{0} faces") and fills in its translation.
"""

from __future__ import annotations

import json
import re
from functools import cache, lru_cache
from pathlib import Path

import bpy

CONTEXTS = ("*", "Operator")
"""Where Blender looks: everywhere, and the labels of buttons. A table's second part has what differs there."""

SEPARATOR = " · "
"""Between the pieces of a line, which are translated one by one."""

TELLING = 10
"""Letters that a template needs to be known by them alone."""


def register() -> None:
    """Give Blender the tables."""
    bpy.app.translations.register(__package__, tables())


def unregister() -> None:
    """Take them back."""
    bpy.app.translations.unregister(__package__)


@cache
def tables() -> dict[str, dict[tuple[str, str], str]]:
    """For each language: context and message to translation, as Blender wants it."""
    return {file.stem: _table(file) for file in sorted(Path(__file__).parent.glob("*.json"))}


def _table(file: Path) -> dict[tuple[str, str], str]:
    content = json.loads(file.read_text(encoding="utf-8"))
    entries: dict[tuple[str, str], str] = {}
    for context in CONTEXTS:
        words = content["*"] | content.get(context, {})
        entries |= {(context, message): text for message, text in words.items()}
    return entries


def say(text: str) -> str:
    """A sentence in the language of Blender's interface; as it is when there is no translation."""
    if not text or (bpy.app.translations.locale or "en").startswith("en"):
        return text
    return SEPARATOR.join(_piece(piece) for piece in text.split(SEPARATOR))


def _piece(piece: str) -> str:
    text = piece.strip()
    return piece.replace(text, _translated(text)) if text else piece


def _translated(text: str) -> str:
    if text in _messages():  # not all that Blender knows: an object may be called Cube
        return bpy.app.translations.pgettext_iface(text)
    template, values = _template_of(text)
    if template:
        return bpy.app.translations.pgettext_iface(template).format(*map(_piece, values))
    first, stop, rest = text.partition(". ")
    return f"{_piece(first)}{stop}{_piece(rest)}" if stop else text


@lru_cache(maxsize=500)
def _template_of(text: str) -> tuple[str, tuple[str, ...]]:
    for template, pattern in _patterns():
        match = pattern.fullmatch(text)
        if match:
            return template, match.groups()
    return "", ()


@cache
def _messages() -> frozenset[str]:
    """All that any language has words for."""
    return frozenset(message for table in tables().values() for _, message in table)


@cache
def _patterns() -> list[tuple[str, re.Pattern[str]]]:
    """All templates, the most telling first."""
    templates = [message for message in _messages() if "{0}" in message]
    ordered = sorted(templates, key=lambda m: (-len(re.sub(r"\{\d\}", "", m)), m))
    return [(message, _pattern(message)) for message in ordered]


def _pattern(template: str) -> re.Pattern[str]:
    """Matches what a template can become. One with few words of its own takes only short values, or else a
    sentence from a server could be mistaken for it."""
    own = len(re.findall("[A-Za-z]", template))
    value = r"(.+?)" if own >= TELLING else r"(\S+(?: \S+){0,2}?)"
    pieces = (re.escape(piece) for piece in re.split(r"\{\d\}", template))
    return re.compile(value.join(pieces), re.DOTALL)
