"""Brings the demo's results into Blender with the extension's own code. Runs inside Blender.

    PYTHON-WITH-BPY tools/demo_blender.py -- RESULTS.json EXTENSION.zip

Writes ``demo.blend`` and ``demo.png`` beside RESULTS.json.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

import bpy
from mathutils import Euler, Matrix

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tools import contact_sheet
from tools.in_blender import install, module, run

GAP = 0.6
"""Metres between two results in the scene."""

# Degrees about Blender's axes (x: the character's left, -y: its front, z: up) for each bone, before its children.
POSES: dict[str, dict[str, tuple[float, float, float]]] = {
    "humanoid": {
        "upper_arm.L": (0, -75, 0),
        "forearm.L": (0, -45, 0),
        "upper_arm.R": (-20, -15, 0),
        "forearm.R": (-25, 0, 0),
        "thigh.L": (-28, 0, 0),
        "shin.L": (30, 0, 0),
        "thigh.R": (16, 0, 0),
        "shin.R": (18, 0, 0),
        "head": (0, 0, 18),
    },
    "quadruped": {
        "front_thigh.L": (-24, 0, 0),
        "front_shin.L": (18, 0, 0),
        "front_thigh.R": (18, 0, 0),
        "thigh.L": (20, 0, 0),
        "thigh.R": (-24, 0, 0),
        "shin.R": (14, 0, 0),
        "neck": (-10, 0, 14),
        "head": (0, 0, 16),
        "tail.001": (0, 0, 22),
    },
}


def bring_in(entry: dict[str, Any], at: float) -> tuple[bpy.types.Collection, float]:
    """Import one result into a collection of its own, standing right of ``at``; returns it and its right edge."""
    importer, results = module("scene.importer"), module("core.meshes.results")
    collection = bpy.data.collections.new(entry["key"])
    bpy.context.scene.collection.children.link(collection)
    path = Path(entry["file"])
    objects = importer.import_result(path, entry["title"], collection=collection)
    if entry["feature"] == "segment":
        found = results.read_result("mesh_segmentation", path, part_records(entry))
        show_parts(objects[0], found.change, results)
    if entry["feature"] == "rig":
        pose(objects[0], entry["job"]["result"]["bones"])
    bpy.context.view_layer.update()
    low, high = contact_sheet.bounds(collection)
    objects[0].location.x += at - low.x
    bpy.context.view_layer.update()
    return collection, at + (high.x - low.x)


def part_records(entry: dict[str, Any]) -> list[Any]:
    """The job's parts as the client's own records."""
    segment_part = module("pocket3d.types").SegmentPart
    return [segment_part.from_dict(part) for part in entry["job"]["result"]["parts"]]


def show_parts(obj: bpy.types.Object, data: Any, results: Any) -> None:
    """A material slot for each part, after the face attribute that the import has written."""
    parts = module("scene.parts")
    attribute = obj.data.attributes.get(parts.ATTRIBUTE)
    if attribute is None:  # a single part
        return
    numbers = [0] * len(obj.data.polygons)
    attribute.data.foreach_get("value", numbers)
    import numpy as np

    parts.apply_parts(obj, results.PartsData(np.array(numbers), data.parts))


def pose(armature: bpy.types.Object, bones: list[dict[str, Any]]) -> None:
    """A step and a wave for people, a stride for animals; bones that the rig lacks are passed over."""
    names = {bone["name"] for bone in bones}
    kind = "humanoid" if "upper_arm.L" in names else "quadruped"
    for name, degrees in POSES[kind].items():
        bone = armature.pose.bones.get(name)
        if bone is None:
            continue
        rest = bone.bone.matrix_local.to_3x3()
        turn: Matrix = Euler([d * 0.017453292 for d in degrees]).to_matrix()
        bone.rotation_mode = "XYZ"
        bone.rotation_euler = (rest.inverted() @ turn @ rest).to_euler("XYZ")


def main() -> None:
    """Everything into one scene, in a row; saved; then the contact sheet."""
    manifest, zip_file = sys.argv[sys.argv.index("--") + 1 :][:2]
    out = Path(manifest).parent
    bpy.ops.wm.read_factory_settings(use_empty=True)
    install(zip_file)
    exhibits, at = [], 0.0
    start = time.monotonic()
    for entry in json.loads(Path(manifest).read_text()):
        collection, right = bring_in(entry, at)
        at = right + GAP
        what = {
            "mesh": "mesh",
            "texture": f"texture on {entry['on']}",
            "segment": f"parts of {entry['on']}",
            "rig": f"rig of {entry['on']}",
        }
        exhibits.append(
            contact_sheet.Exhibit(
                collection, entry["title"], f"{what[entry['feature']]} · {entry['seconds']:.1f} s"
            )
        )
    print(f"imported {len(exhibits)} results in {time.monotonic() - start:.1f} s", flush=True)
    bpy.ops.file.pack_all()
    bpy.ops.wm.save_as_mainfile(filepath=str(out / "demo.blend"), compress=True)
    start = time.monotonic()
    contact_sheet.render(exhibits, out / "demo.png")
    print(f"rendered the sheet in {time.monotonic() - start:.1f} s", flush=True)


if __name__ == "__main__":
    run(main)
