"""The exact zip, and the Blender modules to try it in."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tools import package

VERSIONS = ["4.2.23", "4.5.15", "5.0.1"]


def venvs() -> Path:
    """Folder with one environment a version, each with that ``bpy``; build.py makes them."""
    given = os.environ.get("POCKET3D_BPY_VENVS")
    return (
        Path(given) if given else Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "bpy-venvs"
    )


def blender_python(version: str) -> Path:
    """The interpreter that can import this ``bpy``. Skips without it, unless build.py promised it."""
    folder = venvs() / version
    python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    if not python.exists():
        message = f"bpy {version} is not in {venvs()}; 'python build.py test' puts it there"
        if "POCKET3D_BPY_VENVS" in os.environ:
            pytest.fail(message)
        pytest.skip(message)
    return python


@pytest.fixture(scope="session")
def extension_zip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What ``python build.py package`` makes."""
    return package.build(tmp_path_factory.mktemp("dist"))
