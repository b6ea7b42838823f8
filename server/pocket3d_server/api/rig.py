"""Auto-Rigging."""

from __future__ import annotations

from flask import Response
from flask_openapi3 import APIBlueprint, Tag

from pocket3d_server.api.context import BASE
from pocket3d_server.api.schemas import GenerateRig, JobStatus, SubmitHeader, Submitted
from pocket3d_server.api.submitting import submit
from pocket3d_server.models.engine import Feature

api = APIBlueprint(
    "rig",
    __name__,
    url_prefix=f"{BASE}/rig",
    abp_tags=[Tag(name="Auto-Rigging")],
    abp_security=[{"bearer": []}],
)


@api.post("/generate", responses={202: Submitted, 200: JobStatus})
def generate(body: GenerateRig, header: SubmitHeader) -> Response:
    """Make a skeleton and skin weights for a mesh."""
    return submit(Feature.AUTO_RIGGING, body, header, "Auto-rigging job queued")
