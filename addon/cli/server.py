"""The commands status and models, and those about the server that comes with the extension."""

from __future__ import annotations

import argparse
import threading
import time
from collections.abc import Callable
from typing import Any

import bpy

from .. import api
from ..api.errors import error_of
from ..core.errors import Remedy, UserError, explain
from ..core.features import VERBS
from ..core.request.model_words import label, state_text
from ..core.server import exits, presence
from ..core.server.connection import Light
from ..core.server.diagnosis import diagnose as report_on
from ..core.server.local_server import LocalServer
from ..session import current_session
from . import codes
from .common import Interrupted, prepare
from .output import Output, table

FEATURES = {verb.lower(): feature for feature, verb in VERBS.items()}
"""The commands, and what the API calls what they do."""
LOG_BYTES = 20_000


def status(options: argparse.Namespace, output: Output) -> int:
    """Say how the server is; the exit code says whether work can be given to it."""
    prepare(options)
    found = api.status()
    ready = found.light is Light.READY
    code = codes.DONE if ready else codes.NO_SERVER
    profile = current_session().connection.profile
    data = {"status": "completed", "exit_code": code, "server": profile.key, "name": profile.name}
    data |= {"ready": ready, "state": str(found.light), "detail": found.detail}
    lines = [f"{profile.name}: {found.detail}"]
    if not ready:
        remedy = remedy_of(found.remedy)
        data["remedy"] = remedy
        lines += [f"  {remedy}"] if remedy else []
    output.answer(data, lines)
    return code


def remedy_of(remedy: Remedy) -> str:
    """What to do, in words for a terminal."""
    return error_of(explain(UserError("", remedy))).remedy


def models(options: argparse.Namespace, output: Output) -> int:
    """List the models."""
    prepare(options)
    found = api.models(FEATURES.get(options.feature, ""))
    data = {"status": "completed", "exit_code": codes.DONE, "models": [model.raw for model in found]}
    rows = [[m.model_id, m.feature, label(m), state_text(m), m.remedy or ""] for m in found]
    output.answer(data, table(rows) or ["The server has no model for that"])
    return codes.DONE


# ------------------------------------------------------------------------------------------ on this computer


def local() -> LocalServer:
    """The bundled server."""
    return current_session().local


def local_status(options: argparse.Namespace, output: Output) -> int:
    """Say whether it is installed and runs."""
    server = local()
    found = presence.read(server.paths.port_file)
    running = found is not None and presence.look(found) is presence.Presence.HERE
    environment = server.environment
    facts = {
        "installed": environment is not None,
        "version": environment.version if environment else None,
        "update_ready": server.update_ready,
        "running": running,
        "url": found.url if found and running else None,
        "folder": str(server.paths.home),
        "log": str(server.paths.log),
    }
    words = f"installed, version {facts['version']}" if environment else "not installed"
    runs = f"runs at {facts['url']}" if running else "does not run"
    lines = [f"The server on this computer is {words}, and {runs}", f"  It lies in {facts['folder']}"]
    if facts["update_ready"]:
        lines.append("  A newer version is ready: server install")
    output.answer({"status": "completed", "exit_code": codes.DONE, **facts}, lines)
    return codes.DONE


def install(options: argparse.Namespace, output: Output) -> int:
    """Install it, or the version that this extension brings, and start it once to see that it works."""
    if not bpy.app.online_access:
        raise UserError("Installing needs Blender's online access", Remedy.ONLINE_ACCESS)
    server = local()
    began = time.monotonic()

    def work() -> None:
        server.update()
        server.start()

    try:
        busy(work, output, "Install", server)
    except BaseException:
        server.cancel_install()
        raise
    environment = server.environment
    version = environment.version if environment else ""
    seconds = round(time.monotonic() - began)
    data = {"status": "completed", "exit_code": codes.DONE, "version": version, "seconds": seconds}
    output.answer(data, [f"The server, version {version}, is installed and runs ({seconds} s)"])
    return codes.DONE


def start(options: argparse.Namespace, output: Output) -> int:
    """Start it and keep it until this process is interrupted; other Blenders use it meanwhile."""
    server = local()
    url, _ = busy(server.start, output, "Start", server)
    data = {"status": "running", "exit_code": codes.DONE, "url": url, "log": str(server.paths.log)}
    output.answer(
        data, [f"The server runs at {url} until this is interrupted (Ctrl-C); its log is {server.paths.log}"]
    )
    try:
        while True:
            time.sleep(1.0)
            server.address()  # says why, should it end
    except Interrupted:
        return codes.DONE


def stop(options: argparse.Namespace, output: Output) -> int:
    """Stop it, unless another Blender uses it."""
    server = local()
    was = presence.read(server.paths.port_file) is not None
    server.stop()
    text = "The server on this computer was stopped" if was else "The server on this computer did not run"
    output.answer({"status": "completed", "exit_code": codes.DONE, "was_running": was}, [text])
    return codes.DONE


def log(options: argparse.Namespace, output: Output) -> int:
    """Print the end of its log, or of the installation's when it never ran."""
    paths = local().paths
    file = paths.log if paths.log.exists() else paths.install_log
    text = exits.tail(file, LOG_BYTES)
    data = {"status": "completed", "exit_code": codes.DONE, "file": str(file), "text": text}
    output.answer(data, [text.rstrip() or "There is no log yet", f"(from {file})"])
    return codes.DONE


def diagnose(options: argparse.Namespace, output: Output) -> int:
    """Look at everything that it needs."""
    blender = f"{bpy.app.version_string}, {bpy.app.build_platform.decode(errors='replace')}"
    text = busy(lambda: report_on(local(), blender), output, "Diagnose", local())
    output.answer({"status": "completed", "exit_code": codes.DONE, "report": text}, [text.rstrip()])
    return codes.DONE


ACTIONS: dict[str, tuple[Any, str]] = {
    "status": (local_status, "say whether it is installed and runs"),
    "install": (install, "install or update it (downloads about 200 MB)"),
    "start": (start, "start it and keep it until Ctrl-C, for other Blenders to use"),
    "stop": (stop, "stop it, unless another Blender uses it"),
    "log": (log, "print the end of its log"),
    "diagnose": (diagnose, "look at everything that it needs, and report"),
}
"""Function and help text of each."""


def busy(work: Callable[[], Any], output: Output, word: str, server: LocalServer) -> Any:
    """Do something long on another thread and show how far it is, so that Ctrl-C is heard. Raises Error."""
    answers: list[Any] = []
    failures: list[Exception] = []

    def run() -> None:
        try:
            answers.append(work())
        except Exception as error:
            failures.append(error)

    thread = threading.Thread(target=run, name="pocket3d-command", daemon=True)
    thread.start()
    while thread.is_alive():
        step = server.step
        if step is not None:
            output.step(word, step.fraction, step.text)
        thread.join(0.1)
    output.end()
    if failures:
        raise failures[0]
    return answers[0]
