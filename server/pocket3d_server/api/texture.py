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
    """Generate a texture for a mesh from a text or from reference images.

    A text alone is for models that read text: without `model_preference` it goes to the built-in one. Hunyuan3D-Paint
    paints after pictures: a text alone that names it is refused with 422, and a text beside `images` is not used, which
    the result's `notes` say.
    """
    return answer_submit(Feature.TEXTURE_GENERATION, body, header, query, "Texture generation job queued")
