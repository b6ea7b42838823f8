"""What every request shares: its id, its caller, its rate limit, the checks before and the headers after."""

from __future__ import annotations

import time
from http import HTTPStatus
from typing import cast

from flask import Flask, Response, current_app, g, request

from pocket3d_server import BASE_PATH
from pocket3d_server.accounts.auth import Caller
from pocket3d_server.accounts.limits import Allowance
from pocket3d_server.accounts.scopes import Scope
from pocket3d_server.accounts.tiers import Tier
from pocket3d_server.api import origins, page, upload_count
from pocket3d_server.api.access import ENVIRON_KEY, Exchange
from pocket3d_server.api.errors import envelope
from pocket3d_server.config import Settings
from pocket3d_server.errors import ErrorCode, Refusal
from pocket3d_server.jobs import links
from pocket3d_server.services import Services

METRICS_PATH = "/metrics"
PROBE_PATHS = frozenset({"/healthz", "/healthz/live"})
"""For load balancers: no credentials, and asked more often than strangers may ask anything else."""
EXTENSION = "pocket3d"
HANDSHAKE_HEADERS = "pocket3d.handshake_headers"
"""Key in the WSGI environment of a WebSocket: headers for the answer to its handshake."""
SOCKETS = f"{BASE_PATH}/ws/"
UPLOAD_PATH = f"{BASE_PATH}/mesh/upload"
IMAGE_PATHS = frozenset({f"{BASE_PATH}/mesh/generate", f"{BASE_PATH}/texture/generate"})
"""Requests whose JSON may hold images; other bodies are small."""
RETRY_AFTER_S = 5
"""Where nothing better is known."""
MULTIPART_SLACK = 1024 * 1024


def services() -> Services:
    """The parts of the running server."""
    return cast(Services, current_app.extensions[EXTENSION])


def caller() -> Caller:
    """Who makes the current request."""
    return cast(Caller, g.caller)


def exchange() -> Exchange:
    """What the log will say about the current request."""
    return cast(Exchange, request.environ[ENVIRON_KEY])


def address() -> str:
    """Where the client reaches this server, for links; empty where its ``Host`` does not say.

    Some WebSocket clients leave the port away (RFC 9112, section 3.2 asks for it). Behind a proxy that may be
    right; on loopback it never is.
    """
    if services().settings.is_loopback and ":" not in request.host.rpartition("]")[2]:
        return ""
    return request.host_url


def install(app: Flask) -> None:
    """Add the checks and headers to every request of ``app``."""
    app.before_request(_begin)
    app.after_request(_finish)
    upload_count.install(app)


def _begin() -> Response | None:
    here, settings, path = exchange(), services().settings, request.path
    g.request_id = here.request_id
    if rule := request.url_rule:
        here.route = rule.rule
    if settings.is_loopback:
        origins.check_host(settings)
    elif "Upgrade" in request.headers:
        origins.check_origin(settings.allowed_origins)
    if "\0" in path or b"%00" in request.query_string:  # PostgreSQL knows no such text
        raise Refusal(ErrorCode.INVALID_INPUT, "The address holds a zero byte.", "Leave %00 away.")
    permission = origins.preflight(settings.allowed_origins)
    if permission or path in PROBE_PATHS or path.startswith(page.PREFIX):
        limit = settings.anonymous_requests_per_minute
        g.allowance = Allowance(limit, limit, int(time.time()))
        return permission
    needs_caller = path.startswith(BASE_PATH) or path == METRICS_PATH
    if needs_caller and request.method != "OPTIONS":
        _authenticate()
    elif not path.startswith(links.PREFIX):  # a link's account is known when its token was read
        count_address()
    _limit_body(settings)
    encoding = request.headers.get("Content-Encoding", "identity")
    if encoding.lower() != "identity":
        return _encoded(encoding)
    if HANDSHAKE_HEADERS in request.environ:
        request.environ[HANDSHAKE_HEADERS].update(shared_headers())
    if "caller" in g:
        upload_count.count_body(services().limiter, caller(), is_upload=request.path == UPLOAD_PATH)
    return None


def _authenticate() -> None:
    try:
        who = g.caller = services().accounts.authenticate(_bearer(), request.remote_addr or "")
    except Refusal:
        count_address()
        raise
    exchange().account_id = who.account_id
    _check(services().limiter.request(who.account_id, who.tier))
    if request.path.startswith(SOCKETS):
        require(Scope.JOBS_READ)


def require(scope: Scope) -> None:
    """Raises Refusal FORBIDDEN unless the caller's key may be used for this."""
    has = caller().scopes
    if scope not in has:
        raise Refusal(
            ErrorCode.FORBIDDEN,
            f"This key may not do this: it lacks the scope {scope}.",
            f"Use a key that has the scope {scope}. The operator makes one with 'pocket3d-server keys create NAME --account "
            f"{caller().account_id} --scopes {','.join(sorted({*has, scope}))}'; so does POST /account/keys for a key that has it.",
            scope=scope,
            scopes=sorted(has),
        )


def count_address() -> None:
    """Count a request of nobody in particular. Raises Refusal RATE_LIMITED."""
    _check(services().limiter.stranger(request.remote_addr))


def count_link(account_id: str, tier: Tier) -> None:
    """Count a download by an account's link, apart from the account's own requests: anybody may have the link.

    Each address has as much as the account's tier. Raises Refusal RATE_LIMITED.
    """
    exchange().account_id = account_id
    _check(services().limiter.request(f"link:{account_id}:{request.remote_addr}", tier))


def _check(allowance: Allowance) -> None:
    g.allowance = allowance
    if allowance.exceeded:
        raise Refusal(
            ErrorCode.RATE_LIMITED,
            f"More than {allowance.limit} requests in a minute.",
            f"Try again in {allowance.retry_after} s, or use a higher tier.",
            retry_after=allowance.retry_after,
        )


def _bearer() -> str | None:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "bearer" and token.strip():
        return token.strip()
    # Browsers cannot set headers on a WebSocket; short-lived tokens (never keys) may stand in its URL.
    token = request.args.get("access_token", "")
    return token if token.count(".") == 2 and "Upgrade" in request.headers else None


def _limit_body(settings: Settings) -> None:
    if request.path == UPLOAD_PATH:
        limit = settings.max_files * settings.max_file_bytes + MULTIPART_SLACK
    elif request.path in IMAGE_PATHS:
        limit = settings.max_body_bytes
    else:
        limit = min(settings.max_body_bytes, upload_count.FREE_BYTES)
    request.max_content_length = limit
    if (request.content_length or 0) > limit:
        raise Refusal(
            ErrorCode.FILE_TOO_LARGE,
            f"The request has {request.content_length} bytes; at most {limit} are taken here.",
            "Upload large files one by one with POST /mesh/upload.",
            limit=limit,
        )


def _encoded(encoding: str) -> Response:
    response = envelope(
        ErrorCode.INVALID_INPUT,
        f"The body came with Content-Encoding: {encoding[:50]}, which is not taken.",
        {"suggestion": "Send it as it is, without the header Content-Encoding."},
        HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    )
    response.headers["Accept-Encoding"] = "identity"
    return response


def _finish(response: Response) -> Response:
    response.headers.extend(shared_headers() | {"X-Content-Type-Options": "nosniff"})
    if response.status_code in (429, 503) and "Retry-After" not in response.headers:
        response.headers["Retry-After"] = str(RETRY_AFTER_S)
    origins.add_headers(response, services().settings.allowed_origins)
    return response


def shared_headers() -> dict[str, str]:
    """Headers of every response, also of one that was refused before anyone was asked who it is for."""
    if "allowance" not in g:
        g.allowance = services().limiter.stranger(request.remote_addr)
    allowance: Allowance = g.allowance
    return {"X-Request-ID": g.get("request_id", "")} | allowance.headers()
