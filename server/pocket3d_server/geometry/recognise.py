"""Tells what a file is by its content, never by its name, and whether it can be used at all.

Images are decoded once. Of meshes the container is checked: lengths, references and counts; the numbers
themselves are read when a job needs them.
"""

from __future__ import annotations

import mmap
from pathlib import Path

from pocket3d_server.geometry import glb
from pocket3d_server.geometry.fbx.binary import MAGIC as FBX_MAGIC
from pocket3d_server.geometry.fbx.binary import checked as check_fbx
from pocket3d_server.geometry.found import Found
from pocket3d_server.geometry.gltf_check import check as check_gltf
from pocket3d_server.geometry.images import WEB, opened
from pocket3d_server.geometry.limits import INCOMPLETE, BadFileError
from pocket3d_server.geometry.obj_read import check_obj
from pocket3d_server.geometry.ply_read import check_ply
from pocket3d_server.geometry.stl_read import check_stl, is_binary_stl
from pocket3d_server.geometry.zip_read import check_zip

HEAD = 65_536
SUPPORTED = (
    "Supported are JPEG, PNG and WebP images; GLB, OBJ (also zipped with its MTL), FBX, PLY and STL meshes. "
    "Export other meshes as GLB, save other images as PNG."
)
IMAGES = {"JPEG": (".jpg", "image/jpeg"), "PNG": (".png", "image/png"), "WEBP": (".webp", "image/webp")}
IMAGE_STARTS = (b"\xff\xd8\xff", b"\x89PNG", b"RIFF")
MESHES = {
    ".glb": "model/gltf-binary",
    ".obj": "model/obj",
    ".zip": "application/zip",
    ".ply": "model/x-ply",
    ".stl": "model/stl",
    ".fbx": "application/octet-stream",
}
FOREIGN = {
    b"GIF8": "a GIF image",
    b"BM": "a BMP image",
    b"II*\0": "a TIFF image",
    b"MM\0*": "a TIFF image",
    b"8BPS": "a Photoshop file",
    b"v/1\x01": "an OpenEXR image",
    b"#?RADIANCE": "a Radiance HDR image",
    b"%PDF": "a PDF document",
    b"BLENDER": "a Blender file",
    b"\x28\xb5\x2f\xfd": "a compressed Blender file",
    b"PXR-USDC": "a USD file",
    b"#usda": "a USD file",
    b"Rar!": "a RAR archive",
    b"7z\xbc\xaf": "a 7z archive",
    b"\x1f\x8b": "a gzip archive",
    b"<svg": "an SVG drawing",
    b"; FBX": "an FBX in text",
}
"""What people send instead, by its first bytes."""
PHOTO_BRANDS = {
    b"heic": "a HEIC image",
    b"heix": "a HEIC image",
    b"mif1": "a HEIC image",
    b"avif": "an AVIF image",
}


def recognise(path: Path, max_pixels: int, image_only: bool = False) -> Found:
    """What the file is. Raises BadFileError, whose message continues a sentence that begins with its name."""
    with path.open("rb") as file:
        head = file.read(HEAD)
    if not head:
        raise BadFileError("is empty", "Choose a file with content.")
    if head.startswith(IMAGE_STARTS):
        return _image(path, max_pixels)
    suffix = None if image_only else _mesh_suffix(head, path.stat().st_size)
    if suffix is None:
        raise _unknown(head, image_only)
    try:
        faces = _check_mesh(path, suffix)
    except BadFileError as error:
        raise BadFileError(f"cannot be used: {error}", error.suggestion) from error
    return Found("mesh", suffix, MESHES[suffix], faces=faces)


def _image(path: Path, max_pixels: int) -> Found:
    with opened(path, max_pixels, WEB) as image:
        suffix, media_type = IMAGES[image.format or ""]
        width, height = image.size
        if image.format == "JPEG":
            image.draft("RGB", (width // 8, height // 8))  # all of it is read, but at an eighth of its size
        image.load()
    return Found("image", suffix, media_type, width, height)


def _mesh_suffix(head: bytes, size: int) -> str | None:
    if head.startswith(glb.MAGIC):
        return ".glb"
    if head.startswith((b"PK\3\4", b"PK\5\6")):
        return ".zip"
    if head.startswith((b"ply\n", b"ply\r")):
        return ".ply"
    if head.startswith(FBX_MAGIC):
        return ".fbx"
    if is_binary_stl(head, size) or (head.lstrip().lower().startswith(b"solid") and b"facet" in head.lower()):
        return ".stl"
    if b"\0" not in head and any(line.split()[:1] in ([b"v"], [b"mtllib"]) for line in head.splitlines()):
        return ".obj"
    return None


def _check_mesh(path: Path, suffix: str) -> int | None:
    """Check the container; its number of faces where it tells it."""
    if suffix == ".glb":
        return _check_glb(path)
    if suffix == ".zip":
        check_zip(path)
    elif suffix == ".ply":
        return check_ply(path)
    elif suffix == ".stl":
        return check_stl(path)
    elif suffix == ".obj":
        check_obj(path)
    elif suffix == ".fbx":
        with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
            check_fbx(data)
    return None


def _check_glb(path: Path) -> int:
    """The document, and the first bytes of its images: how large they are stands there."""
    document, start, size = glb.outline(path)
    faces = check_gltf(document, size, path.stat().st_size)
    # Only what a texture shows: beside it may lie an image in a format that others know.
    shown = {texture["source"] for texture in document.get("textures", []) if "source" in texture}
    images = [document["images"][index] for index in sorted(shown)]
    views = {image["bufferView"] for image in images if "uri" not in image}
    with path.open("rb") as file:
        for number, index in enumerate(sorted(views), 1):
            view = document["bufferViews"][index]
            if "uri" in document["buffers"][view["buffer"]]:
                continue
            file.seek(start + view.get("byteOffset", 0))
            try:
                with opened(file.read(view["byteLength"])):
                    pass
            except BadFileError as error:
                raise BadFileError(f"its image {number} {error}", error.suggestion) from error
    return faces


def _unknown(head: bytes, image_only: bool) -> BadFileError:
    advice = "Send JPEG, PNG or WebP." if image_only else SUPPORTED
    found = next((title for start, title in FOREIGN.items() if head.startswith(start)), None)
    if head[4:8] == b"ftyp":
        found = PHOTO_BRANDS.get(head[8:12], "a video")
    if found:
        return BadFileError(f"is {found}, which is not read here", advice)
    if head.lstrip()[:1] == b"{" and b'"asset"' in head:
        return BadFileError(
            "is a glTF in text, whose data lies in other files",
            "Export the mesh as .glb, which holds everything.",
        )
    if not any(head):
        return BadFileError("holds nothing but zeros", INCOMPLETE)
    if image_only:
        return BadFileError("is not an image that can be decoded", advice)
    return BadFileError("is neither an image nor a mesh that can be read", advice)
