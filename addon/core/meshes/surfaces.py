"""Materials of a glTF file: factors, and compressed images that multiply them. Nothing is decoded here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from .glb import Glb

MEAN_COLOUR = "mean_base_color"
"""In a material's extras: the linear mean of its base colour image, written by our server."""
SUFFIXES = {"image/jpeg": ".jpg", "image/webp": ".webp"}
Colour = tuple[float, float, float]


@dataclass(frozen=True, eq=False)
class TextureImage:
    """A compressed image; ``suffix`` is ``.png``, ``.jpg`` or ``.webp``."""

    data: bytes
    suffix: str


@dataclass
class MaterialData:
    """A glTF material: linear factors, and images that multiply them."""

    name: str
    base_color: tuple[float, float, float, float] = (0.8, 0.8, 0.8, 1.0)
    metallic: float = 0.0
    roughness: float = 0.6
    alpha_mode: str = "OPAQUE"
    base_color_image: TextureImage | None = None
    metallic_roughness_image: TextureImage | None = None
    normal_image: TextureImage | None = None
    emission: Colour = (0.0, 0.0, 0.0)
    emission_strength: float = 1.0
    emission_image: TextureImage | None = None
    normal_strength: float = 1.0
    alpha_cutoff: float = 0.5
    double_sided: bool = True
    vertex_colors: bool = False
    """Whether the mesh has colours that the base colour is multiplied with."""
    mean_color: Colour | None = None
    """Linear mean of the base colour image, for views that show no textures."""

    @property
    def solid_color(self) -> tuple[float, float, float, float]:
        """The colour for views without textures; a neutral one where an image's mean is not known."""
        image = self.mean_color or ((0.5, 0.5, 0.5) if self.base_color_image else (1.0, 1.0, 1.0))
        red, green, blue, alpha = self.base_color
        return (
            red * image[0],
            green * image[1],
            blue * image[2],
            1.0 if self.alpha_mode == "OPAQUE" else alpha,
        )


class Surfaces:
    """The materials of one file; each image is taken out of it once, however many materials show it."""

    def __init__(self, glb: Glb) -> None:
        self._glb = glb
        self._images: dict[int, TextureImage] = {}

    def material(self, index: int, *, vertex_colors: bool = False) -> MaterialData:
        """A material by its index; -1 gives the default one."""
        if index < 0:
            return MaterialData("Material", vertex_colors=vertex_colors)
        entry = self._glb.document["materials"][index]
        pbr = entry.get("pbrMetallicRoughness", {})
        strength = entry.get("extensions", {}).get("KHR_materials_emissive_strength", {})
        emission_image = self._image(entry.get("emissiveTexture"))
        red, green, blue, alpha = (float(x) for x in pbr.get("baseColorFactor", (1, 1, 1, 1)))
        return MaterialData(
            entry.get("name") or "Material",
            (red, green, blue, alpha),
            float(pbr.get("metallicFactor", 1.0)),
            float(pbr.get("roughnessFactor", 1.0)),
            entry.get("alphaMode", "OPAQUE"),
            self._image(pbr.get("baseColorTexture")),
            self._image(pbr.get("metallicRoughnessTexture")),
            self._image(entry.get("normalTexture")),
            _colour(entry.get("emissiveFactor")) or (0.0, 0.0, 0.0),
            float(strength.get("emissiveStrength", 1.0)),
            emission_image,
            float((entry.get("normalTexture") or {}).get("scale", 1.0)),
            float(entry.get("alphaCutoff", 0.5)),
            bool(entry.get("doubleSided", False)),
            vertex_colors,
            _colour((entry.get("extras") or {}).get(MEAN_COLOUR)),
        )

    def _image(self, reference: dict[str, Any] | None) -> TextureImage | None:
        if reference is None:
            return None
        texture = self._glb.document["textures"][reference["index"]]
        webp = texture.get("extensions", {}).get("EXT_texture_webp", {}).get("source")
        source = webp if webp is not None else texture.get("source")
        if source is None:
            return None
        if source not in self._images:
            data, kind = self._glb.image(source)
            self._images[source] = TextureImage(data, SUFFIXES.get(kind, ".png"))
        return self._images[source]


def texture_set(glb: Glb, index: int) -> int:
    """Which set of UVs a material's textures use: that of the first one it has."""
    if index < 0:
        return 0
    entry = glb.document["materials"][index]
    pbr = entry.get("pbrMetallicRoughness", {})
    references: Sequence[Any] = (
        pbr.get("baseColorTexture"),
        pbr.get("metallicRoughnessTexture"),
        entry.get("normalTexture"),
        entry.get("emissiveTexture"),
    )
    return next((int(r.get("texCoord", 0)) for r in references if r), 0)


def _colour(values: Any) -> Colour | None:
    if not isinstance(values, list) or len(values) != 3:
        return None
    red, green, blue = (float(v) for v in values)
    return red, green, blue
