"""Principled materials after glTF ones, and textures on an artist's mesh: what was there stays."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import bpy

from ..core.errors import UserError
from ..core.later import np
from ..core.meshes.results import TextureData
from ..core.meshes.surfaces import MaterialData, TextureImage
from . import compat, slots, triangles

UV_MAP = "Pocket3D"
"""The UV map that comes with a texture."""
COLORS = "Color"
"""The colour attribute that comes with a mesh."""
METAL_IN_SOLID = 0.4
"""How metallic metal looks in Solid view; renders take it from the nodes."""
MADE = "pocket3d_texture"
"""Custom property of the materials that came with a texture."""


def apply_texture(
    obj: bpy.types.Object, data: TextureData, name: str | None = None, sent: np.ndarray | None = None
) -> list[bpy.types.Material]:
    """Put a texture on the mesh that was sent; returns the new materials.

    The UVs go into their own map, which becomes the active one. Former materials and which faces they were on are
    remembered, see ``slots.restore``. ``sent`` are the triangles as they were sent, see ``triangles.Triangulation``.
    Raises UserError when the mesh has been edited since it was sent.
    """
    faces = triangles.triangulate(obj).turned_like(sent)
    if len(faces.polygons) != len(data.corner_uv):
        raise UserError(f"{obj.name} was edited meanwhile, so the texture no longer fits")
    mesh = obj.data
    slots.restore_all(obj)
    uv = np.zeros((len(mesh.loops), 2), np.float32)
    uv[faces.loops] = data.corner_uv
    shown = active_uv_map(mesh)
    _uv_layer(obj).uv.foreach_set("vector", uv.reshape(-1))
    layer = mesh.uv_layers[UV_MAP]
    layer.active = layer.active_render = True
    made = make_all(data.materials, uv_map=UV_MAP, name=name)
    for material in made:
        material[MADE] = True
    numbers = np.zeros(len(mesh.polygons), np.int32)
    numbers[faces.polygons] = data.triangle_material
    slots.show(obj, made, numbers, uv_map=shown)
    return made


def active_uv_map(mesh: bpy.types.Mesh) -> str:
    """The UV map that renders, if it is not ours."""
    return next((layer.name for layer in mesh.uv_layers if layer.active_render and layer.name != UV_MAP), "")


def _uv_layer(obj: bpy.types.Object) -> Any:
    layers = obj.data.uv_layers
    layer = layers.get(UV_MAP) or layers.new(name=UV_MAP, do_init=False)
    if layer is None:
        raise UserError(f"{obj.name} has eight UV maps already; remove one")
    return layer


def make_all(
    surfaces: Sequence[MaterialData], *, uv_map: str = "", name: str | None = None
) -> list[bpy.types.Material]:
    """A material for each of several; images that they share are one datablock. ``name`` names the images too."""
    images: dict[tuple[int, bool], bpy.types.Image] = {}
    return [make_material(s, name or s.name, uv_map=uv_map, images=images) for s in surfaces]


def make_material(
    data: MaterialData,
    name: str,
    *,
    uv_map: str = "",
    images: dict[tuple[int, bool], bpy.types.Image] | None = None,
) -> bpy.types.Material:
    """A Principled material after a glTF one; its images are packed. Without ``uv_map`` the active one counts."""
    material = bpy.data.materials.new(compat.id_name(name))
    compat.use_nodes(material)
    _Builder(material, data, uv_map, {} if images is None else images).build()
    material.use_backface_culling = not data.double_sided
    material.diffuse_color = data.solid_color
    # Solid view has no surroundings for metal to mirror: in full it is nearly black there.
    material.metallic, material.roughness = METAL_IN_SOLID * data.metallic, data.roughness
    return material


class _Builder:
    """Makes the nodes of one material, from the images on the left to the shader on the right."""

    def __init__(
        self,
        material: bpy.types.Material,
        data: MaterialData,
        uv_map: str,
        images: dict[tuple[int, bool], bpy.types.Image],
    ) -> None:
        self.material, self.data, self.uv_map, self.images = material, data, uv_map, images
        self.tree = material.node_tree
        self.shader = next(n for n in self.tree.nodes if n.type == "BSDF_PRINCIPLED")

    def build(self) -> None:
        """All inputs of the shader."""
        data, inputs = self.data, self.shader.inputs
        inputs["Base Color"].default_value = (*data.base_color[:3], 1.0)
        inputs["Metallic"].default_value = data.metallic
        inputs["Roughness"].default_value = data.roughness
        self.color_and_alpha()
        if data.metallic_roughness_image:
            self.metal_and_roughness(data.metallic_roughness_image)
        if data.normal_image:
            self.normals(data.normal_image)
        if any(data.emission):
            self.emission()

    def color_and_alpha(self) -> None:
        """Factor, image and vertex colours, multiplied; alpha only where the material asks for it."""
        data = self.data
        colors, alphas = [], []
        if data.base_color_image:
            node = self.image(data.base_color_image, "colour", 400, color=True)
            colors, alphas = [node.outputs["Color"]], [node.outputs["Alpha"]]
        if data.vertex_colors:
            node = self.node("ShaderNodeVertexColor", -760, 640)
            node.layer_name = COLORS
            colors.append(node.outputs["Color"])
            alphas.append(node.outputs["Alpha"])
        if colors:
            factor = data.base_color[:3]
            self.link(self.product(colors, factor, 500), "Base Color")
        if data.alpha_mode == "OPAQUE":
            return
        alpha = self.scaled(alphas, data.base_color[3], 250)
        if data.alpha_mode == "MASK":
            cut = self.node("ShaderNodeMath", -220, 250)
            cut.operation = "GREATER_THAN"
            cut.inputs[1].default_value = data.alpha_cutoff
            self.connect(alpha, cut.inputs[0])
            alpha = cut.outputs[0]
        else:
            compat.set_blended(self.material)
        self.connect(alpha, self.shader.inputs["Alpha"])

    def metal_and_roughness(self, image: TextureImage) -> None:
        """Green is roughness, blue is metal."""
        node = self.image(image, "roughness", 100, color=False)
        split = self.node("ShaderNodeSeparateColor", -420, 100)
        self.tree.links.new(node.outputs["Color"], split.inputs["Color"])
        self.link(self.scaled([split.outputs["Green"]], self.data.roughness, 100), "Roughness")
        self.link(self.scaled([split.outputs["Blue"]], self.data.metallic, -60), "Metallic")

    def normals(self, image: TextureImage) -> None:
        """Bumps in tangent space."""
        node = self.image(image, "normals", -220, color=False)
        bump = self.node("ShaderNodeNormalMap", -420, -220)
        bump.uv_map = self.uv_map
        bump.inputs["Strength"].default_value = self.data.normal_strength
        self.tree.links.new(node.outputs["Color"], bump.inputs["Color"])
        self.link(bump.outputs["Normal"], "Normal")

    def emission(self) -> None:
        """Light of its own."""
        data = self.data
        self.shader.inputs["Emission Color"].default_value = (*data.emission, 1.0)
        self.shader.inputs["Emission Strength"].default_value = data.emission_strength
        if data.emission_image:
            node = self.image(data.emission_image, "glow", -540, color=True)
            self.link(self.product([node.outputs["Color"]], data.emission, -540), "Emission Color")

    # --- pieces ----------------------------------------------------------------------------------------

    def node(self, kind: str, x: float, y: float) -> Any:
        """A new node at a place."""
        node = self.tree.nodes.new(kind)
        node.location = (x, y)
        return node

    def link(self, output: Any, name: str) -> None:
        """Feed an input of the shader."""
        self.tree.links.new(output, self.shader.inputs[name])

    def connect(self, value: Any, socket: Any) -> None:
        """Feed a socket with a number or from an output."""
        if isinstance(value, float):
            socket.default_value = value
        else:
            self.tree.links.new(value, socket)

    def image(self, data: TextureImage, label: str, y: float, *, color: bool) -> Any:
        """An image node; materials that share a file share the datablock."""
        key = (id(data), color)
        if key not in self.images:
            self.images[key] = load_image(data, f"{self.material.name} {label}", color=color)
        node = self.node("ShaderNodeTexImage", -760, y)
        node.image = self.images[key]
        if self.uv_map:
            self.tree.links.new(self.uv_node().outputs["UV"], node.inputs["Vector"])
        return node

    def uv_node(self) -> Any:
        """The one node that names the UV map."""
        node = next((n for n in self.tree.nodes if n.type == "UVMAP"), None)
        if node is None:
            node = self.node("ShaderNodeUVMap", -1000, 200)
            node.uv_map = self.uv_map
        return node

    def product(self, outputs: Sequence[Any], factor: Sequence[float], y: float) -> Any:
        """Colours multiplied with each other and with a constant one."""
        result = outputs[0]
        for k, other in enumerate([*outputs[1:], tuple(factor)]):
            if isinstance(other, tuple) and all(abs(c - 1) < 1e-3 for c in other):
                continue
            times = self.node("ShaderNodeVectorMath", -420 + 180 * k, y)
            times.operation = "MULTIPLY"
            self.tree.links.new(result, times.inputs[0])
            if isinstance(other, tuple):
                times.inputs[1].default_value = other
            else:
                self.tree.links.new(other, times.inputs[1])
            result = times.outputs[0]
        return result

    def scaled(self, outputs: Sequence[Any], factor: float, y: float) -> Any:
        """Numbers multiplied with each other and with a constant one; the constant alone without any."""
        if not outputs:
            return float(factor)
        result = outputs[0]
        for other in [*outputs[1:], float(factor)]:
            if isinstance(other, float) and abs(other - 1) < 1e-3:
                continue
            times = self.node("ShaderNodeMath", -220, y)
            times.operation = "MULTIPLY"
            self.tree.links.new(result, times.inputs[0])
            self.connect(other, times.inputs[1])
            result = times.outputs[0]
        return result


def load_image(data: TextureImage, name: str, *, color: bool = True) -> bpy.types.Image:
    """An image datablock with its file packed into the .blend. Nothing is decoded before something shows it."""
    image = bpy.data.images.new(compat.id_name(name), 1, 1)
    image.pack(data=data.data, data_len=len(data.data))
    image.filepath_raw = f"//textures/{image.name}{data.suffix}"
    image.source = "FILE"
    image.colorspace_settings.name = "sRGB" if color else "Non-Color"
    return image
