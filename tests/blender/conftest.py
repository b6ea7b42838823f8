"""The exact zip, and the Blender modules to try it in."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from tools import environments, package

VERSIONS = environments.BPY_FOR_TESTS.get(sys.version_info[:2], [])
"""Those that build.py has for this Python; none for some, and their tests are skipped."""


def blender_python(version: str) -> Path:
    """The interpreter that can import this ``bpy``. Skips without it, unless build.py promised it."""
    python = environments.python_in(environments.blender_folder() / version)
    if not python.exists():
        message = (
            f"bpy {version} is not in {environments.blender_folder()}; 'python build.py test' puts it there"
        )
        if "POCKET3D_BPY_VENVS" in os.environ:
            pytest.fail(message)
        pytest.skip(message)
    return python


@pytest.fixture(scope="session")
def extension_zip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What ``python build.py package`` makes."""
    return package.build(tmp_path_factory.mktemp("dist"))
