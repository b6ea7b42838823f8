"""Mesh Segmentation."""

from __future__ import annotations

from flask import Response
from flask_openapi3 import APIBlueprint, Tag

from pocket3d_server.api.context import BASE
from pocket3d_server.api.schemas import AnalyzeSegments, JobStatus, SubmitHeader, Submitted
from pocket3d_server.api.submitting import submit
from pocket3d_server.models.engine import Feature

api = APIBlueprint(
    "segment",
    __name__,
    url_prefix=f"{BASE}/segment",
    abp_tags=[Tag(name="Mesh Segmentation")],
    abp_security=[{"bearer": []}],
)


@api.post("/analyze", responses={202: Submitted, 200: JobStatus})
def analyze(body: AnalyzeSegments, header: SubmitHeader) -> Response:
    """Split a mesh into parts."""
    return submit(Feature.MESH_SEGMENTATION, body, header, "Segmentation job queued")
