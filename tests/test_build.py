"""``build.py``, as far as it is more than a call of something else."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

import build


def test_a_script_beside_the_checkout_finds_the_client(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "pocket3d").mkdir()  # as a clone is called
    script = tmp_path / "car.py"
    script.write_text("from pocket3d import Pocket3DClient\n")
    monkeypatch.setenv("PYTHONPATH", "")  # and put it back
    monkeypatch.setattr(build.environments, "server", lambda: sys.executable)
    monkeypatch.setattr(build, "become", build.run)
    assert build.client([str(script)]) == 0
