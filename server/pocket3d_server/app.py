"""The Flask application."""

from __future__ import annotations

from flask import Response, jsonify, make_response
from flask_openapi3 import OpenAPI

from pocket3d_server import API_VERSION, BASE_PATH, __version__
from pocket3d_server.api import (
    access,
    account,
    answers,
    auth,
    context,
    document,
    errors,
    files,
    jobs,
    mesh,
    models,
    operations,
    page,
    receiving,
    submitting,
    system,
    validation,
    webhooks,
    ws,
)
from pocket3d_server.metrics import Metrics
from pocket3d_server.services import Services

PRODUCT = "pocket3d"


def create_app(services: Services | None) -> OpenAPI:
    """The application over running services; without, only its OpenAPI document is of use."""
    app = document.DocumentedApp("pocket3d_server", validation_error_callback=validation.refuse_validation)
    app.url_map.merge_slashes = False  # an address is right or wrong; redirects lose bodies
    app.json.sort_keys = False  # type: ignore[attr-defined]  # fields go out in their own order
    app.extensions[context.EXTENSION] = services
    app.wsgi_app = access.AccessLog(app.wsgi_app, services.metrics if services else Metrics())  # type: ignore[method-assign]
    context.install(app)
    receiving.install(app)
    errors.install(app)
    app.register_api(mesh.api)
    for feature in (submitting.texture, submitting.segment, submitting.rig):
        app.register_api(feature)
    for chapter in (models, jobs, files, webhooks, system, account, auth):
        app.register_api(chapter.api)
    app.register_api(operations.api)
    if services:
        answers.install(app, services)
        services.metrics.registry.register(operations.ServerCollector(services))
    app.register_api(files.links)
    ws.install(app)
    page.install(app)

    @app.get("/", summary="Handshake", doc_ui=False)
    def handshake() -> Response:
        """Which product answers here, so that clients need not guess; browsers get the page. Needs no credentials."""
        response = page.index() if page.wanted() else make_response(jsonify(identity()))
        response.vary.add("Accept")
        return response

    return app


def identity() -> dict[str, str]:
    """What the handshake and the port file say about this server."""
    return {
        "product": PRODUCT,
        "version": __version__,
        "api_version": API_VERSION,
        "base_path": BASE_PATH,
        "docs": "/openapi",
    }
