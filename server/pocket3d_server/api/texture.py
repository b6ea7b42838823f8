"""Texture Generation."""

from __future__ import annotations

from flask import Response
from flask_openapi3 import APIBlueprint, Tag

from pocket3d_server.api.context import BASE
from pocket3d_server.api.schemas import GenerateTexture, JobStatus, SubmitHeader, Submitted
from pocket3d_server.api.submitting import submit
from pocket3d_server.models.engine import Feature

api = APIBlueprint(
    "texture",
    __name__,
    url_prefix=f"{BASE}/texture",
    abp_tags=[Tag(name="Texture Generation")],
    abp_security=[{"bearer": []}],
)


@api.post("/generate", responses={202: Submitted, 200: JobStatus})
def generate(body: GenerateTexture, header: SubmitHeader) -> Response:
    """Generate a texture for a mesh from a text or from reference images."""
    return submit(Feature.TEXTURE_GENERATION, body, header, "Texture generation job queued")
