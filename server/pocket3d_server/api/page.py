"""The page that a browser finds at ``/``, and what it is made of (folder ``page``)."""

from __future__ import annotations

from pathlib import Path

from flask import Flask, Response, make_response, request, send_from_directory

PREFIX = "/page/"
"""Requests for these files are not counted: half a page helps nobody, and many people may share an address."""
FOLDER = Path(__file__).resolve().parent.parent / "page"
POLICY = "; ".join(
    [
        "default-src 'self'",
        "script-src 'self' 'wasm-unsafe-eval'",
        "style-src 'self' 'unsafe-inline'",  # the viewer styles itself
        "img-src 'self' blob: data:",
        "connect-src 'self' blob: data:",
        "worker-src 'self' blob:",
        "object-src 'none'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    ]
)
"""Nothing of the page comes from elsewhere, so a script that somebody smuggles in has nowhere to send a key."""


def install(app: Flask) -> None:
    """Serve the page's files."""
    app.add_url_rule(f"{PREFIX}<name>", view_func=page_file)


def page_file(name: str) -> Response:
    """A file of the page; needs no credentials. Browsers ask each time whether theirs is today's."""
    return _guarded(send_from_directory(FOLDER, name))


def wanted() -> bool:
    """Whether the request comes from somebody's browser rather than from a program."""
    best = request.accept_mimetypes.best_match(["application/json", "text/html"])
    return best == "text/html"


def index() -> Response:
    """The page."""
    return _guarded(make_response(send_from_directory(FOLDER, "index.html", max_age=0)))


def _guarded(response: Response) -> Response:
    response.headers["Content-Security-Policy"] = POLICY
    response.headers["Referrer-Policy"] = "no-referrer"
    return response
