"""Lays collections out in rows and renders them with Cycles, two views of each. Runs inside Blender."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path

import bpy
from mathutils import Vector

CELL_WIDTH, CELL_HEIGHT = 2.7, 1.84
VIEW_OFFSET = 0.62
"""Half the distance between the two views of a cell."""
FIT = 1.16
"""Largest extent of a result on the sheet, in sheet units."""
PITCH = math.radians(14)
TURNS = (math.radians(-38), math.radians(142))
"""Front and back three-quarter views."""
PIXELS_PER_UNIT = 155
SAMPLES = 16


@dataclass(frozen=True)
class Exhibit:
    """One cell: what to show and the two lines under it."""

    collection: bpy.types.Collection
    title: str
    subtitle: str


def bounds(collection: bpy.types.Collection) -> tuple[Vector, Vector]:
    """World-space corners of a collection's evaluated meshes, in metres."""
    graph = bpy.context.evaluated_depsgraph_get()
    corners = [
        obj.evaluated_get(graph).matrix_world @ Vector(corner)
        for obj in collection.all_objects
        if obj.type == "MESH" and not obj.hide_render
        for corner in obj.evaluated_get(graph).bound_box
    ]
    low = Vector(min(c[i] for c in corners) for i in range(3))
    high = Vector(max(c[i] for c in corners) for i in range(3))
    return low, high


def plain_material(
    name: str, colour: tuple[float, float, float], *, glows: bool = False
) -> bpy.types.Material:
    """A matte material, or one that shows its colour whatever the light."""
    material = bpy.data.materials.new(name)
    if bpy.app.version < (5, 0):
        material.use_nodes = True
    shader = material.node_tree.nodes["Principled BSDF"]
    shader.inputs["Base Color"].default_value = (*((0, 0, 0) if glows else colour), 1)
    shader.inputs["Roughness"].default_value = 0.9
    shader.inputs["Specular IOR Level"].default_value = 0.0 if glows else 0.3
    if glows:
        shader.inputs["Emission Color"].default_value = (*colour, 1)
        shader.inputs["Emission Strength"].default_value = 1.0
    return material


def caption(
    scene: bpy.types.Scene, text: str, x: float, z: float, size: float, material: bpy.types.Material
) -> None:
    """A line of text that faces the camera."""
    curve = bpy.data.curves.new(text, "FONT")
    curve.body, curve.size, curve.align_x = text, size, "CENTER"
    curve.materials.append(material)
    obj = bpy.data.objects.new(f"Caption {text}"[:60], curve)
    obj.location, obj.rotation_euler = (x, -1.4, z), (math.pi / 2 - PITCH, 0, 0)
    scene.collection.objects.link(obj)


def plinth_mesh(material: bpy.types.Material) -> bpy.types.Mesh:
    """The disc that a view stands on."""
    mesh = bpy.data.meshes.new("Plinth")
    steps, radius, depth = 96, 0.57, 0.03
    ring = [
        (radius * math.cos(a), radius * math.sin(a)) for a in (2 * math.pi * k / steps for k in range(steps))
    ]
    vertices = [(x, y, 0.0) for x, y in ring] + [(x, y, -depth) for x, y in ring]
    sides = [(k, k + steps, (k + 1) % steps + steps, (k + 1) % steps) for k in range(steps)]
    mesh.from_pydata(vertices, [], [tuple(range(steps)), *sides])
    mesh.materials.append(material)
    return mesh


def place(
    scene: bpy.types.Scene, exhibit: Exhibit, x: float, z: float, turn: float, plinth: bpy.types.Mesh
) -> None:
    """An instance of the exhibit, scaled to the sheet, turned, standing on a plinth."""
    low, high = bounds(exhibit.collection)
    extent = high - low
    across = max(extent.x * abs(math.cos(t)) + extent.y * abs(math.sin(t)) for t in TURNS)
    scale = FIT / max(extent.z, across, 1e-6)
    centre = Vector(((low.x + high.x) / 2, (low.y + high.y) / 2, low.z))
    empty = bpy.data.objects.new(f"View of {exhibit.title}"[:60], None)
    empty.instance_type, empty.instance_collection = "COLLECTION", exhibit.collection
    empty.rotation_euler, empty.scale = (0, 0, turn), (scale,) * 3
    spun = Vector((
        centre.x * math.cos(turn) - centre.y * math.sin(turn),
        centre.x * math.sin(turn) + centre.y * math.cos(turn),
        centre.z,
    )) * scale  # fmt: skip
    empty.location = Vector((x, 0, z)) - spun
    base = bpy.data.objects.new("Plinth", plinth)
    base.location = (x, 0, z)
    for obj in (empty, base):
        scene.collection.objects.link(obj)


def light(scene: bpy.types.Scene) -> None:
    """A soft sky that the camera sees as paper, a key from the left and a rim from behind."""
    world = bpy.data.worlds.new("Sheet")
    if bpy.app.version < (5, 0):
        world.use_nodes = True
    scene.world = world
    nodes, links = world.node_tree.nodes, world.node_tree.links
    sky = nodes["Background"]
    sky.inputs["Color"].default_value, sky.inputs["Strength"].default_value = (0.80, 0.88, 1.0, 1), 0.55
    paper, mix, path = (nodes.new(f"ShaderNode{kind}") for kind in ("Background", "MixShader", "LightPath"))
    paper.inputs["Color"].default_value = (0.86, 0.87, 0.89, 1)
    links.new(path.outputs["Is Camera Ray"], mix.inputs[0])
    links.new(sky.outputs[0], mix.inputs[1])
    links.new(paper.outputs[0], mix.inputs[2])
    links.new(mix.outputs[0], nodes["World Output"].inputs[0])
    for name, energy, angle, turn in (("Key", 2.4, 12, (48, 0, -38)), ("Rim", 1.2, 20, (-55, 0, 25))):
        sun = bpy.data.lights.new(name, "SUN")
        sun.energy, sun.angle = energy, math.radians(angle)
        obj = bpy.data.objects.new(name, sun)
        obj.rotation_euler = tuple(math.radians(t) for t in turn)
        scene.collection.objects.link(obj)


def can_denoise() -> bool:
    """Whether this Blender was built with Open Image Denoise; some distributions leave it out."""
    import _cycles  # what Cycles' own panels ask

    return bool(getattr(_cycles, "with_openimagedenoise", False))


def render(exhibits: list[Exhibit], path: Path, columns: int = 5) -> None:
    """Build the sheet as a scene of its own and write it as PNG."""
    scene = bpy.data.scenes.new("Contact sheet")
    light(scene)
    ink, grey = (
        plain_material("Ink", (0.02, 0.02, 0.025), glows=True),
        plain_material("Grey ink", (0.16, 0.17, 0.2), glows=True),
    )
    plinth = plinth_mesh(plain_material("Plinth", (0.62, 0.63, 0.66)))
    rows = math.ceil(len(exhibits) / columns)
    for k, exhibit in enumerate(exhibits):
        row, column = divmod(k, columns)
        in_row = min(columns, len(exhibits) - row * columns)
        x = (column - (in_row - 1) / 2) * CELL_WIDTH
        z = -row * CELL_HEIGHT / math.cos(PITCH)
        for side, turn in zip((-1, 1), TURNS, strict=True):
            place(scene, exhibit, x + side * VIEW_OFFSET, z, turn, plinth)
        caption(scene, exhibit.title, x, z - 0.02, 0.15, ink)
        caption(scene, exhibit.subtitle, x, z - 0.17, 0.1, grey)
    camera = bpy.data.cameras.new("Sheet")
    width, height = columns * CELL_WIDTH, rows * CELL_HEIGHT + 0.1
    camera.type, camera.ortho_scale = "ORTHO", max(width, height)
    obj = bpy.data.objects.new("Sheet camera", camera)
    middle = Vector((0, 0, -(rows - 1) * CELL_HEIGHT / 2 / math.cos(PITCH) + 0.32))
    obj.rotation_euler = (math.pi / 2 - PITCH, 0, 0)
    obj.location = middle + Vector((0, -math.cos(PITCH), math.sin(PITCH))) * 60
    camera.clip_end = 200
    scene.collection.objects.link(obj)
    scene.camera = obj
    settings = scene.render
    settings.engine = "CYCLES"
    settings.resolution_x, settings.resolution_y = int(width * PIXELS_PER_UNIT), int(height * PIXELS_PER_UNIT)
    settings.filepath, settings.image_settings.file_format = str(path), "PNG"
    scene.cycles.device, scene.cycles.samples = "CPU", SAMPLES
    scene.cycles.use_adaptive_sampling, scene.cycles.adaptive_threshold = True, 0.05
    scene.cycles.max_bounces, scene.cycles.transparent_max_bounces = 4, 6
    scene.cycles.use_denoising = can_denoise()
    if not scene.cycles.use_denoising:
        scene.cycles.samples = 4 * SAMPLES
    scene.view_settings.view_transform = "Khronos PBR Neutral"
    bpy.ops.render.render(write_still=True, scene=scene.name)
