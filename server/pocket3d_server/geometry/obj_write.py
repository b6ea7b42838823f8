"""Writes an asset as a zip of Wavefront OBJ, MTL and textures; a rig adds ``skeleton.json``."""

from __future__ import annotations

import io
import json
import re
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pocket3d_server.geometry.asset import Asset, Image, Material, Skeleton, linear_to_srgb
from pocket3d_server.geometry.bones import top_influences
from pocket3d_server.geometry.writable import check_primitive, encode_image, plain_json


def write_obj_zip(asset: Asset, path: Path) -> None:
    """Write model.obj, model.mtl and the textures to a zip at ``path``.

    Parts become objects (``o``) and keep the order of vertices and faces. OBJ has no bones, so a skeleton and its
    weights go to ``skeleton.json`` with vertex numbers counted through the whole file from 0; ``pocket3d.json``
    holds the extras. Raises ValueError as ``write_glb`` does.
    """
    if not asset.parts:
        raise ValueError("the asset has no parts")
    materials = _named_materials(asset)
    files: dict[str, bytes] = {}
    images: dict[tuple[int, str], str] = {}
    library = io.StringIO()
    for name, material in materials.values():
        library.write(_material_text(name, material, files, images))
    body = io.StringIO()
    body.write("# Pocket3D, metres, +Y up\nmtllib model.mtl\n")
    _write_parts(asset, materials, body)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=4) as archive:
        archive.writestr("model.obj", body.getvalue())
        archive.writestr("model.mtl", library.getvalue())
        for name, data in files.items():
            archive.writestr(zipfile.ZipInfo(name), data)
        if asset.skeleton is not None:
            archive.writestr("skeleton.json", json.dumps(_skeleton_json(asset, asset.skeleton)))
        if asset.extras:
            archive.writestr("pocket3d.json", json.dumps(asset.extras, default=plain_json))


def _named_materials(asset: Asset) -> dict[int, tuple[str, Material]]:
    """Unique names without spaces, by identity."""
    found: dict[int, tuple[str, Material]] = {}
    used: set[str] = set()
    for primitive in asset.primitives():
        material = primitive.material
        if id(material) in found:
            continue
        base = re.sub(r"[^\w.-]+", "_", material.name).strip("_") or "material"
        name, n = base, 1
        while name in used:
            n += 1
            name = f"{base}_{n}"
        used.add(name)
        found[id(material)] = (name, material)
    return found


def _write_parts(asset: Asset, materials: dict[int, tuple[str, Material]], out: io.StringIO) -> None:
    joints = len(asset.skeleton.names) if asset.skeleton else 0
    offset, uv_offset, normal_offset = 1, 1, 1
    for part in asset.parts:
        out.write(f"o {part.name}\n")
        for primitive in part.primitives:
            weights = primitive.weights
            check_primitive(primitive, joints if asset.skeleton or weights is None else weights.shape[1])
            out.write(_rows("v", primitive.vertices))
            index = np.asarray(primitive.faces, np.int64)
            columns = [index + offset]
            if primitive.uv is not None:
                uv = np.asarray(primitive.uv, np.float64)
                out.write(_rows("vt", np.column_stack([uv[:, 0], 1 - uv[:, 1]])))  # OBJ's v grows upwards
                columns.append(index + uv_offset)
            if primitive.normals is not None:
                out.write(_rows("vn", primitive.normals))
                columns.append(index + normal_offset)
            out.write(f"usemtl {materials[id(primitive.material)][0]}\n")
            separator = "//" if primitive.uv is None else "/"
            corner = separator.join(["%d"] * len(columns))
            line = f"f {corner} {corner} {corner}\n"
            table = np.stack(columns, axis=2).reshape(len(index), -1)
            out.write((line * len(table)) % tuple(table.ravel().tolist()))
            offset += len(primitive.vertices)
            uv_offset += len(primitive.vertices) if primitive.uv is not None else 0
            normal_offset += len(primitive.vertices) if primitive.normals is not None else 0


def _rows(keyword: str, values: NDArray[Any]) -> str:
    values = np.asarray(values, np.float64)
    line = keyword + " %.7g" * values.shape[1] + "\n"
    return (line * len(values)) % tuple(values.ravel().tolist())


def _material_text(
    name: str, material: Material, files: dict[str, bytes], images: dict[tuple[int, str], str]
) -> str:
    """One ``newmtl`` block with the common PBR extension (Pr, Pm, norm)."""
    r, g, b = linear_to_srgb(material.base_color[:3])
    lines = [
        f"newmtl {name}",
        f"Kd {r:.5f} {g:.5f} {b:.5f}",
        f"Ke {material.emissive[0]:.5f} {material.emissive[1]:.5f} {material.emissive[2]:.5f}",
        f"d {material.base_color[3]:.5f}",
        f"Pr {material.roughness:.5f}",
        f"Pm {material.metallic:.5f}",
        "illum 2",
    ]

    def texture(keyword: str, image: Image | None, suffix: str, channel: int | None = None) -> None:
        if image is None:
            return
        key = (id(image), suffix)
        if key not in images:
            data, media_type = encode_image(image if channel is None else image[..., channel])
            images[key] = f"{name}_{suffix}.{'png' if media_type == 'image/png' else 'jpg'}"
            files[images[key]] = data
        lines.append(f"{keyword} {images[key]}")

    texture("map_Kd", material.base_color_image, "base_color")
    texture("norm", material.normal_image, "normal")
    # MTL wants one grey image for each value, where glTF packs both into one.
    texture("map_Pr", material.metallic_roughness_image, "roughness", 1)
    texture("map_Pm", material.metallic_roughness_image, "metallic", 2)
    return "\n".join(lines) + "\n\n"


def _skeleton_json(asset: Asset, skeleton: Skeleton) -> dict[str, Any]:
    bones = [
        {
            "name": name,
            "parent": skeleton.names[parent] if parent >= 0 else None,
            "head": [float(x) for x in skeleton.heads[j]],
            "tail": [float(x) for x in skeleton.tails[j]],
        }
        for j, (name, parent) in enumerate(zip(skeleton.names, skeleton.parents, strict=True))
    ]
    primitives = list(asset.primitives())
    if any(p.weights is None for p in primitives):
        return {"bones": bones}
    influences = [top_influences(p.weights) for p in primitives if p.weights is not None]
    joints = np.concatenate([joint for joint, _ in influences])
    weights = np.concatenate([weight for _, weight in influences])
    return {"bones": bones, "joints": joints.tolist(), "weights": np.round(weights.astype(float), 6).tolist()}
