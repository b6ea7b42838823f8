"""The Flask application."""

from __future__ import annotations

from flask import Response, jsonify, make_response
from flask_openapi3 import Info, OpenAPI

from pocket3d_server import __version__
from pocket3d_server.api import (
    access,
    auth,
    context,
    errors,
    files,
    jobs,
    json_body,
    mesh,
    receiving,
    rig,
    segment,
    system,
    texture,
    validation,
    ws,
)
from pocket3d_server.metrics import Metrics
from pocket3d_server.services import Services

PRODUCT = "pocket3d"
API_VERSION = "1"

DESCRIPTION = (
    "Meshes from text and images, textures, parts and rigs. "
    "`WSS /api/v1/ws/jobs/{job_id}` sends the events that `GET /api/v1/jobs/{job_id}/events` streams."
)


def create_app(services: Services | None) -> OpenAPI:
    """The application over running services; without, only its OpenAPI document is of use."""
    app = OpenAPI(
        "pocket3d_server",
        info=Info(title="Pocket3D API", version=__version__, description=DESCRIPTION),
        security_schemes={"bearer": {"type": "http", "scheme": "bearer"}},
        validation_error_model=errors.ErrorBody,
        validation_error_callback=validation.refuse_validation,
    )
    app.json = json_body.StrictJSON(app)
    app.extensions[context.EXTENSION] = services
    app.wsgi_app = access.AccessLog(app.wsgi_app, services.metrics if services else Metrics())  # type: ignore[method-assign]
    context.install(app)
    receiving.install(app)
    errors.install(app)
    for chapter in (mesh, texture, segment, rig, jobs, files, system, auth):
        app.register_api(chapter.api)
    ws.install(app)

    @app.get("/", summary="Handshake", doc_ui=False)
    def handshake() -> Response:
        """Which product answers here, so that clients need not guess; needs no credentials."""
        return make_response(jsonify(identity()))

    return app


def identity() -> dict[str, str]:
    """What the handshake and the port file say about this server."""
    return {
        "product": PRODUCT,
        "version": __version__,
        "api_version": API_VERSION,
        "base_path": context.BASE,
        "docs": "/openapi",
    }
