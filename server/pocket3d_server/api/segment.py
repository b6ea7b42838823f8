"""Mesh Segmentation."""

from __future__ import annotations

from flask import Response

from pocket3d_server.api.chapter import chapter
from pocket3d_server.api.schemas import AnalyzeSegments, SubmitHeader, SubmitQuery, SubmitResult, Submitted
from pocket3d_server.api.submitting import answer_submit
from pocket3d_server.models.engine import Feature

api = chapter("segment", "Mesh Segmentation")


@api.post("/analyze", responses={202: Submitted, 200: SubmitResult})
def analyze(body: AnalyzeSegments, header: SubmitHeader, query: SubmitQuery) -> Response:
    """Split a mesh into parts."""
    return answer_submit(Feature.MESH_SEGMENTATION, body, header, query, "Segmentation job queued")
