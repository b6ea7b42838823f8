"""Golden cases: whatever lies in the folder that ``--golden`` names."""

from __future__ import annotations

from pathlib import Path

import pytest


def pytest_configure(config: pytest.Config) -> None:
    """Say what the mark means."""
    config.addinivalue_line(
        "markers", "golden(pattern, only=None): run with `case` being each golden file of that pattern"
    )


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """One test for each file, in a folder of any depth; one skipped test where there is none."""
    mark = metafunc.definition.get_closest_marker("golden")
    if mark is None:
        return
    folder: Path = metafunc.config.getoption("--golden")
    only = mark.kwargs.get("only", lambda path: True)
    found = [path for path in sorted(folder.rglob(mark.args[0])) if only(path)] if folder.is_dir() else []
    names = [path.relative_to(folder).with_suffix("").as_posix() for path in found]
    reason = f"no {mark.args[0]} in {folder}; name a folder with --golden"
    nothing = [pytest.param(None, marks=pytest.mark.skip(reason=reason), id="none")]
    metafunc.parametrize("case", found or nothing, ids=names or None)
