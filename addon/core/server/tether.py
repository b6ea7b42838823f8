"""Runs a command that ends together with whoever started it: a script of its own, which imports nothing of ours.

PYTHON -I tether.py COMMAND…   holds on to its standard input, which the system closes when Blender is killed.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading


def main(command: list[str]) -> int:
    """Run the command; its exit code."""
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL)
    threading.Thread(target=_watch, daemon=True).start()
    return process.wait()


def _watch() -> None:
    """Wait for the end of the input, then end the command, its children and this process."""
    while os.read(0, 1):
        pass
    if sys.platform == "win32":
        subprocess.run(["taskkill", "/T", "/F", "/PID", str(os.getpid())], check=False)
    else:
        os.killpg(0, signal.SIGKILL)  # a group of its own: see ``processes.NEW_GROUP``


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
