"""``pocket3d`` in a shell, against the real server."""

from __future__ import annotations

import json
import os
import pty
import select
import subprocess
import sys
from pathlib import Path

from live import LiveServer, Said, said
from pocket3d import JobFailedError, Pocket3DClient
from pocket3d.cli import main as client_command


def pocket3d(server: LiveServer, folder: Path, *arguments: str) -> Said:
    environment = {"POCKET3D_BASE_URL": server.url, "POCKET3D_API_KEY": server.token}
    return said(client_command, *arguments, folder=folder, **environment)


def test_a_mesh_is_made_split_and_rigged(live_server: LiveServer, tmp_path: Path) -> None:
    made = pocket3d(
        live_server,
        tmp_path,
        "generate",
        "a cube",
        "--model",
        "test_steps",
        "-o",
        "new/cube.glb",
        "--set",
        "seconds=0.1",
    )
    assert (made.returncode, made.stdout) == (0, f"{Path('new/cube.glb')}\n"), made.stderr
    assert (tmp_path / "new" / "cube.glb").read_bytes()[:4] == b"glTF"
    assert "\r" not in made.stderr, "no bar where there is no terminal"
    assert made.stderr.splitlines()[-2:] == ["downloading", "A cube."]
    assert made.stderr.count("waiting") == 1, "only at the beginning"
    named = (
        "generate",
        "a cube",
        "--model",
        "test_steps",
        "--set",
        "seconds=0.1",
        "--quiet",
        "-o",
        "cube.fbx",
    )
    assert pocket3d(live_server, tmp_path, *named).returncode == 0
    assert (tmp_path / "cube.fbx").read_bytes()[:6] == b"Kaydar", "a file's ending says what is in it"
    parts = pocket3d(
        live_server, tmp_path, "segment", "new/cube.glb", "--model", "test_halves", "--json", "--quiet"
    )
    told = json.loads(parts.stdout)
    assert [part["part_id"] for part in told["parts"]] == ["head", "body"]
    assert (tmp_path / told["saved_to"]).stat().st_size == told["file_size"]
    assert not parts.stderr
    rig = pocket3d(live_server, tmp_path, "rig", "new/cube.glb", "--model", "test_bones", "--no-wait")
    waited = pocket3d(live_server, tmp_path, "wait", rig.stdout.strip(), "--json")
    assert json.loads(waited.stdout)["bone_count"] == 2
    listed = pocket3d(live_server, tmp_path, "jobs", "--limit", "3").stdout.splitlines()
    assert len(listed) == 3
    assert listed[0].startswith(rig.stdout.strip())
    assert "test_steps" in pocket3d(live_server, tmp_path, "models").stdout
    assert pocket3d(live_server, tmp_path, "health").stdout.startswith(("healthy", "degraded"))


def test_what_goes_wrong_is_said(live_server: LiveServer, tmp_path: Path) -> None:
    for code, words, arguments in [
        (1, "MODEL_UNAVAILABLE", ("generate", "a cube", "--model", "nothing_like_it")),
        (2, "--image", ("generate",)),
        (2, "NAME=VALUE", ("generate", "a cube", "--set", "x")),
        (2, "pocket3d: missing.glb: No such file", ("rig", "missing.glb")),
        (2, "pocket3d: .: Is a directory", ("rig", ".")),
        (1, "POCKET3D_API_KEY", ("health", "--key", "wrong")),
        (1, "POCKET3D_BASE_URL", ("health", "--server", "http://127.0.0.1:9")),
        (2, "in a zip", ("generate", "a cube", "-o", "c.obj")),
        (2, ".glb is no fbx", ("generate", "a cube", "--format", "fbx", "-o", "c.glb")),
        (1, "NOT_FOUND", ("cancel", "job_nothing")),
    ]:
        done = pocket3d(live_server, tmp_path, *arguments)
        assert (done.returncode, words in done.stderr) == (code, True), (arguments, done.stderr)
        assert "Traceback" not in done.stderr
    slow = (
        "generate",
        "a cube",
        "--model",
        "test_steps",
        "--set",
        "steps=500",
        "--set",
        "seconds=0.2",
        "--no-wait",
    )
    job = pocket3d(live_server, tmp_path, *slow).stdout.strip()
    late = pocket3d(live_server, tmp_path, "wait", job, "--timeout", "0.5")
    assert (late.returncode, "TIMEOUT" in late.stderr) == (1, True)
    assert "cancelled" in pocket3d(live_server, tmp_path, "cancel", job).stdout
    assert "deleted" in pocket3d(live_server, tmp_path, "delete", job).stdout


def test_a_terminal_has_a_bar(live_server: LiveServer, tmp_path: Path) -> None:
    main, end = pty.openpty()
    environment = os.environ | {"POCKET3D_BASE_URL": live_server.url, "POCKET3D_API_KEY": live_server.token}
    arguments = ["generate", "a cube", "--model", "test_steps", "--set", "seconds=0.3", "-o", "c.glb"]
    command = [sys.executable, "-m", "pocket3d.cli", *arguments]
    with subprocess.Popen(
        command, cwd=tmp_path, env=environment, stdout=subprocess.PIPE, stderr=end
    ) as process:
        os.close(end)
        drawn = b""
        while select.select([main], [], [], 30)[0]:
            try:
                drawn += os.read(main, 4096)
            except OSError:  # the terminal is gone when its last user is
                break
        assert process.wait(30) == 0
    os.close(main)
    lines = drawn.decode().split("\r\x1b[K")
    assert any("█" in line and "%" in line for line in lines)
    assert "█" not in lines[-1], "the bar goes at the end"


def test_several_jobs_at_once(live_server: LiveServer) -> None:
    from concurrent.futures import as_completed

    with Pocket3DClient(live_server.token, live_server.url) as client:
        jobs = [
            client.mesh.generate_from_text("a cube", model_preference=model, seed=seed)
            for seed, model in enumerate(["test_steps", "test_steps", "test_refuses"])
        ]
        seen: list[float | None] = []
        futures = {client.future(job, 60, on_progress=lambda e: seen.append(e.progress)): job for job in jobs}
        ended = {futures[future].job_id: future.exception() for future in as_completed(futures, 60)}
    assert [type(ended[job.job_id]) for job in jobs] == [type(None), type(None), JobFailedError]
    assert seen
