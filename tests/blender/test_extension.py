"""The exact zip in real Blender: installed in a throwaway profile, used against a real server, removed."""

from __future__ import annotations

import json
import os
import subprocess
import tomllib
import zipfile
from pathlib import Path

import pytest
from live import LiveServer

from tools import package

from .conftest import VERSIONS, blender_python

INSIDE = Path(__file__).parent / "inside"
MEGABYTE = 1024 * 1024


def run_inside(version: str, zip_file: Path, server: LiveServer, folder: Path) -> dict[str, str]:
    """Run all checks in Blender; returns what each said, empty for a pass."""
    report = folder / "report.json"
    environment = {k: v for k, v in os.environ.items() if k not in {"PYTHONPATH", "PYTHONHOME"}}
    environment |= {
        "BLENDER_USER_RESOURCES": str(folder / "profile"),
        "TMPDIR": str(folder),
        "POCKET3D_BASE_URL": server.url,
        "POCKET3D_API_KEY": server.token,
    }
    command = [str(blender_python(version)), str(INSIDE / "run.py"), str(zip_file), str(report)]
    command += os.environ.get("POCKET3D_CHECKS", "").split()  # while working on one of them
    done = subprocess.run(
        command, env=environment, cwd=folder, capture_output=True, text=True, errors="replace", timeout=300
    )
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-4000:]
    return dict(json.loads(report.read_text()))


@pytest.mark.parametrize("version", VERSIONS)
def test_in_blender(version: str, extension_zip: Path, live_server: LiveServer, tmp_path: Path) -> None:
    report = run_inside(version, extension_zip, live_server, tmp_path)
    failures = {name: text for name, text in report.items() if text}
    assert not failures, "\n\n".join(f"--- {name}\n{text}" for name, text in failures.items())
    assert len(report) >= (15 if not os.environ.get("POCKET3D_CHECKS") else 3)


@pytest.mark.parametrize("version", VERSIONS)
def test_blenders_own_validator_accepts_the_zip(version: str, extension_zip: Path) -> None:
    python = blender_python(version)
    tool = next(python.parents[1].rglob("bl_pkg/cli/blender_ext.py"))
    done = subprocess.run(
        [str(python), str(tool), "validate", str(extension_zip)], capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_what_is_in_the_zip(extension_zip: Path) -> None:
    with zipfile.ZipFile(extension_zip) as archive:
        names = set(archive.namelist())
    assert {
        "blender_manifest.toml",
        "__init__.py",
        "LICENSE",
        "core/jobs/runner.py",
        "pocket3d/client.py",
    } <= names
    assert {
        "server/pyproject.toml",
        "server/pocket3d_server/cli/main.py",
        "server/LICENSE",
        "server/data-packages.txt",
    } <= names
    assert {"pocket3d/LICENSE", "server/pocket3d_server/models/data/README.txt"} <= names, "notices"
    assert not [n for n in names if n.endswith((".whl", ".pyc", ".so")) or "egg-info" in n or "tests/" in n]
    assert extension_zip.stat().st_size < 20 * MEGABYTE


def test_the_licences_are_those_we_name(extension_zip: Path) -> None:
    with zipfile.ZipFile(extension_zip) as archive:
        assert b"SPDX:GPL-3.0-or-later" in archive.read("blender_manifest.toml")
        assert b"GNU GENERAL PUBLIC LICENSE" in archive.read("LICENSE")[:200]
        for name in ("server/LICENSE", "pocket3d/LICENSE"):
            assert b"Apache License" in archive.read(name)[:200]


def test_every_permission_is_used_and_every_use_is_named(extension_zip: Path) -> None:
    uses = {
        "network": b"Pocket3DClient(",
        "files": b"extension_path_user(",
        "clipboard": b"window_manager.clipboard",
        "camera": b"VideoCapture",
        "microphone": b"sounddevice",
    }
    with zipfile.ZipFile(extension_zip) as archive:
        named = set(tomllib.loads(archive.read("blender_manifest.toml").decode())["permissions"])
        own = [
            n for n in archive.namelist() if n.endswith(".py") and not n.startswith(("server/", "pocket3d/"))
        ]
        text = b"".join(archive.read(n) for n in own)
    assert named == {name for name, call in uses.items() if call in text}


def test_the_same_source_gives_the_same_bytes(tmp_path: Path) -> None:
    first, second = package.build(tmp_path / "a"), package.build(tmp_path / "b")
    assert first.read_bytes() == second.read_bytes()
