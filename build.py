#!/usr/bin/env python3
"""The one door of the repository: ``python build.py demo | test | serve | client | package | lint | bench | gallery | lock``.

Needs Python 3.11 or later and nothing else; every command makes the environment it runs in.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from pathlib import Path

if sys.version_info < (3, 11):  # noqa: UP036 - this file is what says so
    sys.exit(f"Pocket3D needs Python 3.11 or later; this is {sys.version.split()[0]}.")

from tools import environments

ROOT = Path(__file__).resolve().parent
NEEDS_TEST_TOOLS = {"fleet", "fuzz", "partfield", "trellis", "trellis_asset"}
"""Benchmarks that use packages of the tests, PyTorch and Ray among them."""


def run(*command: str | Path, **variables: str) -> int:
    """Run a command in the repository's root and return its exit status."""
    return subprocess.call([str(c) for c in command], cwd=ROOT, env={**os.environ, **variables})


def become(*command: str | Path) -> int:
    """Run a command in this process's place, so that who stops us stops it; Windows has no such thing."""
    words = [str(c) for c in command]
    if os.name == "posix":
        os.execv(words[0], words)
    return subprocess.call(words)


def demo(rest: list[str]) -> int:
    """Generate, texture, split and rig over HTTP, then bring everything into Blender."""
    python = environments.server()
    blender = environments.blender_for_demo()
    return run(python, "-m", "tools.demo", *rest, *(["--blender", *blender] if blender else []))


def test(rest: list[str]) -> int:
    """Run the whole suite (or the tests named), in parallel, with real Blender modules."""
    python = environments.test()
    venvs = environments.blenders_for_tests()
    chosen = rest or ["tests"]
    environment = {
        "POCKET3D_BPY_VENVS": str(venvs),
        # The workers are as many as the cores, so each computes on one.
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
        # Hundreds of servers, runners and Blenders start: they share compiled modules, whatever the shell says.
        "PYTHONDONTWRITEBYTECODE": "",
    }
    return run(python, "-m", "pytest", "-n", "2", "--dist", "worksteal", *chosen, **environment)


def serve(rest: list[str]) -> int:
    """Start the server in the foreground."""
    return become(environments.server(), "-m", "pocket3d_server", "serve", *rest)


def client(rest: list[str]) -> int:
    """Run Python with the client installed: ``client`` alone is a prompt, ``client SCRIPT.py`` runs a script."""
    # A script that lies beside the checkout must not take a folder called pocket3d for the package of that name.
    paths = [str(ROOT / "sdk" / "python"), os.environ.get("PYTHONPATH", "")]
    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, paths))
    return become(environments.server(), *rest)


def package(rest: list[str]) -> int:
    """Build what is released into dist/: extension and its repository, wheels, npm tarball, checksums."""
    return run(environments.server(), "-m", "tools.package", *rest)


def version(rest: list[str]) -> int:
    """Say the version, or write another into every package: ``version X.Y.Z``."""
    return run(sys.executable, "-m", "tools.version", *rest)


def lint(rest: list[str]) -> int:
    """Check style and types."""
    python = environments.test()
    style = run(python, "-m", "ruff", "check", ".")
    layout = run(python, "-m", "ruff", "format", "--check", ".")
    types = run(python, "-m", "mypy")
    return style or layout or types


def bench(rest: list[str]) -> int:
    """Measure: ``bench server | chaos | fleet | import | fuzz``, and the engines: ``bench text | texture | trellis | trellis-asset | partfield | unirig | paint``, ``bench segmentation | rigging | image --data DIR``."""
    names = sorted(p.stem.removeprefix("bench_") for p in (ROOT / "tools").glob("bench_*.py"))
    rest = [rest[0].replace("-", "_"), *rest[1:]] if rest else rest
    if not rest or rest[0] not in names:
        print(f"usage: python build.py bench {{{','.join(names)}}} ...", file=sys.stderr)
        return 2
    tested = rest[0] in NEEDS_TEST_TOOLS or {"ray", "postgresql"} & set(rest)
    python = environments.test() if tested else environments.server()
    return run(python, "-m", f"tools.bench_{rest[0]}", *rest[1:])


def gallery(rest: list[str]) -> int:
    """Draw docs/gallery.md: everything that the built-in engines make."""
    return run(environments.server(), "-m", "tools.gallery", *rest)


def docs(rest: list[str]) -> int:
    """Build the documentation's site into dist/site; ``docs serve`` shows it while you write."""
    os.environ["NO_MKDOCS_2_WARNING"] = "1"
    return run(environments.test(), "-m", "mkdocs", *(rest or ["build"]))


def lock(rest: list[str]) -> int:
    """Resolve requirements.lock again for every platform and Python that we support."""
    return run(environments.test(), "-m", "uv", *environments.LOCK_COMMAND, *rest)


COMMANDS = {
    f.__name__: f for f in (demo, test, serve, client, package, version, lint, bench, gallery, docs, lock)
}


def main() -> int:
    """Parse the first word; the rest belongs to the command."""
    parser = argparse.ArgumentParser(
        prog="build.py", description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument(
        "command",
        choices=COMMANDS,
        metavar="COMMAND",
        help="\n".join(f"{name:8s} {(f.__doc__ or '').splitlines()[0]}" for name, f in COMMANDS.items()),
    )
    parser.add_argument("rest", nargs=argparse.REMAINDER, metavar="...")
    if len(sys.argv) < 2:
        parser.print_help()
        return 2
    choice = parser.parse_args()
    try:
        return COMMANDS[choice.command](choice.rest)
    except environments.SetupError as error:
        print(f"build.py: {error}", file=sys.stderr)
        return 3
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
