"""What is released: versions that agree, wheels that install, checksums that fit, the same bytes every time."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from itertools import chain
from pathlib import Path

import pytest

from tools import distributions, version


def test_every_package_has_the_version_of_the_file() -> None:
    assert version.differing() == {}
    changelog = (version.ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert f"\n## {version.current()}" in changelog


def test_a_new_version_goes_everywhere(tmp_path: Path) -> None:
    for name in ("VERSION", *version.PLACES):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(version.ROOT / name, tmp_path / name)
    version.write("12.3.4", tmp_path)
    assert (version.current(tmp_path), version.differing(tmp_path)) == ("12.3.4", {})
    for name in version.PLACES:
        before, after = (root / name for root in (version.ROOT, tmp_path))
        changed = set(after.read_text().splitlines()) - set(before.read_text().splitlines())
        assert len(changed) == 1, name
    with pytest.raises(ValueError, match=r"1\.2\.3"):
        version.write("2.0", tmp_path)


def test_every_package_that_is_asked_for_has_its_reason() -> None:
    """``docs/dependencies.md`` has a row for each, alone or with its kin; those of the tools are in one list."""
    asked = set()
    for name in ("server", "sdk/python"):
        project = tomllib.loads((version.ROOT / name / "pyproject.toml").read_text("utf-8"))["project"]
        asked |= {*project["dependencies"], *chain(*project.get("optional-dependencies", {}).values())}
    page = (version.ROOT / "docs" / "dependencies.md").read_text("utf-8").lower()
    rows = " ".join(line.split("|")[1] for line in page.splitlines() if line.startswith("| "))
    names = {re.split(r"[\[<>=~;]", line)[0].strip().lower() for line in asked}
    assert {name for name in names if not re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", rows)} == set()


def test_wheels_are_whole_and_always_the_same(tmp_path: Path) -> None:
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
    server, client = distributions.wheels(tmp_path / "a")
    again = distributions.wheel(version.ROOT / "sdk" / "python", tmp_path / "b")
    assert again.read_bytes() == client.read_bytes()
    for wheel, source in ((server, "server/pocket3d_server"), (client, "sdk/python/pocket3d")):
        with zipfile.ZipFile(wheel) as archive:
            packed = set(archive.namelist())
        tracked = subprocess.run(
            ["git", "ls-files", source], cwd=version.ROOT, capture_output=True, text=True, check=True
        )
        parent = Path(source).parent
        named = {Path(line).relative_to(parent).as_posix() for line in tracked.stdout.splitlines()}
        assert not named - packed, "files of the package that the wheel lacks"
        assert any(name.endswith("licenses/LICENSE") for name in packed)
    sums = distributions.checksums([server, client], tmp_path).read_text().splitlines()
    assert f"{hashlib.sha256(server.read_bytes()).hexdigest()}  {server.name}" in sums

    # The client installs where nothing of the repository is, and its command runs.
    target = tmp_path / "installed"
    install = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", str(target)]
    subprocess.run([*install, str(client)], check=True, cwd=tmp_path)
    said = subprocess.run(
        [target / "bin" / "pocket3d", "--version"],
        env=os.environ | {"PYTHONPATH": str(target)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert said.stdout.strip() == version.current()


@pytest.mark.skipif(sys.platform == "win32" or shutil.which("npm") is None, reason="there is no npm")
def test_the_tarball_installs(tmp_path: Path) -> None:
    tarball = distributions.npm_tarball(tmp_path)
    assert tarball is not None
    (tmp_path / "package.json").write_text('{"type": "module"}')
    subprocess.run(["npm", "install", "--silent", "--no-audit", tarball], cwd=tmp_path, check=True)
    program = "import { Pocket3DClient } from '@pocket3d/sdk'; console.log(new Pocket3DClient().baseUrl)"
    said = subprocess.run(
        ["node", "--input-type=module", "-e", program],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
        env={"PATH": "/usr/bin:/usr/local/bin:/bin"},
    )
    assert said.stdout.strip() == "https://api.pocket3d.studio/api/v1"
