"""The rooms of the house and which may import which (docs/architecture.md)."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
SERVER = ROOT / "server" / "pocket3d_server"

# room -> rooms and single modules it may import; a room always sees itself.
SERVER_RULES: dict[str, set[str]] = {
    "geometry": set(),
    "models": {"geometry"},
    "weights": {"models", "locks", "loopback", "storage", "times", "tls"},
    "runners": {"models", "weights", "geometry", "config", "errors", "logs", "metrics", "probe", "storage"},
    "jobs": {
        "runners",
        "models",
        "accounts",
        "config",
        "database",
        "errors",
        "logs",
        "metrics",
        "problems",
        "storage",
        "times",
        "tls",
    },
    "accounts": {"database", "errors", "loopback", "times"},
    "web": {"app", "services", "api", "accounts", "config", "errors", "locks", "loopback", "times"},
    "cli": {
        "web",
        "accounts",
        "app",
        "backup",
        "config",
        "database",
        "errors",
        "jobs",
        "logs",
        "models",
        "runners",
        "services",
        "storage",
        "times",
        "weights",
    },
    "migrations": {"database", "jobs", "accounts"},
    "api": {
        "config",
        "database",
        "jobs",
        "accounts",
        "runners",
        "models",
        "errors",
        "logs",
        "loopback",
        "metrics",
        "probe",
        "problems",
        "services",
        "storage",
        "times",
        "weights",
    },
}
SERVER_MODULES = {
    path.stem
    for path in SERVER.iterdir()
    if path.stem != "__init__" and (path.suffix == ".py" or path.is_dir())
}
# model -> other models that it may import; models/__init__.py says why.
MODEL_RULES: dict[str, set[str]] = {
    "builtin_parts": {"builtin_rig"},
    "builtin_image": {"builtin_text"},
    "builtin_texture": {"builtin_parts", "builtin_rig"},
    "builtin_text": {"builtin_pictures"},
    "builtin_pictures": {"builtin_text", "builtin_image"},
    "partfield": {"builtin_parts"},
}
ADDON = ROOT / "addon"
CORE_RULES: dict[str, set[str]] = {
    "meshes": set(),
    "request": set(),
    "server": set(),
    "jobs": {"meshes", "request", "server"},
    "batch": {"meshes", "request"},
}
ADDON_RULES: dict[str, set[str]] = {
    "core": set(),
    "scene": {"core"},
    "translations": set(),
    "ui": {"core", "scene", "translations"},
}


@cache
def parsed(file: Path) -> ast.Module:
    return ast.parse(file.read_text(encoding="utf-8"))


@cache
def imported_modules(file: Path, package: str) -> set[str]:
    """Absolute names of every module that a file imports, relative imports resolved against ``package``."""
    names: set[str] = set()
    for node in ast.walk(parsed(file)):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package.split(".")[: len(package.split(".")) - node.level + 1] if node.level else []
            module = ".".join([*base, *([node.module] if node.module else [])])
            names.update(f"{module}.{alias.name}" for alias in node.names)
    return names


def imports_when_loaded(file: Path, package: str) -> Iterator[tuple[str, ...]]:
    """What a file imports as soon as it is imported itself: not in functions, and not for types alone. Each as its
    candidates: ``from a import b`` may mean the module ``a.b`` or a name in ``a``."""
    todo: list[ast.AST] = [parsed(file)]
    while todo:
        node = todo.pop()
        if isinstance(node, ast.ImportFrom):
            base = package.split(".")[: len(package.split(".")) - node.level + 1] if node.level else []
            module = ".".join([*base, *([node.module] if node.module else [])])
            yield from ((f"{module}.{alias.name}", module) for alias in node.names)
        elif isinstance(node, ast.Import):
            yield from ((alias.name,) for alias in node.names)
        elif isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            todo += node.orelse
        elif not isinstance(node, ast.FunctionDef | ast.expr):
            todo += ast.iter_child_nodes(node)


def circles(root: Path, name: str) -> list[set[str]]:
    """The groups of modules of a package of which each needs all others before it can be imported."""
    files = {module_of(file, root, name): file for file in files_of(root)}
    needs: dict[str, set[str]] = {}
    for module, file in files.items():
        found = imports_when_loaded(file, package_of(file, root, name))
        known = {next((m for m in candidates if m in files), module) for candidates in found}
        needs[module] = known - {module}
    while loose := {
        m for m, wanted in needs.items() if not wanted & needs.keys()
    }:  # nothing left to wait for
        needs = {m: wanted for m, wanted in needs.items() if m not in loose}
    return [{m} | needs[m] & needs.keys() for m in sorted(needs)]


def module_of(file: Path, root: Path, name: str) -> str:
    return ".".join([name, *file.relative_to(root).with_suffix("").parts]).removesuffix(".__init__")


def files_of(folder: Path) -> list[Path]:
    return sorted(folder.rglob("*.py"))


def package_of(file: Path, root: Path, name: str) -> str:
    return ".".join([name, *file.relative_to(root).parts[:-1]])


def rooms_imported(file: Path, root: Path, name: str) -> set[str]:
    rooms = set()
    for module in imported_modules(file, package_of(file, root, name)):
        parts = module.split(".")
        if parts[0] == name and len(parts) > 1:
            rooms.add(parts[1])
    return rooms


@pytest.mark.parametrize("room", SERVER_RULES)
def test_server_rooms_import_one_way(room: str) -> None:
    allowed = SERVER_RULES[room] | {room}
    for file in files_of(SERVER / room):
        wrong = (rooms_imported(file, SERVER, "pocket3d_server") & SERVER_MODULES) - allowed
        assert not wrong, (
            f"{file.relative_to(ROOT)} imports {sorted(wrong)}; {room} may see {sorted(allowed)}"
        )


@pytest.mark.parametrize(
    "place", ["server/pocket3d_server", "addon", "sdk/python/pocket3d", "tools"], ids=lambda place: place
)
def test_no_modules_import_each_other_in_a_circle(place: str) -> None:
    assert circles(ROOT / place, Path(place).name) == []


def test_a_circle_is_found(tmp_path: Path) -> None:
    for name, text in (("a", "from p.b import x"), ("b", "from . import c"), ("c", "import p.a"), ("d", "")):
        (tmp_path / f"{name}.py").write_text(text)
    assert {"p.a", "p.b"} in circles(tmp_path, "p")
    (tmp_path / "a.py").unlink()
    (tmp_path / "e.py").write_text("def later():\n    import p.b")
    assert circles(tmp_path, "p") == []


def test_models_import_no_other_model() -> None:
    models = {folder.parent.name for folder in (SERVER / "models").glob("*/engine.py")}
    for model in models:
        for file in files_of(SERVER / "models" / model):
            seen = imported_modules(file, package_of(file, SERVER, "pocket3d_server"))
            folders = {m.split(".")[2] for m in seen if m.startswith("pocket3d_server.models.")}
            wrong = (folders & models) - {model} - MODEL_RULES.get(model, set())
            assert not wrong, f"{file.relative_to(ROOT)} imports {sorted(wrong)}"


def test_every_room_of_the_server_has_a_rule() -> None:
    rooms = {path.parent.name for path in SERVER.glob("*/__init__.py")}
    assert rooms | {"migrations"} == set(SERVER_RULES)
    assert {"database", "services", "times"} <= SERVER_MODULES


@pytest.mark.parametrize("chapter", CORE_RULES)
def test_chapters_of_the_extensions_core_import_one_way(chapter: str) -> None:
    allowed = CORE_RULES[chapter] | {chapter}
    for file in files_of(ADDON / "core" / chapter):
        seen = (m.split(".") for m in imported_modules(file, package_of(file, ADDON, "addon")))
        chapters = {m[2] for m in seen if m[:2] == ["addon", "core"] and len(m) > 2} & CORE_RULES.keys()
        assert chapters <= allowed, f"{file.relative_to(ROOT)} imports {sorted(chapters - allowed)}"


def test_enabling_the_extension_waits_for_no_heavy_module() -> None:
    """Blender's start waits for what is imported then; ``core.later`` has what only workers need."""
    heavy = {"numpy", "requests", "pocket3d"}
    for file in files_of(ADDON):
        seen = {m.split(".")[0] for m in imported_modules(file, package_of(file, ADDON, "addon"))}
        assert file.name == "later.py" or not seen & heavy, file.relative_to(ROOT)
    everything = "for m in pkgutil.walk_packages(addon.core.__path__, 'addon.core.'): import_module(m.name)"
    program = f"import sys, pkgutil, addon.core\nfrom importlib import import_module\n{everything}\n"
    program += f"print(*sorted({heavy} & set(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == []


@pytest.mark.parametrize("room", ADDON_RULES)
def test_extension_rooms_import_one_way(room: str) -> None:
    allowed = ADDON_RULES[room] | {room}
    for file in files_of(ROOT / "addon" / room):
        wrong = (rooms_imported(file, ROOT / "addon", "addon") & set(ADDON_RULES)) - allowed
        assert not wrong, (
            f"{file.relative_to(ROOT)} imports {sorted(wrong)}; {room} may see {sorted(allowed)}"
        )


def test_core_knows_no_bpy() -> None:
    for file in files_of(ROOT / "addon" / "core"):
        roots = {m.split(".")[0] for m in imported_modules(file, package_of(file, ROOT / "addon", "addon"))}
        assert not roots & {"bpy", "mathutils", "gpu", "bl_ui"}, file


@pytest.mark.parametrize("room", ["models", "geometry"])
def test_engines_know_no_web_and_no_database(room: str) -> None:
    for file in files_of(SERVER / room):
        roots = {m.split(".")[0] for m in imported_modules(file, package_of(file, SERVER, "pocket3d_server"))}
        assert not roots & {"flask", "flask_openapi3", "sqlalchemy", "alembic", "requests", "httpx"}, file


def test_the_client_needs_requests_only() -> None:
    import sys

    package = ROOT / "sdk" / "python" / "pocket3d"
    for file in files_of(package):
        roots = {m.split(".")[0] for m in imported_modules(file, package_of(file, package, "pocket3d"))}
        foreign = roots - set(sys.stdlib_module_names) - {"requests", "pocket3d", "urllib3"}
        assert not foreign, f"{file.relative_to(ROOT)} imports {sorted(foreign)}"
