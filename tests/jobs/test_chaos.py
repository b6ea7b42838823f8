"""A short form of ``python build.py bench chaos``: real processes, killed at random, lose nothing."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.skipif(os.name != "posix", reason="kill -9 is POSIX's")
def test_nothing_is_lost_when_runners_servers_and_the_disk_fail() -> None:
    command = [sys.executable, "-m", "tools.bench_chaos", "--rounds", "6"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300)
    print(done.stdout, done.stderr)  # the seed, and what was found, should it fail
    assert done.returncode == 0
    assert re.search(r"^lost +0$", done.stdout, re.M)
