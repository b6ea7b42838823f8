"""Reads Wavefront OBJ with its MTL and textures, in the file's order of vertices and faces."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image as PilImage

from pocket3d_server.geometry.asset import Asset, Image, Material, Part, Primitive, srgb_to_linear
from pocket3d_server.geometry.names import unique_name


@dataclass
class _Run:
    """Consecutive faces of one object with one material."""

    name: str
    material: str
    lines: list[str] = field(default_factory=list)
    counts: NDArray[np.int64] = field(default_factory=lambda: np.zeros(3, np.int64))
    """How many v, vt and vn had been read when the run began; negative indices count back from there."""


def read_obj(path: Path) -> Asset:
    """Read an OBJ file; objects (or groups) become parts, polygons become fans of triangles.

    A vertex with several texture coordinates or normals is repeated, next to its first place in the order.
    Raises ValueError for numbers and indices that cannot be.
    """
    text = path.read_text("utf-8", errors="replace").replace("\\\n", " ")
    points, uvs, normals = [], [], []
    runs: list[_Run] = []
    library: dict[str, Material] = {}
    name, material = path.stem, ""
    has_objects = "\no " in text or text.startswith("o ")
    fresh = True
    for line in text.splitlines():
        keyword, _, rest = line.strip().partition(" ")
        if keyword == "v":
            points.append(rest)
        elif keyword == "vt":
            uvs.append(rest)
        elif keyword == "vn":
            normals.append(rest)
        elif keyword == "f":
            # A relative index counts from the face's own line, so such a line gets a run of its own.
            if fresh or not runs or "-" in rest or "-" in runs[-1].lines[-1]:
                runs.append(_Run(name, material, counts=np.array([len(points), len(uvs), len(normals)])))
                fresh = False
            runs[-1].lines.append(rest)
        elif keyword == "usemtl":
            material, fresh = rest.strip(), True
        elif keyword == "o" or (keyword == "g" and not has_objects):
            name, fresh = rest.strip() or path.stem, True
        elif keyword == "mtllib":
            library |= _read_mtl(path.parent / rest.strip())
    tables = (_numbers(points, 3), _numbers(uvs, 2), _numbers(normals, 3))
    return _assemble(_join(runs, tables), tables, library)


Corners = NDArray[np.int64]


def _join(runs: list[_Run], tables: tuple[NDArray[np.float64], ...]) -> list[tuple[str, str, Corners]]:
    """Triangles of each run as 0-based corner indices (F, 3, 3: v, vt, vn; -1 for none); equal neighbours joined."""
    sizes = np.array([len(t) for t in tables])
    out: list[tuple[str, str, list[Corners]]] = []
    for run in runs:
        corners = _corners(run)
        if (corners >= sizes).any() or (corners[..., 0] < 0).any() or (corners < -1).any():
            raise ValueError("a face refers to a vertex that does not exist")
        if out and out[-1][:2] == (run.name, run.material):
            out[-1][2].append(corners)
        else:
            out.append((run.name, run.material, [corners]))
    return [(name, material, np.concatenate(blocks)) for name, material, blocks in out]


def _corners(run: _Run) -> Corners:
    first = run.lines[0].split()
    slashes = first[0].count("/") if first else 0
    doubled = "//" in run.lines[0]
    width = len(first) * (2 if doubled else slashes + 1)
    flat = " ".join(run.lines).replace("/", " ").split()
    same_shape = len(flat) == width * len(run.lines) and len(first) >= 3
    plain = same_shape and all(line.count("/") == slashes * len(first) for line in run.lines)
    if plain and not any(part.endswith("/") for part in first):
        values = np.array(flat, dtype=np.int64).reshape(len(run.lines), len(first), -1)
        table = np.zeros((*values.shape[:2], 3), np.int64)
        table[..., [0, 2] if doubled else list(range(slashes + 1))] = values
        fans = [table[:, [0, k, k + 1]] for k in range(1, len(first) - 1)]
        triangles = np.stack(fans, axis=1).reshape(-1, 3, 3)
    else:  # polygons of different sizes, which have to be read one by one
        rows: list[list[list[int]]] = []
        for line in run.lines:
            polygon = [[int(x) if x else 0 for x in [*c.split("/"), "", ""][:3]] for c in line.split()]
            rows.extend([polygon[0], polygon[k], polygon[k + 1]] for k in range(1, len(polygon) - 1))
        triangles = np.array(rows, np.int64).reshape(-1, 3, 3)
    return np.where(triangles < 0, triangles + run.counts, triangles - 1)


def _assemble(
    runs: list[tuple[str, str, Corners]],
    tables: tuple[NDArray[np.float64], ...],
    library: dict[str, Material],
) -> Asset:
    points, uvs, normals = tables
    parts: list[Part] = []
    used: set[str] = set()
    titles: list[str] = []
    for title, material_name, corners in runs:
        flat = corners.reshape(-1, 3)
        uv_used = bool((flat[:, 1] >= 0).all()) and len(uvs) > 0
        normals_used = bool((flat[:, 2] >= 0).all()) and len(normals) > 0
        if len(runs) == 1 and not uv_used and not normals_used:
            vertices, faces, uv, normal = points, corners[..., 0], None, None
        else:
            key = np.where([True, uv_used, normals_used], flat, -1)
            unique, inverse = np.unique(key, axis=0, return_inverse=True)
            vertices, faces = points[unique[:, 0]], inverse.reshape(-1, 3)
            uv = np.column_stack([uvs[unique[:, 1], 0], 1 - uvs[unique[:, 1], 1]]) if uv_used else None
            normal = normals[unique[:, 2]] if normals_used else None
        material = library.setdefault(material_name, Material(material_name or "material"))
        primitive = Primitive(
            vertices.astype(np.float32),
            faces,
            material,
            None if uv is None else uv.astype(np.float32),
            None if normal is None else normal.astype(np.float32),
        )
        if titles and titles[-1] == title:
            parts[-1].primitives.append(primitive)
        else:
            name = unique_name(title, used)
            parts.append(Part(name, [primitive], label="" if name == title else title))
            titles.append(title)
    return Asset(parts)


def _numbers(lines: list[str], width: int) -> NDArray[np.float64]:
    if not lines:
        return np.zeros((0, width))
    rows = [line.split()[:width] for line in lines]
    rows = [row if len(row) == width else (row + ["0"] * width)[:width] for row in rows]
    return np.array(rows, dtype=np.float64)


def _read_mtl(path: Path) -> dict[str, Material]:
    """Materials by name; a missing library or texture leaves plain materials, as other readers do."""
    found: dict[str, Material] = {}
    if not path.is_file():
        return found
    material = Material("material")
    grey: dict[str, dict[int, Image]] = {}
    for line in path.read_text("utf-8", errors="replace").splitlines():
        keyword, _, rest = line.strip().partition(" ")
        rest = rest.strip()
        if keyword == "newmtl":
            material = found[rest] = Material(rest or "material")
        elif keyword == "Kd":
            r, g, b = srgb_to_linear(np.array(rest.split()[:3], np.float64))
            material.base_color = (float(r), float(g), float(b), material.base_color[3])
        elif keyword == "Ke":
            e = [float(x) for x in rest.split()[:3]]
            material.emissive = (e[0], e[1], e[2])
        elif keyword in ("d", "Tr"):
            alpha = float(rest.split()[-1])
            alpha = alpha if keyword == "d" else 1 - alpha
            material.base_color = (*material.base_color[:3], alpha)
            material.alpha_mode = "BLEND" if alpha < 0.999 else "OPAQUE"
        elif keyword == "Pr":
            material.roughness = float(rest)
        elif keyword == "Pm":
            material.metallic = float(rest)
        elif keyword == "map_Kd":
            material.base_color_image = _image(path.parent, rest)
            if material.base_color_image is not None and max(material.base_color[:3]) == 0:
                material.base_color = (1.0, 1.0, 1.0, material.base_color[3])
        elif keyword == "norm":
            material.normal_image = _image(path.parent, rest)
        elif keyword in ("map_Pr", "map_Pm"):
            image = _image(path.parent, rest)
            if image is not None:
                grey.setdefault(material.name, {})[1 if keyword == "map_Pr" else 2] = image
    for name, channels in grey.items():
        found[name].metallic_roughness_image = _pack(channels)
    return found


def _pack(channels: dict[int, Image]) -> Image:
    """Roughness (1) and metallic (2) in one glTF image; a missing one is white, so that its factor holds."""
    shape = next(iter(channels.values())).shape[:2]
    packed = np.full((*shape, 3), 255, np.uint8)
    for channel, image in channels.items():
        if image.shape[:2] == shape:
            packed[..., channel] = image[..., 0]
    return packed


def _image(folder: Path, reference: str) -> Image | None:
    """A texture beside the file; options before its name are passed over."""
    for name in (reference, reference.split()[-1] if reference else ""):
        path = (folder / name.replace("\\", "/")).resolve()
        if name and path.is_relative_to(folder.resolve()) and path.is_file():
            try:
                picture = PilImage.open(path)
                return np.asarray(picture.convert("RGBA" if picture.mode in ("RGBA", "LA") else "RGB"))
            except (OSError, SyntaxError):
                return None
    return None
