"""The chapters of the API, one small class each."""

from __future__ import annotations

import base64
import mimetypes
import uuid
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Callable, Union
from urllib.parse import quote

from .multipart import Multipart
from .transport import DownloadProgress, Transport
from .types import (
    Account,
    CreditEntry,
    Health,
    Job,
    JobPage,
    Metrics,
    Model,
    StoredFile,
    Webhook,
    Workers,
    job_id_of,
)

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


class Resource:
    """A chapter of the API on one transport."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def _submit(self, path: str, body: dict[str, Any], idempotency_key: str | None) -> Job:
        body = {k: v for k, v in body.items() if v is not None}
        answer = self._transport.json(
            "POST", path, json=body, idempotency_key=idempotency_key or uuid.uuid4().hex
        )
        return Job.from_dict(answer)

    def _upload(
        self, files: Sequence[FileLike] | FileLike, on_progress: UploadProgress | None = None
    ) -> list[str]:
        items = [files] if isinstance(files, (str, Path, bytes)) else list(files)
        body = Multipart((item if isinstance(item, bytes) else Path(item) for item in items), on_progress)
        # A file that arrived twice does no harm, so this may be repeated.
        answer = self._transport.json("POST", "/mesh/upload", data=body, headers=body.headers, retry=True)
        return list(answer["files"])

    def _rows(self, path: str, name: str) -> Iterator[dict[str, Any]]:
        """The rows of all pages."""
        cursor: str | None = None
        while True:
            page = self._transport.json("GET", path, params={"cursor": cursor} if cursor else {})
            yield from page[name]
            cursor = page.get("next_cursor")
            if not cursor:
                return

    def _images(self, images: Sequence[FileLike] | FileLike | None) -> list[str] | None:
        if images is None:
            return None
        return [self._image(i) for i in ([images] if isinstance(images, (str, Path, bytes)) else images)]

    def _image(self, image: FileLike) -> str:
        if isinstance(image, str) and image.startswith(IMAGE_PREFIXES):
            return image
        content = image if isinstance(image, bytes) else Path(image).read_bytes()
        if len(content) > INLINE_IMAGE:
            return self._upload([image])[0]
        kind = mimetypes.guess_type("x" if isinstance(image, bytes) else str(image))[0] or image_type(content)
        return f"data:{kind};base64,{base64.b64encode(content).decode('ascii')}"

    def _mesh(self, mesh: MeshLike) -> str:
        if isinstance(mesh, Job):
            return f"job:{mesh.job_id}"
        if isinstance(mesh, str) and mesh.startswith(MESH_PREFIXES):
            return mesh
        return self._upload([mesh])[0]


def image_type(content: bytes) -> str:
    """MIME type of an image from its first bytes."""
    if content.startswith(b"\x89PNG"):
        return "image/png"
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "image/webp"
    return "image/jpeg"


class MeshResource(Resource):
    """Mesh generation, uploads, models."""

    def generate(
        self,
        *,
        text_prompt: str | None = None,
        images: Sequence[FileLike] | FileLike | None = None,
        model_preference: str | None = None,
        output_format: str | None = None,
        quality: str | None = None,
        texture_resolution: int | None = None,
        seed: int | None = None,
        idempotency_key: str | None = None,
        **parameters: Any,
    ) -> Job:
        """Submit ``POST /mesh/generate`` with the reference's own names; see there for values."""
        return self._submit(
            "/mesh/generate",
            {
                "text_prompt": text_prompt,
                "images": self._images(images),
                "model_preference": model_preference,
                "output_format": output_format,
                "quality": quality,
                "texture_resolution": texture_resolution,
                "seed": seed,
                **parameters,
            },
            idempotency_key,
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

    def models(self) -> list[Model]:
        """Every model the server knows, with why it cannot be used if so."""
        return [Model.from_dict(m) for m in self._transport.json("GET", "/mesh/models")["models"]]


class TextureResource(Resource):
    """Textures for a mesh."""

    def generate(
        self,
        mesh_file: MeshLike,
        *,
        text_prompt: str | None = None,
        images: Sequence[FileLike] | FileLike | None = None,
        model_preference: str | None = None,
        texture_resolution: int | None = None,
        style: str | None = None,
        intensity: float | None = None,
        idempotency_key: str | None = None,
        **parameters: Any,
    ) -> Job:
        """Paint a mesh after a description or reference pictures."""
        return self._submit(
            "/texture/generate",
            {
                "mesh_file": self._mesh(mesh_file),
                "text_prompt": text_prompt,
                "images": self._images(images),
                "model_preference": model_preference,
                "texture_resolution": texture_resolution,
                "style": style,
                "intensity": intensity,
                **parameters,
            },
            idempotency_key,
        )


class SegmentResource(Resource):
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
        **parameters: Any,
    ) -> Job:
        """Split a mesh into parts; the result is a ``SegmentResult``."""
        return self._submit(
            "/segment/analyze",
            {
                "mesh_file": self._mesh(mesh_file),
                "model_preference": model_preference,
                "segmentation_level": segmentation_level,
                "output_format": output_format,
                "min_part_size": min_part_size,
                **parameters,
            },
            idempotency_key,
        )


class RigResource(Resource):
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
        **parameters: Any,
    ) -> Job:
        """Give a mesh a skeleton and skin weights; the result is a ``RigResult``."""
        return self._submit(
            "/rig/generate",
            {
                "mesh_file": self._mesh(mesh_file),
                "model_preference": model_preference,
                "character_type": character_type,
                "output_format": output_format,
                "bone_count": bone_count,
                "include_weights": include_weights,
                **parameters,
            },
            idempotency_key,
        )


class JobsResource(Resource):
    """Jobs of every feature, each by its id or as a ``Job``. ``client.download`` fetches what one made."""

    def get(self, job: str | Job) -> Job:
        """The job as it is now."""
        return Job.from_dict(self._transport.json("GET", f"/jobs/{job_id_of(job)}"))

    def list(
        self, *, limit: int | None = None, cursor: str | None = None, status: str | None = None
    ) -> JobPage:
        """One page of this account's jobs, newest first."""
        query = {"limit": limit, "cursor": cursor, "status": status}
        query = {k: v for k, v in query.items() if v is not None}
        return JobPage.from_dict(self._transport.json("GET", "/jobs", params=query))

    def iterate(self, *, status: str | None = None) -> Iterator[Job]:
        """All jobs of this account, newest first, fetched page by page."""
        cursor: str | None = None
        while True:
            page = self.list(cursor=cursor, status=status)
            yield from page.jobs
            cursor = page.next_cursor
            if not cursor:
                return

    def cancel(self, job: str | Job) -> Job:
        """Stop a job; one that was cancelled already stays so. Raises CONFLICT when it has completed or failed."""
        return Job.from_dict(self._transport.json("POST", f"/jobs/{job_id_of(job)}/cancel", retry=True))

    def delete(self, job: str | Job) -> None:
        """Remove a job and its files from the server."""
        self._transport.send("DELETE", f"/jobs/{job_id_of(job)}")


class FilesResource(Resource):
    """Files by the paths that results and uploads give: previews, results, uploads."""

    def download(self, path: str, to: str | Path, on_progress: DownloadProgress | None = None) -> Path:
        """Stream ``outputs/…`` or ``uploads/…`` to a local file and return its path."""
        return self._transport.download(f"/files/{path}", Path(to), on_progress)

    def iterate(self) -> Iterator[StoredFile]:
        """All files that the server keeps for this account, newest first, fetched page by page."""
        return (StoredFile.from_dict(row) for row in self._rows("/files", "files"))

    def delete(self, path: str) -> None:
        """Remove a file from the server. Raises CONFLICT while a job needs it."""
        self._transport.send("DELETE", f"/files/{path}")


class ModelsResource(Resource):
    """The server's models: licences and weights. What changes something needs the server's own token or the scope
    ``system``; ``Model.may_manage`` says whether this key may."""

    def list(self) -> list[Model]:
        """Every model; the same as ``client.mesh.models()``."""
        return [Model.from_dict(m) for m in self._transport.json("GET", "/mesh/models")["models"]]

    def get(self, model_id: str) -> Model:
        """One model as it is now."""
        return self._send("GET", model_id)

    def accept_licence(self, model_id: str, name: str, licence: str | None = None) -> Model:
        """Accept a model's licence in the name of a person or company; the server notes it with the time.

        With ``licence``, the name of the terms that were read, nothing is accepted if they have changed since.
        """
        body = {"accept": True, "name": name, **({"licence": licence} if licence else {})}
        return self._send("POST", model_id, "/licence", json=body, retry=True)

    def withdraw_licence(self, model_id: str) -> Model:
        """Take the acceptance back; the model does not run any more."""
        return self._send("POST", model_id, "/licence", json={"accept": False}, retry=True)

    def install(self, model_id: str) -> Model:
        """Begin to download a model's weights, or go on; ``get`` shows how far it is."""
        return self._send("POST", model_id, "/install", retry=True)

    def cancel_install(self, model_id: str) -> Model:
        """Stop the download; what has arrived stays for the next time."""
        return self._send("DELETE", model_id, "/install")

    def remove(self, model_id: str) -> Model:
        """Delete a model's weights from the server; what other models need as well stays."""
        return self._send("DELETE", model_id, "/weights")

    def _send(self, method: str, model_id: str, path: str = "", **options: Any) -> Model:
        return Model.from_dict(
            self._transport.json(method, f"/models/{quote(model_id, safe='')}{path}", **options)
        )


class WebhooksResource(Resource):
    """Addresses that the server tells of events; ``verify_webhook`` checks what it sends."""

    def create(self, url: str, events: Sequence[str], secret: str | None = None) -> Webhook:
        """Register an address. The answer is the only one that shows a secret which the server made."""
        body = {"url": url, "events": list(events), **({"secret": secret} if secret else {})}
        return Webhook.from_dict(self._transport.json("POST", "/webhooks", json=body))

    def list(self) -> list[Webhook]:
        """All webhooks of the account."""
        return [Webhook.from_dict(w) for w in self._transport.json("GET", "/webhooks")["webhooks"]]

    def delete(self, webhook_id: str) -> None:
        """Remove a webhook."""
        self._transport.send("DELETE", f"/webhooks/{quote(webhook_id, safe='')}")

    def ping(self, webhook_id: str) -> None:
        """Send a test event; it is delivered like any other."""
        self._transport.send("POST", f"/webhooks/{quote(webhook_id, safe='')}/ping")


class AccountResource(Resource):
    """Whose key it is, and what it may still do."""

    def get(self) -> Account:
        """Tier, credits, limits and usage of the key's account."""
        return Account.from_dict(self._transport.json("GET", "/account"))

    def usage(self) -> Iterator[CreditEntry]:
        """The ledger of the account's credits, newest first; an account that is not metered has none."""
        return (CreditEntry.from_dict(row) for row in self._rows("/account/usage", "entries"))


class SystemResource(Resource):
    """The server itself."""

    def health(self) -> Health:
        """Whether the server works, its GPUs and its queue."""
        return Health.from_dict(self._transport.json("GET", "/system/health"))

    def metrics(self) -> Metrics:
        """Counters since the server was set up."""
        return Metrics.from_dict(self._transport.json("GET", "/system/metrics"))

    def add_parent(self, pid: int) -> list[int]:
        """Keep a server on this machine, started by another program, alive for the process ``pid`` too.

        Returns all processes that it stays for; none when it never ends by itself. Needs the local token.
        Raises CONFLICT when the server is about to end.
        """
        answer = self._transport.json("POST", "/system/parents", json={"pid": pid}, retry=True)
        return [int(p) for p in answer["parents"]]

    def workers(self) -> Workers:
        """The processes that run models."""
        return Workers.from_dict(self._transport.json("GET", "/system/workers"))
