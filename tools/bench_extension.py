"""Measure what the extension costs an artist who only has it enabled: seconds to enable, and to draw its tab.

    python build.py bench extension [--server URL]

In every bpy module that the tests have, on the exact zip. Drawing goes to the tests' recording layout, so it is
what our own Python takes; Blender's part comes on top. Without a server the status says that none is there. Enabling
is loading our modules and registering, in CPU time of the main thread; bpy has loaded numpy by then, which a Blender
with a window has not, so what that takes would not be seen here (a test sees to it that nothing needs it).
"""

from __future__ import annotations

import argparse
import os
import subprocess
import tempfile
from pathlib import Path

from tools import environments, package

INSIDE = Path(__file__).resolve().parent.parent / "tests" / "blender" / "inside"
TIMES = 20

MEASURE = f"""
import sys, time, os
sys.path.insert(0, {str(INSIDE)!r})
import bpy, addon_utils
import drawing, support

def median(run, times={TIMES}):
    taken = []
    for _ in range(times):
        start = time.perf_counter()
        run()
        taken.append(time.perf_counter() - start)
    return sorted(taken)[times // 2] * 1000

start = time.perf_counter()
support.install(sys.argv[1])
first = time.perf_counter() - start
off = lambda: addon_utils.disable(support.NAME, default_set=True)
on = lambda: addon_utils.enable(support.NAME, default_set=True)

def enabled_anew():
    off()
    for name in [n for n in sys.modules if n.startswith(support.NAME)]:
        del sys.modules[name]
    start = time.thread_time()
    on()
    return (time.thread_time() - start) * 1000

loaded = sorted(enabled_anew() for _ in range(5))[2]
empty = median(drawing.draw_all)
support.cube()
full = median(drawing.draw_all)
print(f"RESULT Blender {{bpy.app.version_string:8s}} installed in {{first:5.2f}} s, enabled in "
      f"{{loaded:5.1f}} ms, all panels drawn in {{empty:5.2f}} ms, with a mesh {{full:5.2f}} ms",
      flush=True)
os._exit(0)
"""


def main() -> int:
    """Print a line for each Blender."""
    parser = argparse.ArgumentParser(description="Time enabling the extension and drawing its panels.")
    parser.add_argument("--server", default="http://127.0.0.1:9", help="address that the extension is given")
    server = parser.parse_args().server
    found = sorted(p.name for p in environments.blender_folder().glob("*") if (p / ".ready").exists())
    if not found:
        print(f"no bpy module in {environments.blender_folder()}; 'python build.py test' puts some there")
        return 1
    failed = 0
    with tempfile.TemporaryDirectory() as folder:
        zip_file = package.build(Path(folder))
        for version in found:
            environment = os.environ | {
                "PYTHONDONTWRITEBYTECODE": "",  # as in Blender, where only the first start compiles
                "BLENDER_USER_RESOURCES": str(Path(folder) / version),
                "POCKET3D_BASE_URL": server,
            }
            python = environments.python_in(environments.blender_folder() / version)
            command = [str(python), "-c", MEASURE, str(zip_file)]
            done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=300)
            lines = [line for line in done.stdout.splitlines() if line.startswith("RESULT ")]
            failed += not lines
            print("\n".join(lines).removeprefix("RESULT ") or f"{version}: {done.stderr[-500:]}", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    raise SystemExit(main())
