"""How each chapter of the API reference becomes a blueprint."""

from __future__ import annotations

from flask_openapi3 import APIBlueprint, Tag

from pocket3d_server.api.context import BASE
from pocket3d_server.api.errors import ErrorBody


def chapter(name: str, title: str) -> APIBlueprint:
    """A blueprint at ``/api/v1/<name>`` whose routes need credentials and answer errors with the envelope."""
    return APIBlueprint(
        name,
        __name__,
        url_prefix=f"{BASE}/{name}",
        abp_tags=[Tag(name=title)],
        abp_security=[{"bearer": []}],
        abp_responses={422: ErrorBody},
        operation_id_callback=operation_id,
    )


def operation_id(*, bp_name: str = "", name: str = "", path: str = "", method: str = "") -> str:
    """The function's name, with the chapter before it unless it says that itself: mesh_generate, cancel_job."""
    return name if not bp_name or bp_name.removesuffix("s") in name else f"{bp_name}_{name}"
