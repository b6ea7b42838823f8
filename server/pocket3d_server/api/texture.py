"""Texture Generation."""

from __future__ import annotations

from flask import Response

from pocket3d_server.api.chapter import chapter
from pocket3d_server.api.schemas import GenerateTexture, SubmitHeader, SubmitQuery, SubmitResult, Submitted
from pocket3d_server.api.submitting import answer_submit
from pocket3d_server.models.engine import Feature

api = chapter("texture", "Texture Generation")


@api.post("/generate", responses={202: Submitted, 200: SubmitResult})
def generate(body: GenerateTexture, header: SubmitHeader, query: SubmitQuery) -> Response:
    """Generate a texture for a mesh from a text or from reference images."""
    return answer_submit(Feature.TEXTURE_GENERATION, body, header, query, "Texture generation job queued")
