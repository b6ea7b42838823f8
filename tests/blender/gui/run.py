"""Plays the journey in a real window: builds the zip, starts a server, installs both into a throwaway profile.

    python build.py client tests/blender/gui/run.py --blender /path/to/blender [--out FOLDER]
    python build.py client tests/blender/gui/run.py --blender … --server http://127.0.0.1:7263 --key KEY

Needs a screen and Blender 4.2 or later, which listens to no mouse or keyboard meanwhile. Pictures, the .blend and the report lie in the folder; exit code 0 says that everything was right.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT))

from tools import package  # noqa: E402 - found through the line above
from tools.server_process import ServerProcess, running  # noqa: E402


def main() -> int:
    """Prepare, play, say how it went."""
    parser = argparse.ArgumentParser(description="Play the artist's journey in a real Blender.")
    parser.add_argument("--blender", default="blender", help="the program; 4.2 or later")
    parser.add_argument("--server", default="", help="address of a server; else one is started")
    parser.add_argument("--key", default=os.environ.get("POCKET3D_API_KEY", ""), help="its key or token")
    parser.add_argument("--out", type=Path, default=Path("journey"), help="folder for pictures and report")
    choice = parser.parse_args()
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="pocket3d-journey-")))
        url, key = choice.server, choice.key
        if not url:
            server = stack.enter_context(running(ServerProcess(folder / "data", folder / "server.log")))
            url, key = f"http://127.0.0.1:{server.port}", server.token
        return play(choice.blender, choice.out.resolve(), folder, url, key)


def play(blender: str, out: Path, folder: Path, url: str, key: str) -> int:
    """Install the extension and let Blender play; returns the exit code."""
    out.mkdir(parents=True, exist_ok=True)
    report = out / "report.txt"
    report.unlink(missing_ok=True)
    environment = os.environ | {
        "BLENDER_USER_RESOURCES": str(folder / "profile"),
        "POCKET3D_BASE_URL": url,
        "POCKET3D_API_KEY": key,
        "POCKET3D_JOURNEY": str(out),
    }
    zip_file = package.build(folder)
    install = ["--command", "extension", "install-file", "-r", "user_default", "--enable", str(zip_file)]
    subprocess.run([blender, *install], env=environment, check=True)
    window = ["--enable-event-simulate", "--window-geometry", "0", "0", "1600", "1000"]
    script = ["--python", str(Path(__file__).with_name("journey.py"))]
    subprocess.run([blender, *window, *script], env=environment, check=False)
    words = (
        report.read_text(encoding="utf-8") if report.exists() else "Blender ended before the journey did\n"
    )
    print(f"{words}Pictures: {out}")
    return 0 if words == "ok\n" else 1


if __name__ == "__main__":
    raise SystemExit(main())
