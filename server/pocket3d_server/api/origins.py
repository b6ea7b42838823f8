"""Which web pages may use the server from a browser, and by which names it may be asked.

No page of another origin may use it unless the operator names that origin (``allowed_origins``). Credentials are a
header that a page must set itself, never a cookie, so nothing is allowed that a page could do behind its user's back.
"""

from __future__ import annotations

from functools import lru_cache
from urllib.parse import urlsplit

from flask import Response, request

from pocket3d_server.config import Settings
from pocket3d_server.errors import ErrorCode, Refusal
from pocket3d_server.loopback import is_loopback

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


def check_host(settings: Settings) -> None:
    """Refuse names that a web page made point at this machine (DNS rebinding), and pages of other origins."""

    def is_ours(name: str) -> bool:
        return is_loopback(name) or name in settings.allowed_hosts

    host = _hostname(f"//{request.headers.get('Host', '')}")
    if not is_ours(host):
        raise Refusal(
            ErrorCode.FORBIDDEN,
            f"This server does not answer for the host {host!r}.",
            "Use 127.0.0.1, or start the server with --allowed-host NAME.",
        )
    origin = request.headers.get("Origin")
    if origin and not is_ours(_hostname(origin)) and not allows(origin, settings.allowed_origins):
        raise _foreign_page(origin)


def check_origin(allowed: list[str]) -> None:
    """Browsers let every page open a WebSocket to anywhere, so it is for us to ask whose page it is."""
    origin = request.headers.get("Origin")
    ours = {f"http://{request.host}", f"https://{request.host}"}
    if origin and origin not in ours and not allows(origin, allowed):
        raise _foreign_page(origin)


@lru_cache(maxsize=256)
def _hostname(address: str) -> str:
    """The name in an address; empty when there is none, or the address is none."""
    try:
        return urlsplit(address).hostname or ""
    except ValueError:
        return ""


def _foreign_page(origin: str) -> Refusal:
    return Refusal(
        ErrorCode.FORBIDDEN,
        f"Pages from {origin[:200]} may not use this server.",
        "Start the server with --allowed-origin and that origin to let them.",
    )
