"""Auto-Rigging."""

from __future__ import annotations

from flask import Response

from pocket3d_server.api.chapter import chapter
from pocket3d_server.api.schemas import GenerateRig, SubmitHeader, SubmitQuery, SubmitResult, Submitted
from pocket3d_server.api.submitting import answer_submit
from pocket3d_server.models.engine import Feature

api = chapter("rig", "Auto-Rigging")


@api.post("/generate", responses={202: Submitted, 200: SubmitResult})
def generate(body: GenerateRig, header: SubmitHeader, query: SubmitQuery) -> Response:
    """Make a skeleton and skin weights for a mesh."""
    return answer_submit(Feature.AUTO_RIGGING, body, header, query, "Auto-rigging job queued")
