"""Every word that the extension shows is in every language's table, with its placeholders, and nothing else is."""

from __future__ import annotations

import ast
import json
import re

import pytest

from tools import messages

LOCALES = sorted(file.stem for file in messages.TABLES.glob("*.json"))
assert {"de_DE", "zh_HANS"} <= set(LOCALES)


def placeholders(text: str) -> set[str]:
    return set(re.findall(r"\{\d\}", text))


@pytest.mark.parametrize("locale", LOCALES)
def test_a_language_is_complete_and_has_nothing_stale(locale: str) -> None:
    lacks, too_many = messages.missing(locale), messages.stale(locale)
    assert not lacks, (
        f"{locale}.json lacks:\n{json.dumps(dict.fromkeys(lacks, ''), indent=1, ensure_ascii=False)}"
    )
    assert not too_many, f"{locale}.json has what nothing says any more: {too_many}"


@pytest.mark.parametrize("locale", LOCALES)
def test_translations_keep_what_is_filled_in(locale: str) -> None:
    table = messages.table(locale)
    assert set(table) <= {"*", "Operator"}
    for entries in table.values():
        for message, text in entries.items():
            assert text.strip() == text != "", message
            assert placeholders(text) == placeholders(message), message
            text.format(*"0123456789")  # braces are in order
            assert not re.search(r"[.。]$", text) or message.endswith("."), f"{message}: a full stop too many"


@pytest.mark.parametrize("locale", LOCALES)
def test_a_table_is_in_order(locale: str) -> None:
    for entries in messages.table(locale).values():
        assert list(entries) == sorted(entries)


def test_messages_are_found_where_they_hide() -> None:
    source = '''
class POCKET3D_OT_x(Operator):
    """Do it now"""
    bl_idname = "pocket3d.x"
    bl_label = "Do It"
    name: StringProperty(name="Name", items=[("KEY", "Label", "What it is")])
    def draw(self, context):
        """Not shown."""
        self.layout.label(text=f"{n} job{'s' if n > 1 else ''} · {left} left", icon="NONE")
        if mode == "Never Shown":
            raise ValueError("For programmers only")
        raise UserError(f"The image {path.name} was not found")
'''
    texts = {p for text in messages.in_module(ast.parse(source)) for p in text.split(messages.SEPARATOR)}
    assert {t for t in texts if messages.is_message(t)} == {
        *("Do it now", "Do It", "Name", "Label", "What it is", "{0} jobs", "{0} job", "{0} left"),
        "The image {0} was not found",
    }


def test_sentences_put_together_in_the_panels_are_translated() -> None:
    """An f-string cannot be looked up by Blender; it has to go through ``say`` or ``draw_text``."""
    wrong = []
    for file in sorted((messages.ADDON / "ui").glob("*.py")):
        for call in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            texts = [k.value for k in getattr(call, "keywords", ()) if k.arg in {"text", "title", "heading"}]
            if getattr(getattr(call, "func", None), "attr", "") in {"report", "poll_message_set"}:
                texts += call.args[-1:]
            wrong += [
                f"{file.name}:{text.lineno}"
                for text in texts
                if isinstance(text, ast.JoinedStr) and any(map(messages.is_message, messages.templates(text)))
            ]
    assert not wrong, f"wrap these in say(): {wrong}"
