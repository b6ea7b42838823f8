"""Textures from the server as new materials and a new UV map; what was there stays."""

from __future__ import annotations

import os
import tempfile
from typing import Any

import bpy
import numpy as np

from ..core.errors import UserError
from ..core.results import MaterialData, TextureData, TextureImage
from . import compat, exporter, parts

UV_MAP = "Pocket3D"


def apply_texture(
    obj: bpy.types.Object, data: TextureData, name: str | None = None
) -> list[bpy.types.Material]:
    """Put a texture on the mesh that was sent; returns the new materials.

    The UVs go into their own map, which becomes the active one; former materials keep a fake user. Raises
    UserError when the mesh has been edited since it was sent.
    """
    triangles = exporter.triangulate(obj)
    if len(triangles.polygons) != len(data.corner_uv):
        raise UserError(f"{obj.name} was edited meanwhile, so the texture no longer fits")
    mesh = obj.data
    parts.restore_materials(obj)
    layer = mesh.uv_layers.get(UV_MAP) or mesh.uv_layers.new(name=UV_MAP, do_init=False)
    if layer is None:
        raise UserError(f"{obj.name} has eight UV maps already; remove one")
    uv = np.zeros((len(mesh.loops), 2), np.float32)
    uv[triangles.loops] = data.corner_uv
    layer.uv.foreach_set("vector", uv.reshape(-1))
    layer.active = True
    layer.active_render = True

    made = [make_material(m, name or m.name) for m in data.materials]
    for former in mesh.materials:
        if former is not None:
            former.use_fake_user = True
    mesh.materials.clear()
    for material in made:
        mesh.materials.append(material)
    slots = np.zeros(len(mesh.polygons), np.int32)
    slots[triangles.polygons] = data.triangle_material
    mesh.polygons.foreach_set("material_index", slots)
    mesh.update()
    return made


def make_material(data: MaterialData, name: str) -> bpy.types.Material:
    """A Principled material after a glTF one; its images are packed."""
    material = bpy.data.materials.new(compat.id_name(name))
    compat.use_nodes(material)
    tree = material.node_tree
    shader = next(n for n in tree.nodes if n.type == "BSDF_PRINCIPLED")
    shader.inputs["Base Color"].default_value = data.base_color
    shader.inputs["Metallic"].default_value = data.metallic
    shader.inputs["Roughness"].default_value = data.roughness
    source: Any = None
    if data.base_color_image or data.metallic_roughness_image or data.normal_image:
        source = tree.nodes.new("ShaderNodeUVMap")
        source.uv_map = UV_MAP
        source.location = (-1000, 200)

    def texture(image: TextureImage, label: str, y: float, *, color: bool) -> bpy.types.Node:
        node = tree.nodes.new("ShaderNodeTexImage")
        node.image = load_image(image, f"{name} {label}")
        node.image.colorspace_settings.name = "sRGB" if color else "Non-Color"
        node.location = (-760, y)
        tree.links.new(source.outputs["UV"], node.inputs["Vector"])
        return node

    if data.base_color_image:
        node = texture(data.base_color_image, "colour", 400, color=True)
        output = node.outputs["Color"]
        if any(abs(c - 1) > 1e-3 for c in data.base_color[:3]):
            tint = tree.nodes.new("ShaderNodeVectorMath")
            tint.operation = "MULTIPLY"
            tint.location = (-420, 400)
            tint.inputs[1].default_value = data.base_color[:3]
            tree.links.new(output, tint.inputs[0])
            output = tint.outputs[0]
        tree.links.new(output, shader.inputs["Base Color"])
        if data.alpha_mode != "OPAQUE":
            tree.links.new(node.outputs["Alpha"], shader.inputs["Alpha"])
            compat.set_blended(material)
    if data.metallic_roughness_image:
        node = texture(data.metallic_roughness_image, "roughness", 100, color=False)
        split = tree.nodes.new("ShaderNodeSeparateColor")
        split.location = (-420, 100)
        tree.links.new(node.outputs["Color"], split.inputs["Color"])
        for channel, factor, target in (
            ("Green", data.roughness, "Roughness"),
            ("Blue", data.metallic, "Metallic"),
        ):
            output = split.outputs[channel]
            if abs(factor - 1) > 1e-3:
                scale = tree.nodes.new("ShaderNodeMath")
                scale.operation = "MULTIPLY"
                scale.inputs[1].default_value = factor
                scale.location = (-220, 100 if channel == "Green" else -60)
                tree.links.new(output, scale.inputs[0])
                output = scale.outputs[0]
            tree.links.new(output, shader.inputs[target])
    if data.normal_image:
        node = texture(data.normal_image, "normals", -200, color=False)
        bump = tree.nodes.new("ShaderNodeNormalMap")
        bump.uv_map = UV_MAP
        bump.location = (-420, -200)
        tree.links.new(node.outputs["Color"], bump.inputs["Color"])
        tree.links.new(bump.outputs["Normal"], shader.inputs["Normal"])
    material.diffuse_color = data.base_color
    colour_solid_view(material)
    return material


def colour_solid_view(material: bpy.types.Material) -> None:
    """Give a textured material its texture's mean colour in the solid view, which shows no textures."""
    nodes = material.node_tree.nodes if material.node_tree else []
    shader = next((n for n in nodes if n.type == "BSDF_PRINCIPLED"), None)
    links = shader.inputs["Base Color"].links if shader else []
    image, colour = _behind(links[0].from_node) if links else (None, np.ones(3))
    if image is None:
        return
    pixels = np.empty(len(image.pixels), np.float32)
    image.pixels.foreach_get(pixels)
    sample = pixels.reshape(-1, image.channels)[::7, :3]
    sample = sample[sample.max(axis=1) > 0.02]  # not the empty space of the atlas
    if len(sample):
        red, green, blue = (float(c) for c in sample.mean(axis=0) ** 2.2 * colour)
        material.diffuse_color = (red, green, blue, 1.0)


def _behind(node: bpy.types.Node) -> tuple[bpy.types.Image | None, np.ndarray]:
    """The image that feeds a node, and the product of the colours (3,) that it is multiplied with."""
    colours = {"RGBA", "VECTOR"}
    if node.type == "TEX_IMAGE":
        return node.image, np.ones(3)
    image, colour = None, np.ones(3)
    for socket in node.inputs:
        if socket.type not in colours or not socket.enabled:
            continue
        if socket.links:
            found, factor = _behind(socket.links[0].from_node)
            image, colour = image or found, colour * factor
        else:
            colour = colour * np.array(socket.default_value[:3])
    return image, colour


def load_image(data: TextureImage, name: str) -> bpy.types.Image:
    """An image datablock with its file packed into the .blend."""
    handle, path = tempfile.mkstemp(suffix=data.suffix, prefix="pocket3d-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data.data)
        image = bpy.data.images.load(path)
        image.name = compat.id_name(name)
        image.pack()
        image.filepath = f"//textures/{image.name}{data.suffix}"
    finally:
        os.unlink(path)
    return image
