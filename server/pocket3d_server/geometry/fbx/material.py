"""Materials of an FBX file. They only decorate: what is missing or broken is passed over, as other readers do."""

from __future__ import annotations

from pathlib import Path, PureWindowsPath

import numpy as np

from pocket3d_server.geometry.asset import Image, Material
from pocket3d_server.geometry.fbx import SHININESS
from pocket3d_server.geometry.fbx.binary import Span
from pocket3d_server.geometry.fbx.objects import Object, Objects, vector
from pocket3d_server.geometry.images import WITH_OBJ, PixelBudget
from pocket3d_server.geometry.limits import BadFileError
from pocket3d_server.geometry.linked_files import beside
from pocket3d_server.geometry.mtl_read import packed

PBR_WRITERS = ("Pocket3D", "Blender")
"""Programs whose ``Shininess`` is roughness and whose ``ReflectionFactor`` is metalness; elsewhere they are Phong's."""
COLOUR_SLOTS = ("DiffuseColor", "Maya|baseColor", "Maya|TEX_color_map", "3dsMax|Parameters|base_color_map")
NORMAL_SLOTS = ("NormalMap", "Maya|normalCamera", "Maya|TEX_normal_map", "3dsMax|Parameters|bump_map")
METAL_SLOT = "ReflectionFactor"
OPACITY_SLOTS = ("TransparentColor", "TransparencyFactor", "Opacity")
OPAQUE = 0.999


class Materials:
    """The materials of a file, each made once."""

    def __init__(self, objects: Objects, creator: str, folder: Path) -> None:
        self._objects = objects
        self._is_pbr = any(name in creator for name in PBR_WRITERS)
        self._folder = folder
        self._made: dict[int, Material] = {}
        self._images: dict[int, Image | None] = {}
        self._pixels = PixelBudget(WITH_OBJ)
        self._plain: Material | None = None

    def of(self, model: Object, slot: int) -> Material:
        """The material in a model's slot; a plain one where there is none. Raises BadFileError only for images that
        are too large."""
        found = self._objects.below(model.number, "Material")
        if not 0 <= slot < len(found):
            self._plain = self._plain or Material("material")
            return self._plain
        if found[slot].number not in self._made:
            self._made[found[slot].number] = self._material(found[slot])
        return self._made[found[slot].number]

    def _material(self, source: Object) -> Material:
        material = Material(source.name or "material")
        diffuse = source.vector("DiffuseColor", (0.8, 0.8, 0.8)) * self._factor(source, "DiffuseFactor", 1)
        glow = source.vector("EmissiveColor", (0.0, 0.0, 0.0)) * self._factor(source, "EmissiveFactor", 1)
        alpha = self._opacity(source)
        r, g, b = (float(x) for x in np.clip(np.nan_to_num(diffuse), 0, 1))
        material.base_color = (r, g, b, alpha)
        red, green, blue = (float(x) for x in np.clip(np.nan_to_num(glow), 0, 1e6))
        material.emissive = (red, green, blue)
        shininess = max(self._factor(source, "Shininess", self._factor(source, "ShininessExponent", 20)), 0)
        material.roughness = float(np.sqrt(2 / (shininess + 2)))  # of Blinn's highlights
        if self._is_pbr:
            material.roughness = 1 - float(np.sqrt(min(shininess, SHININESS) / SHININESS))
            material.metallic = min(max(self._factor(source, METAL_SLOT, 0), 0), 1)
        self._add_images(source, material)
        if alpha < OPAQUE:
            material.alpha_mode = "BLEND"
        return material

    def _add_images(self, source: Object, material: Material) -> None:
        grey: dict[int, Image] = {}
        for slot, texture in self._objects.slots(source.number):
            if slot in COLOUR_SLOTS and (image := self._image(texture)) is not None:
                material.base_color_image = image
                material.base_color = (1.0, 1.0, 1.0, material.base_color[3])
            elif slot in NORMAL_SLOTS:
                material.normal_image = self._image(texture)
            elif slot in OPACITY_SLOTS:
                material.alpha_mode = "BLEND"
            elif slot == "ShininessExponent" and (image := self._image(texture)) is not None:
                grey[1], material.roughness = image, 1.0
            elif slot == METAL_SLOT and self._is_pbr and (image := self._image(texture)) is not None:
                grey[2], material.metallic = image, 1.0
        if grey:
            material.metallic_roughness_image = packed(grey)

    def _opacity(self, source: Object) -> float:
        if "Opacity" in source.properties:
            return min(max(self._factor(source, "Opacity", 1), 0), 1)
        hidden = source.vector("TransparentColor", (0.0, 0.0, 0.0)).mean()
        return min(max(1 - float(hidden) * self._factor(source, "TransparencyFactor", 0), 0), 1)

    def _factor(self, source: Object, name: str, default: float) -> float:
        value = float(vector(source.properties.get(name), (default,))[0])
        return value if np.isfinite(value) else default

    def _image(self, texture: Object) -> Image | None:
        """What a texture shows: inside the file, or beside it."""
        if texture.kind == "LayeredTexture":
            texture = next(iter(self._objects.below(texture.number, "Texture")), texture)
        if texture.number not in self._images:
            self._images[texture.number] = None
            for source in self._sources(texture):
                try:
                    self._images[texture.number] = self._pixels.decode(source)
                    break
                except BadFileError as error:
                    if "pixels" in str(error):  # too large, and not just damaged
                        raise BadFileError(f"its image '{texture.name}' {error}", error.suggestion) from error
        return self._images[texture.number]

    def _sources(self, texture: Object) -> list[Path | bytes]:
        clips = self._objects.below(texture.number, "Video")
        inside = [clip.record.value("Content") for clip in clips]
        found: list[Path | bytes] = [data.read() for data in inside if isinstance(data, Span)]
        for record in [texture.record, *(clip.record for clip in clips)]:
            for name in ("RelativeFilename", "FileName", "Filename"):
                # Full paths are of somebody else's disk.
                path = beside(self._folder, PureWindowsPath(str(record.value(name, ""))).name)
                if path is not None:
                    found.append(path)
        return found
