"""How each chapter of the API reference becomes a blueprint."""

from __future__ import annotations

from flask import request
from flask_openapi3 import APIBlueprint, Tag

from pocket3d_server import BASE_PATH
from pocket3d_server.accounts.scopes import Scope
from pocket3d_server.api.context import require
from pocket3d_server.api.errors import ErrorBody

JOBS = (Scope.JOBS_READ, Scope.JOBS_WRITE)
SCOPES: dict[str, tuple[Scope, Scope] | None] = {
    "account": (Scope.ACCOUNT, Scope.ACCOUNT),
    "auth": None,
    "models": (Scope.JOBS_READ, Scope.SYSTEM),
    "webhooks": (Scope.WEBHOOKS, Scope.WEBHOOKS),
    "system": (Scope.SYSTEM, Scope.SYSTEM),
}
"""The scope that a chapter's GET routes need and the one that its others need; of all other chapters ``JOBS``."""
OPEN_TO_ALL = {"account.show_account", "system.health", "system.metrics", "system.workers"}
"""Endpoints that every key may use."""


def chapter(name: str, title: str) -> APIBlueprint:
    """A blueprint at ``/api/v1/<name>`` whose routes need credentials with the chapter's scope and answer errors
    with the envelope."""
    blueprint = APIBlueprint(
        name,
        __name__,
        url_prefix=f"{BASE_PATH}/{name}",
        abp_tags=[Tag(name=title)],
        abp_security=[{"bearer": []}],
        abp_responses={422: ErrorBody},
        operation_id_callback=operation_id,
    )
    if scopes := SCOPES.get(name, JOBS):
        blueprint.before_request(lambda: _check_scope(*scopes))
    return blueprint


def _check_scope(read: Scope, write: Scope) -> None:
    if request.endpoint not in OPEN_TO_ALL and request.method != "OPTIONS":
        require(read if request.method in ("GET", "HEAD") else write)


def operation_id(*, bp_name: str = "", name: str = "", path: str = "", method: str = "") -> str:
    """The function's name, with the chapter before it unless it says that itself: mesh_generate, cancel_job."""
    return name if not bp_name or bp_name.removesuffix("s") in name else f"{bp_name}_{name}"
