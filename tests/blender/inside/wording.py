"""What Blender shows of our classes is what the list of messages for translators has."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import bpy
from registration import classes
from support import module

sys.path.insert(0, str(Path(__file__).parents[3]))

from tools import messages


def shown() -> Iterator[tuple[str, str]]:
    """Every label, tooltip and choice of ours, with where it is."""
    for cls in classes():
        rna = cls.bl_rna
        if issubclass(cls, bpy.types.Operator):
            category, name = cls.bl_idname.split(".")
            rna = getattr(getattr(bpy.ops, category), name).get_rna_type()
            yield cls.__name__, rna.description
        if issubclass(cls, (bpy.types.Operator, bpy.types.Panel, bpy.types.Menu, bpy.types.FileHandler)):
            yield cls.__name__, cls.bl_label
        own = {name for base in cls.__mro__ for name in vars(base).get("__annotations__", ())}
        for prop in rna.properties:
            if prop.identifier not in own or prop.is_hidden or prop.identifier == "name":
                continue
            where = f"{cls.__name__}.{prop.identifier}"
            yield where, prop.name
            yield where, prop.description
            for item in getattr(prop, "enum_items_static", ()):
                yield where, item.name
                yield where, item.description


def check_every_word_that_blender_shows_is_in_the_list() -> None:
    known = set(messages.messages()) | messages.NAMES
    templates = [
        re.compile(".+?".join(re.escape(piece) for piece in re.split(r"\{\d\}", message)))
        for message in known
        if "{0}" in message
    ]
    forgotten = {
        f"{where}: {text}"
        for where, text in shown()
        if re.match("(?:3D )?[A-Z].*[a-z]", text)
        and text not in known
        and not any(template.fullmatch(text) for template in templates)
    }
    assert not forgotten, sorted(forgotten)


def check_sentences_are_said_as_they_are_without_a_translation() -> None:
    say = module("translations").say
    for text in ("", "Ready", "The image car.png was not found", "A · B"):
        assert say(text) == text


def check_sentences_with_names_in_them_are_found_again() -> None:
    translations = module("translations")
    german = translations.tables()["de_DE"]
    dictionary = SimpleNamespace(
        locale="de_DE", pgettext_iface=lambda message: german.get(("*", message), message)
    )
    blender = translations.bpy  # the module has no dictionaries; a Blender with a window does
    translations.bpy = SimpleNamespace(app=SimpleNamespace(translations=dictionary))
    try:
        for english, expected in (
            ("The image car.png was not found", "Das Bild car.png wurde nicht gefunden"),
            ("Cube · 12 faces · 1 material", "Cube · 12 Flächen · 1 Material"),
            ("The sky fell. Check the key in the preferences", "The sky fell. Bitte den Schlüssel in den"),
            ("A server's own sentence of nothing", "A server's own sentence of nothing"),
            ("Generate  ·  ≈ 3 s", "Erzeugen  ·  ≈ 3 s"),
            ("Parts", "Teile"),
        ):
            assert translations.say(english).startswith(expected), translations.say(english)
    finally:
        translations.bpy = blender
    assert german["Operator", "Texture"] != german["*", "Texture"]
