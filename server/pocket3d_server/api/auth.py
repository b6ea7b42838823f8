"""Short-lived tokens for API keys."""

from __future__ import annotations

from flask import Response, jsonify
from flask_openapi3 import APIBlueprint, Tag

from pocket3d_server.api.context import BASE, caller, services
from pocket3d_server.api.schemas import Token

api = APIBlueprint(
    "auth",
    __name__,
    url_prefix=f"{BASE}/auth",
    abp_tags=[Tag(name="Authentication")],
    abp_security=[{"bearer": []}],
)


@api.post("/token", responses={200: Token})
def token() -> Response:
    """Exchange an API key for a JWT of 15 minutes."""
    text, seconds = services().accounts.issue_jwt(caller())
    response = jsonify(Token(access_token=text, expires_in=seconds).model_dump())
    response.headers["Cache-Control"] = "no-store"
    return response
