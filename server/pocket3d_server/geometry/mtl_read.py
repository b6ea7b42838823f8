"""Reads the materials of an OBJ file: MTL with the common extension for roughness and metalness.

Materials only decorate: what is missing or broken is passed over, as other readers do.
"""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import numpy as np

from pocket3d_server.geometry.asset import Image, Material, srgb_to_linear
from pocket3d_server.geometry.images import WITH_OBJ, PixelBudget
from pocket3d_server.geometry.limits import BadFileError, short
from pocket3d_server.geometry.linked_files import beside

MAX_LIBRARY = 4 * 1024**2
MAX_LIBRARIES = 100


class Materials:
    """The materials of the libraries beside an OBJ file, by name."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._found: dict[str, Material] = {}
        self._read: set[Path] = set()
        self._images: dict[Path, Image | None] = {}
        self._pixels = PixelBudget(WITH_OBJ)

    def named(self, name: str) -> Material:
        """The material of this name, a plain one when no library has it."""
        return self._found.setdefault(name, Material(name or "material"))

    def read(self, name: str) -> None:
        """Add a library. Raises BadFileError only when its images are too large."""
        path = beside(self._folder, name)
        if path is None or path in self._read or len(self._read) == MAX_LIBRARIES:
            return
        self._read.add(path)
        with path.open("rb") as file:
            text = file.read(MAX_LIBRARY).decode("utf-8", "replace")
        material = Material("material")
        grey: dict[str, dict[int, Image]] = {}
        for line in text.splitlines():
            keyword, _, rest = line.strip().partition(" ")
            rest = rest.strip()
            if keyword == "newmtl":
                name = short(rest)
                material = self._found[name] = Material(name or "material")
            elif keyword in ("map_Kd", "norm", "map_Pr", "map_Pm"):
                image = self._image(path.parent, rest)
                if keyword == "map_Kd":
                    material.base_color_image = image
                    if image is not None and max(material.base_color[:3]) == 0:
                        material.base_color = (1.0, 1.0, 1.0, material.base_color[3])
                elif keyword == "norm":
                    material.normal_image = image
                elif image is not None:
                    grey.setdefault(material.name, {})[1 if keyword == "map_Pr" else 2] = image
            else:
                with suppress(ValueError, IndexError):
                    _set(material, keyword, [float(word) for word in rest.split()])
        for name, channels in grey.items():
            self.named(name).metallic_roughness_image = packed(channels)

    def _image(self, folder: Path, reference: str) -> Image | None:
        """A texture beside the library; options before its name are passed over."""
        for name in (reference, reference.split()[-1] if reference else ""):
            path = beside(folder, name)
            if path is None:
                continue
            if path not in self._images:
                self._images[path] = None
                try:
                    self._images[path] = self._pixels.decode(path)
                except BadFileError as error:
                    if "pixels" in str(error):  # too large, and not just damaged
                        raise BadFileError(
                            f"its image '{path.name[:80]}' {error}", error.suggestion
                        ) from error
            return self._images[path]
        return None


def _set(material: Material, keyword: str, values: list[float]) -> None:
    """One statement of numbers. Raises IndexError when they are too few."""
    if not all(map(np.isfinite, values)):
        return
    clipped = [min(max(value, 0.0), 1.0) for value in values]
    if keyword == "Kd":
        r, g, b = srgb_to_linear(np.array((clipped[0], clipped[1], clipped[2])))
        material.base_color = (float(r), float(g), float(b), material.base_color[3])
    elif keyword == "Ke":
        material.emissive = (max(values[0], 0.0), max(values[1], 0.0), max(values[2], 0.0))
    elif keyword in ("d", "Tr"):
        alpha = clipped[-1] if keyword == "d" else 1 - clipped[-1]
        material.base_color = (*material.base_color[:3], alpha)
        material.alpha_mode = "BLEND" if alpha < 0.999 else "OPAQUE"
    elif keyword == "Pr":
        material.roughness = clipped[0]
    elif keyword == "Pm":
        material.metallic = clipped[0]


def packed(channels: dict[int, Image]) -> Image:
    """Roughness (1) and metallic (2) in one glTF image; a missing one is white, so that its factor holds."""
    shape = next(iter(channels.values())).shape[:2]
    packed = np.full((*shape, 3), 255, np.uint8)
    for channel, image in channels.items():
        if image.shape[:2] == shape:
            packed[..., channel] = image[..., 0]
    return packed
