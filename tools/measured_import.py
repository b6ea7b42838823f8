"""The part of ``bench import`` that runs in Blender's Python.

PYTHON-WITH-BPY measured_import.py EXTENSION.zip FOLDER REPORT.json ROUNDS
"""

from __future__ import annotations

import json
import statistics
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import bpy
import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tools.in_blender import install, module, run

FEATURES = {"texture": "texture_generation", "segment": "mesh_segmentation", "rig": "auto_rigging"}


def empty_file() -> None:
    """A fresh, empty document."""
    bpy.ops.wm.read_homefile(use_factory_startup=True, use_empty=True)


def timed(work: Callable[[], Any]) -> tuple[float, Any]:
    """Milliseconds and result."""
    start = time.perf_counter()
    made = work()
    return (time.perf_counter() - start) * 1000, made


def ready(feature: str, path: Path, mesh: Any = None, targets: tuple[str, ...] = ()) -> tuple[float, Any]:
    """A job whose result was read, and the milliseconds that its worker took for that."""
    jobs, params, results = (
        module("core.jobs.job"),
        module("core.request.params"),
        module("core.meshes.results"),
    )
    kinds = {cls.feature: cls for cls in params.KINDS.values()}
    task = jobs.Task("Measured", kinds[feature](), mesh, targets)
    counts = [] if mesh is None else [share.vertices for share in mesh.shares]
    took, payload = timed(lambda: results.read_result(feature, path, counts=counts))
    return took, jobs.Job(task, state=jobs.State.READY, file=path, payload=payload)


def applied(job: Any) -> float:
    """Milliseconds that the window waits for a result."""
    return timed(lambda: module("scene.apply").apply_result(job, bpy.context))[0]


def target(folder: Path) -> bpy.types.Object:
    """The artist's mesh."""
    arrays = np.load(folder / "target.npz")
    mesh = bpy.data.meshes.new("target")
    mesh.from_pydata(arrays["vertices"].tolist(), [], arrays["faces"].tolist())
    obj = bpy.data.objects.new("target", mesh)
    bpy.context.scene.collection.objects.link(obj)
    bpy.context.view_layer.objects.active = obj
    return obj


def measure(folder: Path) -> dict[str, float]:
    """One round of everything."""
    found: dict[str, float] = {}
    empty_file()
    found["mesh: read by the worker"], job = ready("mesh_generation", folder / "mesh.glb")
    found["mesh: window waits"] = applied(job)
    empty_file()
    importer = {"filepath": str(folder / "mesh.glb"), "import_pack_images": True}
    found["mesh: window waits with Blender's importer"] = timed(
        lambda: bpy.ops.import_scene.gltf(**importer)
    )[0]
    exporter, triangles, targets = (module(f"scene.{n}") for n in ("exporter", "triangles", "targets"))
    for name, feature in FEATURES.items():
        empty_file()
        obj = target(folder)
        found["export: window waits"], mesh = timed(partial(exporter.mesh_of, obj))
        found["fingerprint of the faces"] = timed(partial(triangles.topology, obj))[0]
        took, job = ready(feature, folder / f"{name}.glb", mesh, (targets.identify(obj),))
        found[f"{name}: read by the worker"] = took
        found[f"{name}: window waits"] = applied(job)
        if job.notes:
            raise RuntimeError(f"{name}: {job.notes}")
        if name == "segment":
            separate = partial(module("scene.separating").separate, bpy.context, obj)
            found["separate into 20 objects"] = timed(separate)[0]
    return found


def main() -> None:
    """Take turns, report medians."""
    zip_file, folder, report, rounds = sys.argv[1:]
    install(zip_file)
    measure(Path(folder))  # Blender loads its importer, and both warm up
    runs = [measure(Path(folder)) for _ in range(int(rounds))]
    medians = {what: statistics.median(r[what] for r in runs) for what in runs[0]}
    for name in ("mesh", *FEATURES):
        ratios = [r[f"{name}: window waits"] / r["mesh: window waits with Blender's importer"] for r in runs]
        medians[f"{name}: window waits: ours / Blender's"] = statistics.median(ratios)
    Path(report).write_text(json.dumps(medians))


if __name__ == "__main__":
    run(main)
