"""What users send: tells images and meshes by their content, decodes images that come inside JSON, and finds
the files that a request names.

Meshes are only recognised here; they are parsed in the runner's process.
"""

from __future__ import annotations

import base64
import binascii
import io
import re
import zipfile
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, UnidentifiedImageError
from sqlalchemy.orm import Session

from pocket3d_server.database import Database
from pocket3d_server.errors import ErrorCode, Refusal
from pocket3d_server.jobs.files import UPLOADS, FileStore
from pocket3d_server.jobs.tables import Job, Status, StoredFile

IMAGE_TYPES = {"JPEG": (".jpg", "image/jpeg"), "PNG": (".png", "image/png"), "WEBP": (".webp", "image/webp")}
SUPPORTED = (
    "Supported are JPEG, PNG and WebP images; GLB, OBJ (also zipped with its MTL), PLY and STL meshes. "
    "Export other meshes, FBX too, as GLB."
)
ELSEWHERE = re.compile(r"[a-z][a-z0-9+.-]*://|[a-z]:[\\/]|~|\.{1,2}[\\/]|.*\.[a-z]{3,4}$", re.IGNORECASE)
"""A URL or the path of a file. Each alternative asks for a character that base64 does not have."""
LONGEST_PATH = 4096


@dataclass(frozen=True)
class Kind:
    """What a file is."""

    kind: str
    """``image`` or ``mesh``."""
    suffix: str
    media_type: str


def sniff(path: Path, name: str, max_pixels: int) -> Kind:
    """What a file is by its content; ``name`` is only for messages. Raises Refusal INVALID_INPUT."""
    with path.open("rb") as file:
        head = file.read(4096)
    if not head:
        raise Refusal(ErrorCode.INVALID_INPUT, f"{name} is empty.", "Choose a file with content.")
    if head.startswith((b"\xff\xd8\xff", b"\x89PNG", b"RIFF")):
        return check_image(path, name, max_pixels)
    if head.startswith(b"glTF"):
        return Kind("mesh", ".glb", "model/gltf-binary")
    if head.startswith(b"PK\x03\x04"):
        return _zip(path, name)
    if head.startswith(b"ply"):
        return Kind("mesh", ".ply", "model/x-ply")
    if head.startswith(b"Kaydara FBX Binary"):
        return Kind("mesh", ".fbx", "application/octet-stream")
    if _is_stl(head, path.stat().st_size):
        return Kind("mesh", ".stl", "model/stl")
    if _is_obj(head):
        return Kind("mesh", ".obj", "model/obj")
    raise Refusal(
        ErrorCode.INVALID_INPUT, f"{name} is neither an image nor a mesh that can be read.", SUPPORTED
    )


def check_image(source: Path | bytes, name: str, max_pixels: int) -> Kind:
    """A JPEG, PNG or WebP that decodes and is not too large. Raises Refusal INVALID_INPUT."""
    try:
        with Image.open(io.BytesIO(source) if isinstance(source, bytes) else source) as image:
            if image.format not in IMAGE_TYPES:
                raise Refusal(
                    ErrorCode.INVALID_INPUT, f"{name} is a {image.format} image.", "Send JPEG, PNG or WebP."
                )
            width, height = image.size
            if width * height > max_pixels:
                raise Refusal(
                    ErrorCode.INVALID_INPUT,
                    f"{name} has {width} × {height} pixels; at most {max_pixels // 1_000_000} million are taken.",
                    "Scale the image down; 2048 pixels on the longer side are plenty.",
                )
            suffix, media_type = IMAGE_TYPES[image.format]
            image.load()
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        # Pillow's sentence for the first of these names a Python object or a path of the server.
        reason = "" if isinstance(error, UnidentifiedImageError) else f" ({error})"
        raise Refusal(
            ErrorCode.INVALID_INPUT,
            f"{name} is not an image that can be decoded{reason}.",
            "Send JPEG, PNG or WebP.",
        ) from error
    return Kind("image", suffix, media_type)


def decode_image(text: str, name: str, max_pixels: int) -> tuple[bytes, str]:
    """An image given as a data URI or as plain base64: its bytes and suffix. Raises Refusal INVALID_INPUT."""
    head, comma, payload = text.partition(",")
    if text.startswith("data:"):
        if not comma or not head.endswith(";base64"):
            raise Refusal(
                ErrorCode.INVALID_INPUT,
                f"{name} is a data URI without base64.",
                "Use data:image/png;base64,<data>.",
            )
    elif len(text) <= LONGEST_PATH and ELSEWHERE.match(text):
        raise Refusal(
            ErrorCode.INVALID_INPUT,
            f"{name} is a path or a URL; the server reads neither local files nor URLs.",
            "Send the image itself as data:image/png;base64,<data>, or upload it first with POST /mesh/upload.",
            field=name,
        )
    else:
        payload = text
    try:
        data = base64.b64decode("".join(payload.split()), validate=True)
    except (binascii.Error, ValueError) as error:
        raise Refusal(
            ErrorCode.INVALID_INPUT,
            f"{name} is not valid base64 ({error}).",
            "Send data:image/png;base64,<data>, or a path that POST /mesh/upload answered.",
        ) from error
    return data, check_image(data, name, max_pixels).suffix


class InputFiles:
    """Finds the files that a request names among those of its account, and keeps the images inside it."""

    def __init__(self, database: Database, files: FileStore, max_image_pixels: int) -> None:
        self._database = database
        self._files = files
        self._max_image_pixels = max_image_pixels

    def mesh(self, account_id: str, reference: str) -> str:
        """The stored path of a mesh given as an upload, an output or ``job:<id>``. Raises Refusal."""
        path = reference
        with self._database.read() as session:
            if reference.startswith("job:"):
                path = _output_of(session, account_id, reference.removeprefix("job:"))
            row = session.get(StoredFile, path)
        if row is None or row.account_id != account_id or not self._files.exists(path):
            raise Refusal(
                ErrorCode.INVALID_INPUT,
                f"mesh_file {reference!r} does not exist.",
                "Upload the mesh with POST /mesh/upload and use the path in its answer, or use job:<job_id>.",
                field="mesh_file",
            )
        if row.kind != "mesh":
            raise Refusal(
                ErrorCode.INVALID_INPUT,
                f"mesh_file {reference!r} is an {row.kind}.",
                "Give the path of a mesh.",
                field="mesh_file",
            )
        if path.endswith(".fbx"):
            raise Refusal(
                ErrorCode.FORMAT_UNAVAILABLE,
                "FBX files need Blender to be read, which this server does not use yet.",
                "Export the mesh as GLB or OBJ.",
                field="mesh_file",
            )
        return path

    def images(self, account_id: str, job_id: str, images: list[str]) -> list[str]:
        """Stored paths of images given as uploads or as base64; the latter are kept as the job's. Raises Refusal."""
        paths = []
        for number, image in enumerate(images):
            name = f"images[{number}]"
            if image.startswith(f"{UPLOADS}/"):
                paths.append(self._uploaded_image(account_id, image, name))
            else:
                data, suffix = decode_image(image, name, self._max_image_pixels)
                paths.append(self._files.add_input(job_id, f"image_{number}{suffix}", data))
        return paths

    def _uploaded_image(self, account_id: str, path: str, name: str) -> str:
        with self._database.read() as session:
            row = session.get(StoredFile, path)
        if row is None or row.account_id != account_id or row.kind != "image":
            raise Refusal(
                ErrorCode.INVALID_INPUT,
                f"{name} {path!r} is not an uploaded image.",
                "Use a path that POST /mesh/upload answered, or a data URI.",
                field=name,
            )
        return path


def _output_of(session: Session, account_id: str, job_id: str) -> str:
    job = session.get(Job, job_id)
    if job is None or job.account_id != account_id:
        raise Refusal(
            ErrorCode.INVALID_INPUT, f"There is no job {job_id!r}.", "Check the id.", field="mesh_file"
        )
    if job.status == Status.ERROR:
        raise Refusal(
            ErrorCode.INVALID_INPUT,
            f"{job_id} was cancelled or failed; it ended without a result.",
            "Submit that job again and use the new one's id.",
            field="mesh_file",
        )
    if job.status != Status.COMPLETED or not job.result:
        raise Refusal(
            ErrorCode.INVALID_INPUT,
            f"{job_id} has no result: its status is {job.status}.",
            "Wait until the job is completed and submit this one then.",
            field="mesh_file",
        )
    return str(job.result["file_path"])


def _zip(path: Path, name: str) -> Kind:
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as error:
        raise Refusal(
            ErrorCode.INVALID_INPUT, f"{name} is a broken zip file ({error}).", "Pack it again."
        ) from error
    if not any(n.lower().endswith(".obj") for n in names):
        raise Refusal(ErrorCode.INVALID_INPUT, f"{name} is a zip without an .obj file.", SUPPORTED)
    return Kind("mesh", ".zip", "application/zip")


def _is_stl(head: bytes, size: int) -> bool:
    if len(head) >= 84 and size == 84 + 50 * int.from_bytes(head[80:84], "little"):
        return True
    return head.lstrip().startswith(b"solid") and b"facet" in head


def _is_obj(head: bytes) -> bool:
    if b"\0" in head:
        return False
    lines = [line.strip() for line in head.splitlines()]
    return any(line.startswith((b"v ", b"v\t")) for line in lines)
