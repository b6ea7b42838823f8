"""Short-lived tokens for API keys."""

from __future__ import annotations

from flask import Response, jsonify

from pocket3d_server.api.chapter import chapter
from pocket3d_server.api.context import caller, services
from pocket3d_server.api.schemas import Token

api = chapter("auth", "Authentication")


@api.post("/token", responses={200: Token})
def token() -> Response:
    """Exchange an API key for a JWT of 15 minutes."""
    text, seconds = services().accounts.issue_jwt(caller())
    response = jsonify(Token(access_token=text, expires_in=seconds).model_dump())
    response.headers["Cache-Control"] = "no-store"
    return response
