"""Lists what the extension says, for its translations.

    python -m tools.messages              every message, one a line, with where it is first used
    python -m tools.messages de_DE        what this language lacks, and what it has too much, as JSON to paste

Read from the source: literals that begin like a label or a sentence, the tooltips (docstrings) of operators, and
f-strings as templates, "{0} faces". ``addon/translations`` finds the template of a sentence again when it is drawn.
"""

from __future__ import annotations

import ast
import itertools
import json
import re
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ADDON = ROOT / "addon"
TABLES = ADDON / "translations"

ENGLISH = {"cli", "api", "batch", "diagnosis.py", "strangers.py"}
"""Command line, Python API, reports for whoever helps, and names of other programs."""

NAMES = {
    *(
        "Blender",
        "Pocket3D",
        "Pocket3D for Blender",
        "Pocket3D staging",
        "Pocket3D {0}: {1}",
        "Python",
        "Draco",
    ),
    *(
        "Base Color",
        "Blue",
        "Color",
        "Emission Color",
        "Green",
        "Metallic",
        "Non-Color",
        "Normal",
        "Roughness",
    ),
    *(
        "Armature",
        "Asset",
        "Cut",
        "Deform",
        "Geometry",
        "Material",
        "Part",
        "Part {0}",
        "Pocket3D asset",
        "Pocket3D cut",
        "{0} rig",
    ),
    *("Pocket3D Prompt", "Pocket3D Texture Prompt", "Pocket3D Report", "Pocket3D Server Log"),
    *(
        "Access is denied",
        "Could not find a version",
        "Installing collected packages",
        "No module named ensurepip",
    ),
    *("No matching distribution found", "No module named venv", "No space left", "Permission denied"),
    *("Requires-Python", "Temporary failure in name resolution", "There is not enough space", "Error:"),
}
"""Names, of datablocks and sockets, and what other programs print."""

ERRORS = {"TypeError", "ValueError", "RuntimeError", "KeyError", "AssertionError", "NotImplementedError"}
"""Raised for programmers; nobody sees them in a panel."""

SILENT_CALLS = {"compile", "getattr", "Thread", "Path", "register_cli_command", "require", "namedtuple"}
SILENT_NAMES = {"bl_idname", "bl_parent_id", "bl_category", "icon", "type", "subtype", "options", "module"}
SEPARATOR = " · "
"""Between the pieces of a line, which are translated one by one."""


def messages(root: Path = ADDON) -> dict[str, str]:
    """Every message and the file that has it."""
    found: dict[str, str] = {}
    for file in sorted(root.rglob("*.py")):
        relative = file.relative_to(root)
        if ENGLISH & set(relative.parts) or relative.parts[0] == "translations":
            continue
        for text in in_module(ast.parse(file.read_text(encoding="utf-8"))):
            for piece in map(numbered, text.split(SEPARATOR)):
                if is_message(piece.strip()):
                    found.setdefault(piece.strip(), relative.as_posix())
    return found


def is_message(text: str) -> bool:
    """Whether it reads like words for people: not an identifier, a key, a path or a node's type."""
    words = re.sub(r"\{\d\}", "", text)
    if (
        text in NAMES
        or not re.search("[A-Za-z][a-z]", words)
        or re.search(r"[A-Za-z]_|_[A-Za-z]|\\|[|]|^\W*/|\n|%s", words)
    ):
        return False
    if " " not in text and re.search("[a-z0-9][A-Z]|[A-Z]{2}|[.]|://", text):
        return False
    return bool(re.match(r"(?:3D )?[A-Z](?:[a-z]|[ -][A-Za-z]|[A-Z]+ )|\{\d\}.* [a-z]", text))


def in_module(tree: ast.AST) -> Iterator[str]:
    """The literals of a module that could be messages."""
    if isinstance(tree, ast.ClassDef) and "_OT_" in tree.name:
        tip = ast.get_docstring(tree)
        if tip:
            yield tip
    for child in children(tree):
        if isinstance(child, ast.Constant) and isinstance(child.value, str):
            yield child.value
        elif isinstance(child, ast.JoinedStr):
            yield from templates(child)
        else:
            yield from in_module(child)


def children(node: ast.AST) -> Iterator[ast.AST]:
    """The parts of a node that people may get to see."""
    match node:
        case ast.Expr(value=ast.Constant()) | ast.Compare() | ast.Global() | ast.Assert():
            return  # docstrings, keys
        case ast.Raise(exc=ast.Call(func=ast.Name(id=name))) if name in ERRORS:
            return
        case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name)) if name in SILENT_CALLS:
            return
        case ast.keyword(arg=name) if name in SILENT_NAMES:
            return
        case ast.Assign(targets=[ast.Name(id=name)]) if name in SILENT_NAMES or name == "__all__":
            return
        case ast.Subscript():
            yield node.value
        case ast.Dict():
            yield from node.values
        case ast.arg() | ast.AnnAssign(value=None) if not is_property(node):
            return
        case _:
            yield from ast.iter_child_nodes(node)


def is_property(node: ast.AST) -> bool:
    """Whether an annotation declares a property of Blender's: ``name: StringProperty(...)``."""
    return isinstance(node, ast.AnnAssign) and isinstance(node.annotation, ast.Call)


def templates(joined: ast.JoinedStr) -> Iterator[str]:
    """An f-string with numbers for its values; one for each choice where a value chooses between literals."""
    choices: list[list[str | None]] = []
    for value in joined.values:
        if isinstance(value, ast.Constant):
            choices.append([str(value.value)])
        elif isinstance(value, ast.FormattedValue) and isinstance(value.value, ast.IfExp):
            branches = [value.value.body, value.value.orelse]
            choices.append([text for branch in branches for text in branch_texts(branch)])
        else:
            choices.append([None])
    for choice in itertools.product(*choices):
        text = "".join("{}" if piece is None else re.sub(r"\{\d\}", "{}", piece) for piece in choice)
        yield SEPARATOR.join(map(numbered, text.split(SEPARATOR)))


def branch_texts(branch: ast.expr) -> list[str | None]:
    """The literals of one side of a choice; None for what only the running program knows."""
    if isinstance(branch, ast.Constant) and isinstance(branch.value, str):
        return [branch.value]
    return list(templates(branch)) if isinstance(branch, ast.JoinedStr) else [None]


def numbered(text: str) -> str:
    """The places of values as ``{0}``, ``{1}`` and so on."""
    count = itertools.count()
    return re.sub(r"\{\}", lambda _: f"{{{next(count)}}}", text)


def table(locale: str) -> dict[str, dict[str, str]]:
    """What ``addon/translations`` has for a language: context, message, translation."""
    content: dict[str, dict[str, str]] = json.loads((TABLES / f"{locale}.json").read_text(encoding="utf-8"))
    return content


def missing(locale: str) -> list[str]:
    """Messages that a language lacks."""
    return sorted(set(messages()) - set(table(locale)["*"]))


def stale(locale: str) -> list[str]:
    """Entries of a language that nothing says any more."""
    return sorted({m for entries in table(locale).values() for m in entries} - set(messages()))


def main(arguments: Sequence[str]) -> int:
    """List everything, or what one language lacks."""
    if arguments:
        locale = arguments[0]
        print(json.dumps(dict.fromkeys(missing(locale), ""), indent=2, ensure_ascii=False))
        print("".join(f"no longer used: {text}\n" for text in stale(locale)), end="")
        return 1 if missing(locale) or stale(locale) else 0
    for text, file in sorted(messages().items(), key=lambda item: (item[1], item[0])):
        print(f"{file}\t{text}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
