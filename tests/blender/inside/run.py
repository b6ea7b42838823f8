"""Runs in Blender's Python: installs the zip, runs every check, removes it, reports.

PYTHON run.py EXTENSION.zip REPORT.json [MODULE…]
"""

from __future__ import annotations

import json
import os
import sys
import traceback
from importlib import import_module
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import bpy  # noqa: F401 - before the others, which find Blender's modules through it

# isort: split
import registration
import support

OWN_SERVER = {"trellis", "paint", "unirig", "partfield"}
NAMES = sorted({f.stem for f in Path(__file__).parent.glob("*.py")} - {"run", "support"} - OWN_SERVER)
"""Every module here that has checks; those that want a server of their own are asked for by name."""


def main(zip_file: str, report_file: str, *names: str) -> None:
    """Write {check: traceback or ""} to the report; of the modules ``names`` only, if any are given."""
    report: dict[str, str] = {}

    def attempt(name: str, check: object) -> None:
        try:
            check()  # type: ignore[operator]
            report[name] = ""
        except BaseException:
            report[name] = traceback.format_exc()
        Path(report_file).write_text(json.dumps(report))

    before = registration.state()
    support.install(zip_file)
    attempt("enable and disable", lambda: registration.cycle(before))
    for module in map(import_module, names or NAMES):
        for name, check in vars(module).items():
            if name.startswith("check_"):
                support.fresh_file()
                attempt(f"{module.__name__}.{name}", check)
    attempt("uninstall", lambda: registration.uninstall(before))


if __name__ == "__main__":
    status = 1
    try:
        main(*sys.argv[1:])
        status = 0
    except BaseException:
        traceback.print_exc()
    sys.stdout.flush()
    sys.stderr.flush()
    # 4.2 can crash and 4.5 hang in their own exit handlers.
    os._exit(status)
