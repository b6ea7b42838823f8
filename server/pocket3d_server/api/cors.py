"""Which web pages may use the server from a browser.

None may unless the operator names their origin (``allowed_origins``). Credentials are a header that a page must
set itself, never a cookie, so nothing is allowed that a page could do behind its user's back.
"""

from __future__ import annotations

from flask import Response, request

METHODS = "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS"
REQUEST_HEADERS = ", ".join(
    [
        "Authorization",
        "Content-Type",
        "Idempotency-Key",
        "If-None-Match",
        "If-Range",
        "Last-Event-ID",
        "Prefer",
        "Range",
        "X-Request-ID",
    ]
)
EXPOSED_HEADERS = ", ".join(
    [
        "Accept-Ranges",
        "Content-Disposition",
        "Content-Range",
        "ETag",
        "Idempotent-Replayed",
        "Location",
        "Preference-Applied",
        "Retry-After",
        "X-RateLimit-Limit",
        "X-RateLimit-Remaining",
        "X-RateLimit-Reset",
        "X-Request-ID",
    ]
)
PREFLIGHT_LIFE_S = 3600


def allows(origin: str, allowed: list[str]) -> bool:
    """Whether pages of this origin may use the server."""
    return "*" in allowed or origin.lower() in allowed


def preflight(allowed: list[str]) -> Response | None:
    """The answer to a browser that asks for permission; None for other requests. Needs no credentials."""
    if request.method != "OPTIONS" or "Access-Control-Request-Method" not in request.headers:
        return None
    if not allows(request.headers.get("Origin", ""), allowed):
        return None
    response = Response(status=204)
    response.headers["Access-Control-Allow-Methods"] = METHODS
    response.headers["Access-Control-Allow-Headers"] = REQUEST_HEADERS
    response.headers["Access-Control-Max-Age"] = str(PREFLIGHT_LIFE_S)
    return response


def add_headers(response: Response, allowed: list[str]) -> None:
    """Let the page read the answer if it may."""
    if not allowed:
        return
    if "*" not in allowed:
        response.vary.add("Origin")
    origin = request.headers.get("Origin", "")
    if origin and allows(origin, allowed):
        response.headers["Access-Control-Allow-Origin"] = "*" if "*" in allowed else origin
        response.headers["Access-Control-Expose-Headers"] = EXPOSED_HEADERS
