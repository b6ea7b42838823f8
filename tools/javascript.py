"""The JavaScript client: build it, and put today's into the server's page.

    python -m tools.javascript

needs Node and npm. ``server/pocket3d_server/page`` then has the client as one file, and the viewer of 3D files as
its makers publish it.
"""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
import tarfile
import tempfile
import time
from pathlib import Path

from pocket3d_server.locks import try_lock

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "sdk" / "js"
PAGE = ROOT / "server" / "pocket3d_server" / "page"
VIEWER = "@google/model-viewer@4.4.0"
VIEWER_FILE = "package/dist/model-viewer.min.js"
VIEWER_SHA256 = "18b2e711035aa4705ee281530a55dc2338ff05eed3d70ae16d54105282a75ed5"
BUNDLE = ["src/index.ts", "--bundle", "--format=esm", "--target=es2022", "--minify", "--log-level=warning"]


def npm() -> str:
    """npm's command. Raises SystemExit without one."""
    found = shutil.which("npm")
    if found is None:
        raise SystemExit("the JavaScript client needs Node and npm: https://nodejs.org")
    return found


def built() -> Path:
    """The folder of the package with its compiled files; compiled anew when a source has changed."""
    sources = [
        *sorted((PACKAGE / "src").glob("*.ts")),
        PACKAGE / "package-lock.json",
        PACKAGE / "tsconfig.json",
    ]
    key = hashlib.sha256(b"".join(path.read_bytes() for path in sources)).hexdigest()
    stamp = PACKAGE / "dist" / ".built"
    with (PACKAGE / ".lock").open("ab") as lock:
        while not try_lock(lock):
            time.sleep(0.2)
        if not stamp.exists() or stamp.read_text() != key:
            shutil.rmtree(PACKAGE / "dist", ignore_errors=True)
            _run(npm(), "ci", "--no-audit", "--no-fund", "--loglevel=error")
            _run(npm(), "run", "--silent", "build")
            stamp.write_text(key)
    return PACKAGE


def bundle() -> str:
    """The client as one file for browsers."""
    return _run(str(PACKAGE / "node_modules" / ".bin" / "esbuild"), *BUNDLE)


def viewer() -> bytes:
    """The viewer from its package, checked."""
    with tempfile.TemporaryDirectory() as folder:
        _run(npm(), "pack", "--silent", "--pack-destination", folder, VIEWER)
        (archive,) = Path(folder).glob("*.tgz")
        with tarfile.open(archive) as tar:
            file = tar.extractfile(VIEWER_FILE)
            assert file is not None
            content = file.read()
    if hashlib.sha256(content).hexdigest() != VIEWER_SHA256:
        raise SystemExit(f"{VIEWER} is not the one that was looked at")
    return content


def _run(*command: str) -> str:
    done = subprocess.run(command, cwd=PACKAGE, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"{' '.join(command)} failed:\n{done.stdout}{done.stderr}")
    return done.stdout


def main() -> int:
    """Build and bring."""
    built()
    (PAGE / "sdk.js").write_text(bundle(), encoding="utf-8")
    (PAGE / "model-viewer.min.js").write_bytes(viewer())
    sizes = {path.name: path.stat().st_size for path in sorted(PAGE.iterdir())}
    print("\n".join(f"{name}: {size / 1000:.0f} kB" for name, size in sizes.items()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
