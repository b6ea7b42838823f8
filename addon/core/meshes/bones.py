"""Names of bones as Blender writes them: ``.L`` and ``.R`` at the end, so that poses and weights can be mirrored."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from .skeleton import BoneData

PREFIX = re.compile(r"^(?:mixamorig\d*|valvebiped|bip\d+|armature|rig)\s*[:|.\s_-]\s*(?=\w)", re.IGNORECASE)
"""What exporters put before every name."""
NUMBER = re.compile(r"[._-]\d+$")
AROUND = re.compile(r"^[\s._:|-]+|[\s._:|-]+$")
"""What is left over around a name without its side; every kind of space, for a name of nothing else is none."""
OWN_NAMES = "pocket3d"
"""The choice of the built-in rig's ``bone_names`` that leaves names to us."""
LONGEST = 60
"""Bytes; Blender before 5.0 holds 63, and a number may still be added."""


def for_blender(bones: Sequence[BoneData], extras: Mapping[str, Any] | None = None) -> list[BoneData]:
    """The same bones with Blender's names, each name once; as they are where the file's ``extras`` tell that another
    program's names were asked for."""
    settings = ((extras or {}).get("request") or {}).get("parameters") or {}
    if settings.get("bone_names", OWN_NAMES) != OWN_NAMES:
        return list(bones)
    names = blender_names([b.name for b in bones])
    return [replace(b, name=name, original=b.name) for b, name in zip(bones, names, strict=True)]


def blender_names(names: Sequence[str]) -> list[str]:
    """Blender's form of each name, in the same order. Names that would become equal are numbered before the side,
    the same for left and right: ``arm.L``, ``arm.R``, ``arm.001.L``, ``arm.001.R``."""
    bare = [PREFIX.sub("", name) for name in names]
    if any(not b.strip() for b in bare):
        bare = list(names)
    taken: set[str] = set()
    found = []
    for name in bare:
        stem, side = split_side(name)
        stem = _short(AROUND.sub("", stem) or "bone")
        candidate, number = stem + side, 0
        while candidate.lower() in taken:
            number += 1
            candidate = f"{stem}.{number:03d}{side}"
        taken.add(candidate.lower())
        found.append(candidate)
    return found


def split_side(name: str) -> tuple[str, str]:
    """A name without its side, and the side: ``.L``, ``.R`` or nothing.

    ``LeftArm``, ``arm_l``, ``Arm.Left``, ``l_arm``, ``RightHandIndex1`` and ``thigh.L.001`` all name a side;
    ``lower_arm`` and ``Roll`` do not.
    """
    number = NUMBER.search(name)
    tail = number.group() if number else ""
    body = name[: -len(tail)] if tail else name
    for pattern in ENDINGS:
        match = pattern.search(body)
        if match and match.start() > 0:
            return body[: match.start()] + tail, _side(match.group("side"))
    for pattern in BEGINNINGS:
        match = pattern.search(body)
        if match and match.end() < len(body):
            return body[match.end() :] + tail, _side(match.group("side"))
    match = MIDDLE.search(body)
    if match:
        return body[: match.start()] + body[match.end() - 1 :] + tail, _side(match.group("side"))
    return name, ""


ENDINGS = (
    re.compile(r"[._\- ](?P<side>l|r|left|right)$", re.IGNORECASE),
    re.compile(r"(?<=[a-z0-9])(?P<side>Left|Right|L|R)$"),
    re.compile(r"(?<=[A-Z])(?P<side>_?LEFT|_?RIGHT)$"),
)
BEGINNINGS = (
    re.compile(r"^(?P<side>l|r|left|right)[._\- :]", re.IGNORECASE),
    re.compile(r"^(?P<side>left|right|Left|Right|LEFT|RIGHT)(?=[A-Z0-9])"),
    re.compile(r"^(?P<side>l|r|L|R)(?=[A-Z][a-z])"),
)
MIDDLE = re.compile(r"[._\- ](?P<side>l|r|left|right)[._\- ]", re.IGNORECASE)


def _side(word: str) -> str:
    return ".L" if word.strip("_").lower().startswith("l") else ".R"


def _short(stem: str) -> str:
    return stem.encode()[: LONGEST - 6].decode(errors="ignore")
