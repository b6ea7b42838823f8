"""Says in one sentence why a server could not be reached, or who answered in its place."""

from __future__ import annotations

import re
import socket
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from ..errors import Problem, Remedy, UserError, explain
from ..later import requests, sdk
from .profiles import address_of, host_of
from .strangers import PATIENCE, Stranger, identify


def client_of(url: str, token: str, **options: Any) -> sdk.Pocket3DClient:
    """A client of the server at an address. Raises UserError when that is none."""
    try:
        return sdk.Pocket3DClient(token, url, **options)
    except ValueError as error:
        text = f"{url!r} is no address; write for example http://192.168.1.20:7263"
        raise UserError(text, Remedy.PREFERENCES) from error


def ask_health(client: sdk.Pocket3DClient) -> sdk.Health:
    """The server's health. Raises Pocket3DAPIError; also when what answers is JSON but no health of ours."""
    health = client.system.health()
    if health.status not in {"healthy", "degraded", "draining"} or "queue_size" not in health.raw:
        raise sdk.Pocket3DConnectionError(
            f"What answers at {client.base_url} is not a Pocket3D server", error_code="WRONG_SERVICE"
        )
    return health


def explain_failure(url: str, error: sdk.Pocket3DAPIError) -> Problem:
    """The problem behind a failed first question to the server at ``url``; may ask it some more."""
    problem = explain(error)
    cause = error.__cause__
    if isinstance(cause, requests.RequestException):
        message, remedy = _unreachable(url, cause)
        return Problem(message, remedy, error.error_code, problem.details)
    if error.error_code in {"WRONG_SERVICE", "SERVER_ERROR", "NOT_FOUND"}:
        message, remedy = _stranger(url, error.status_code)
        return Problem(message, remedy, error.error_code, problem.details)
    if error.error_code == "UNAUTHORIZED":
        message = f"{address_of(url)} needs a valid key; enter one in the preferences"
        return Problem(message, Remedy.PREFERENCES, error.error_code, problem.details)
    return problem


def _unreachable(url: str, error: requests.RequestException) -> tuple[str, Remedy]:
    place, host = address_of(url), host_of(url)
    text = " ".join(str(e) for e in chain(error))
    if isinstance(error, requests.exceptions.ProxyError):
        return (
            "The proxy of this computer did not let the request through; check HTTPS_PROXY",
            Remedy.RECONNECT,
        )
    if isinstance(error, requests.exceptions.TooManyRedirects):
        return f"{place} sends requests round in a circle; check the address", Remedy.PREFERENCES
    if isinstance(error, requests.exceptions.InvalidURL):
        return f"{url} is no address of a server", Remedy.PREFERENCES
    if isinstance(error, requests.exceptions.SSLError):
        return _bad_tls(url, error, text)
    if any(isinstance(e, socket.gaierror) for e in chain(error)) or "NameResolutionError" in text:
        return (
            f"No computer named {host} was found; check the spelling, and the internet connection",
            Remedy.PREFERENCES,
        )
    if any(isinstance(e, ConnectionRefusedError) for e in chain(error)) or "WinError 10061" in text:
        return f"Nothing answers at {place}; is the server running there?", Remedy.RECONNECT
    if isinstance(error, requests.exceptions.ConnectTimeout):
        return (
            f"{place} does not answer; is the computer on, the address right, and its firewall open?",
            Remedy.RECONNECT,
        )
    if isinstance(error, requests.exceptions.Timeout):
        return f"{place} took too long to answer; it may be very busy", Remedy.RECONNECT
    if "unreachable" in text.lower():
        return f"There is no way to {host}; is this computer connected to its network?", Remedy.RECONNECT
    return _not_http(url, text)


def _bad_tls(url: str, error: requests.exceptions.SSLError, text: str) -> tuple[str, Remedy]:
    place, host = address_of(url), host_of(url)
    if re.search(r"WRONG_VERSION_NUMBER|wrong version number|record layer failure|HTTP_REQUEST", text):
        return f"{place} speaks http, not https; write http:// in the address", Remedy.PREFERENCES
    if "expired" in text:
        return f"The certificate of {host} has expired; its owner must renew it", Remedy.RECONNECT
    if re.search(r"Hostname mismatch|doesn't match|not valid for", text):
        return f"The certificate at {place} belongs to another computer than {host}", Remedy.PREFERENCES
    if re.search(r"self[- ]signed|unable to get local issuer", text):
        return (
            f"The certificate of {host} comes from nobody this computer knows; "
            "set REQUESTS_CA_BUNDLE to its authority's file, and restart Blender",
            Remedy.RECONNECT,
        )
    if any(type(e).__name__ == "SSLEOFError" for e in chain(error)):
        return f"{place} broke off the encrypted connection; does it speak https?", Remedy.PREFERENCES
    return f"The certificate of {host} was not accepted", Remedy.PREFERENCES


def _not_http(url: str, text: str) -> tuple[str, Remedy]:
    """The connection was made and broke: another protocol, or encryption on one side only."""
    place = address_of(url)
    banner = re.search(r"(SSH-[\d.]+)|(RFB \d)|(\* OK)|(220 )", text)
    if banner:
        name = ("SSH", "a remote desktop (VNC)", "a mail server", "a mail or FTP server")[
            [g is not None for g in banner.groups()].index(True)
        ]
        return f"{name} answers at {place}, not Pocket3D; check the port", Remedy.PREFERENCES
    if urlsplit(url).scheme == "http" and speaks_tls(url):
        return f"{place} speaks https; write https:// in the address", Remedy.PREFERENCES
    return f"Something at {place} broke off the connection; is this a Pocket3D server?", Remedy.PREFERENCES


def _stranger(url: str, status: int | None) -> tuple[str, Remedy]:
    place = address_of(url)
    if status == 400 and urlsplit(url).scheme == "http" and speaks_tls(url):
        return f"{place} speaks https; write https:// in the address", Remedy.PREFERENCES
    found: Stranger = identify(url)
    if found.moved_to:
        return f"{place} passes on to {found.moved_to}; put that address", Remedy.PREFERENCES
    if found.pocket3d_at:
        return f"Pocket3D answers at {found.pocket3d_at}; put that address", Remedy.PREFERENCES
    who = found.name[:1].upper() + found.name[1:]
    if status in {502, 503, 504}:
        gate = who or "Something"
        return f"{gate} answers at {place}, but the server behind it does not run", Remedy.RECONNECT
    if status in {401, 403, 407}:
        gate = who or "Something before the server"
        return (
            f"{gate} at {place} wants another login (HTTP {status}); ask whoever runs it",
            Remedy.PREFERENCES,
        )
    if who:
        return f"{who} answers at {place}, not Pocket3D; check address and port", Remedy.PREFERENCES
    return f"Another program answers at {place}, not Pocket3D; check address and port", Remedy.PREFERENCES


def speaks_tls(url: str) -> bool:
    """Whether an encrypted connection can be made to an address."""
    import ssl  # with requests on a worker thread, not when Blender starts

    parts = urlsplit(url)
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    try:
        with socket.create_connection((parts.hostname or "", parts.port or 443), PATIENCE) as plain:
            plain.settimeout(PATIENCE)
            context.wrap_socket(plain, server_hostname=parts.hostname).close()
    except (OSError, ValueError):
        return False
    return True


def chain(error: BaseException | None) -> Iterator[BaseException]:
    """An exception, what it carries and what it came from."""
    seen: set[int] = set()
    waiting = [error]
    while waiting:
        one = waiting.pop()
        if not isinstance(one, BaseException) or id(one) in seen:
            continue
        seen.add(id(one))
        yield one
        waiting += [one.__cause__, one.__context__, getattr(one, "reason", None), *one.args]
