"""The four features, each a resource that submits jobs; local files are sent on the way."""

from __future__ import annotations

import base64
import mimetypes
import uuid
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Callable, Union

from .multipart import Multipart
from .transport import Transport
from .types import Job

FileLike = Union[str, Path, bytes]
"""A local path, file contents, a ``data:`` URI, or a file the server already has (``uploads/…``)."""
MeshLike = Union[str, Path, Job]
"""A local path, a file the server already has (``uploads/…``, ``outputs/…``), or a job, also as ``job:ID``."""

UploadProgress = Callable[[int, int], None]
"""Called with the bytes sent so far and all of them; again from the beginning when the upload is repeated."""

INLINE_IMAGE = 4 << 20
"""Images up to this many bytes travel inside the request; larger ones are uploaded first."""
IMAGE_PREFIXES = ("uploads/", "data:")
MESH_PREFIXES = ("uploads/", "outputs/", "job:")
"""What a string begins with that names no local file."""


class Feature:
    """One feature on one transport.

    Every submit takes further fields of the API by their names as well: ``seed``, ``parameters`` (the model's own
    settings), ``mesh_options``. With an ``idempotency_key`` of your own, the same request is the same job.
    """

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def _submit(self, path: str, idempotency_key: str | None, **fields: Any) -> Job:
        body = {name: value for name, value in fields.items() if value is not None}
        key = idempotency_key or uuid.uuid4().hex
        return Job.from_dict(self._transport.json("POST", path, json=body, idempotency_key=key))

    def _upload(
        self, files: Sequence[FileLike] | FileLike, on_progress: UploadProgress | None = None
    ) -> list[str]:
        contents = (item if isinstance(item, bytes) else Path(item) for item in several(files))
        body = Multipart(contents, on_progress)
        # A file that arrived twice does no harm, so this may be repeated.
        answer = self._transport.json("POST", "/mesh/upload", data=body, headers=body.headers, retry=True)
        return list(answer["files"])

    def _images(self, images: Sequence[FileLike] | FileLike | None) -> list[str] | None:
        return None if images is None else [self._image(image) for image in several(images)]

    def _image(self, image: FileLike) -> str:
        if isinstance(image, str) and image.startswith(IMAGE_PREFIXES):
            return image
        content = image if isinstance(image, bytes) else Path(image).read_bytes()
        if len(content) > INLINE_IMAGE:
            return self._upload(image)[0]
        kind = mimetypes.guess_type("x" if isinstance(image, bytes) else str(image))[0] or image_type(content)
        return f"data:{kind};base64,{base64.b64encode(content).decode('ascii')}"

    def _mesh(self, mesh: MeshLike) -> str:
        if isinstance(mesh, Job):
            return f"job:{mesh.job_id}"
        if isinstance(mesh, str) and mesh.startswith(MESH_PREFIXES):
            return mesh
        return self._upload(mesh)[0]


def several(files: Sequence[FileLike] | FileLike) -> Sequence[FileLike]:
    """One file as a list of it."""
    return [files] if isinstance(files, (str, Path, bytes)) else files


def image_type(content: bytes) -> str:
    """MIME type of an image from its first bytes."""
    if content.startswith(b"\x89PNG"):
        return "image/png"
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "image/webp"
    return "image/jpeg"


class MeshResource(Feature):
    """Mesh generation, and uploads."""

    def generate(
        self,
        *,
        text_prompt: str | None = None,
        images: Sequence[FileLike] | FileLike | None = None,
        model_preference: str | None = None,
        output_format: str | None = None,
        quality: str | None = None,
        texture_resolution: int | None = None,
        idempotency_key: str | None = None,
        **more: Any,
    ) -> Job:
        """Make a mesh from a description (at most 2,000 characters), from 1 to 10 pictures of one object, or from both.

        ``output_format`` is ``glb`` (default), ``obj`` or ``fbx``; ``quality`` is ``low``, ``medium`` (default) or
        ``high``; ``texture_resolution`` is 512, 1024 (default), 2048 or 4096 pixels.
        """
        return self._submit(
            "/mesh/generate",
            idempotency_key,
            text_prompt=text_prompt,
            images=self._images(images),
            model_preference=model_preference,
            output_format=output_format,
            quality=quality,
            texture_resolution=texture_resolution,
            **more,
        )

    def generate_from_text(self, prompt: str, **options: Any) -> Job:
        """Make a mesh from a description. Options are those of ``generate``."""
        return self.generate(text_prompt=prompt, **options)

    def generate_from_images(self, images: Sequence[FileLike] | FileLike, **options: Any) -> Job:
        """Make a mesh from one or more pictures of one object. Options are those of ``generate``."""
        return self.generate(images=images, **options)

    def upload(
        self, files: Sequence[FileLike] | FileLike, on_progress: UploadProgress | None = None
    ) -> list[str]:
        """Send images or meshes (at most 10, 500 MB each); returns the server's name of each, in order."""
        return self._upload(files, on_progress)


class TextureResource(Feature):
    """Textures for a mesh."""

    def generate(
        self,
        mesh_file: MeshLike,
        *,
        text_prompt: str | None = None,
        images: Sequence[FileLike] | FileLike | None = None,
        model_preference: str | None = None,
        output_format: str | None = None,
        texture_resolution: int | None = None,
        style: str | None = None,
        intensity: float | None = None,
        idempotency_key: str | None = None,
        **more: Any,
    ) -> Job:
        """Paint a mesh after a description or reference pictures.

        ``style`` is ``realistic``, ``cartoon`` or ``artistic``. ``intensity`` 0 leaves the mesh as it is; at 0.8
        (default) nothing of the old surface is left; up to 1 contrast grows.
        """
        return self._submit(
            "/texture/generate",
            idempotency_key,
            mesh_file=self._mesh(mesh_file),
            text_prompt=text_prompt,
            images=self._images(images),
            model_preference=model_preference,
            output_format=output_format,
            texture_resolution=texture_resolution,
            style=style,
            intensity=intensity,
            **more,
        )


class SegmentResource(Feature):
    """Parts of a mesh."""

    def analyze(
        self,
        mesh_file: MeshLike,
        *,
        model_preference: str | None = None,
        segmentation_level: str | None = None,
        output_format: str | None = None,
        min_part_size: int | None = None,
        idempotency_key: str | None = None,
        **more: Any,
    ) -> Job:
        """Split a mesh into parts; the result is a ``SegmentResult``.

        ``segmentation_level`` is ``coarse`` (default), ``fine`` or ``semantic``; ``min_part_size`` is in vertices.
        """
        return self._submit(
            "/segment/analyze",
            idempotency_key,
            mesh_file=self._mesh(mesh_file),
            model_preference=model_preference,
            segmentation_level=segmentation_level,
            output_format=output_format,
            min_part_size=min_part_size,
            **more,
        )


class RigResource(Feature):
    """Skeletons."""

    def generate(
        self,
        mesh_file: MeshLike,
        *,
        model_preference: str | None = None,
        character_type: str | None = None,
        output_format: str | None = None,
        bone_count: int | None = None,
        include_weights: bool | None = None,
        idempotency_key: str | None = None,
        **more: Any,
    ) -> Job:
        """Give a mesh a skeleton and skin weights; the result is a ``RigResult``.

        ``character_type`` is ``humanoid`` (default), ``quadruped`` or ``generic``.
        """
        return self._submit(
            "/rig/generate",
            idempotency_key,
            mesh_file=self._mesh(mesh_file),
            model_preference=model_preference,
            character_type=character_type,
            output_format=output_format,
            bone_count=bone_count,
            include_weights=include_weights,
            **more,
        )
