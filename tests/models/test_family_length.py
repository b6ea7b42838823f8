"""A builder of the kit is short: what it needs beyond 60 lines is vocabulary that others can use too."""

from __future__ import annotations

import ast
from collections import Counter
from pathlib import Path

import pytest
from pocket3d_server.models.builtin_text import families

FOLDER = Path(families.__path__[0])
LIMIT = 60


def lengths(source: str) -> dict[str, int]:
    """Lines of each builder of a module: a function from a brief to an asset, or one that ``FAMILIES`` names,
    with all that only it uses."""
    found = {n: node for node in ast.parse(source).body for n in _names(node)}
    listed = found.pop("FAMILIES")
    uses = {name: _read(node) & found.keys() - {name} for name, node in found.items()}
    builders = _read(listed) & found.keys() | {
        name for name, node in found.items() if isinstance(node, ast.FunctionDef) and _makes_asset(node)
    }

    def reach(name: str) -> set[str]:
        seen, todo = {name}, [name]
        while todo:
            new = uses[todo.pop()] - builders - seen
            seen |= new
            todo += new
        return seen

    made_of = {b: reach(b) for b in builders if isinstance(found[b], ast.FunctionDef)}
    users = Counter(name for names in made_of.values() for name in names)
    return {b: sum(_lines(found[n]) for n in names if users[n] == 1) for b, names in made_of.items()}


def _names(node: ast.stmt) -> list[str]:
    if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
        return [node.name]
    targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
    return [t.id for t in targets if isinstance(t, ast.Name)]


def _read(node: ast.AST) -> set[str]:
    return {n.id for n in ast.walk(node) if isinstance(n, ast.Name)}


def _makes_asset(node: ast.FunctionDef) -> bool:
    first = node.args.args[:1]
    return bool(first) and first[0].arg == "brief" and ast.unparse(node.returns or node.args) == "Asset"


def _lines(node: ast.stmt) -> int:
    return (node.end_lineno or 0) - node.lineno + 1


def test_what_others_use_too_does_not_count() -> None:
    source = """
def lid(brief):
    return 1
def shelf():
    return 2
def box(brief: Brief) -> Asset:
    return lid(brief), shelf()
def chest(brief: Brief) -> Asset:
    return box(brief), lid(brief)
FAMILIES = (Family("chest", ("chest",), chest),)
"""
    assert lengths(source) == {"box": 4, "chest": 2}


@pytest.mark.parametrize("path", sorted(FOLDER.glob("[!_]*.py")), ids=lambda path: path.stem)
def test_a_builder_is_under_60_lines(path: Path) -> None:
    found = {f"{path.stem}.{b}": n for b, n in lengths(path.read_text()).items()}
    long = {name: n for name, n in found.items() if n >= LIMIT}
    assert not long, "split it, or find words that others can use too"
