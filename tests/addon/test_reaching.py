"""Real programs that are no Pocket3D, and real ways of not getting there: each is one sentence with a way out."""

from __future__ import annotations

import contextlib
import json
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
from live import LiveServer

from addon.core.errors import Remedy
from addon.core.later import sdk
from addon.core.server import handshake
from addon.core.server.connection import Connection, Light
from addon.core.server.local_server import LocalServer, Paths
from addon.core.server.profiles import Kind, Profile
from addon.core.server.trial import try_out

CERTIFICATE = Path(__file__).resolve().parents[1] / "receiver.pem"
"""For 127.0.0.1, signed by itself."""

Pages = dict[str, tuple[int, dict[str, str], str]]
"""Path to status, headers and body; ``*`` for all others."""


def connection(url: str, token: str = "key", *, online: bool = True) -> Connection:
    local = LocalServer(Paths(Path("source"), Path("home")), "python")
    return Connection(Profile(Kind.REMOTE, url, token), local, online)


@contextlib.contextmanager
def impostor(pages: Pages, server_header: str = "", certificate: Path | None = None) -> Iterator[str]:
    """An HTTP server that answers as another program does."""

    class Handler(BaseHTTPRequestHandler):
        def version_string(self) -> str:
            return server_header

        def do_GET(self) -> None:
            path = self.path.split("?")[0]
            status, headers, body = pages.get(path) or pages.get("*") or (404, {}, "Not Found")
            content = body.encode()
            self.send_response(status)
            for name, value in ({"Content-Type": "text/html"} | headers).items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *args: Any) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    scheme = "http"
    if certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        server.socket = context.wrap_socket(server.socket, server_side=True)
        scheme = "https"
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    try:
        yield f"{scheme}://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


@contextlib.contextmanager
def raw(answer: Callable[[socket.socket], None]) -> Iterator[str]:
    """A listener that speaks no HTTP."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = listener.accept()
                with client, contextlib.suppress(OSError):
                    answer(client)

    threading.Thread(target=serve, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        listener.close()


NOT_FOUND = (404, {"Content-Type": "application/json"}, '{"detail":"Not Found"}')
JSON = {"Content-Type": "application/json"}
HUNYUAN = json.dumps(
    {"info": {"title": "FastAPI"}, "paths": {"/generate": {}, "/send": {}, "/status/{uid}": {}}}
)
PROGRAMS: list[tuple[str, str, Pages, str]] = [
    (
        "ComfyUI",
        "Python/3.12 aiohttp",
        {"/system_stats": (200, JSON, '{"system": {"comfyui_version": "0.3"}}')},
        "ComfyUI",
    ),
    ("Comfy's page", "", {"*": (200, {}, "<html><title>ComfyUI</title>")}, "ComfyUI"),
    (
        "Gradio",
        "uvicorn",
        {"*": (200, {}, "<title>My Demo</title><script>window.gradio_config = {}")},
        "The Gradio app “My Demo”",
    ),
    ("Hunyuan's page", "uvicorn", {"*": (200, {}, "<title>Hunyuan3D-2.1</title>")}, "The Hunyuan3D web page"),
    (
        "Hunyuan's server",
        "uvicorn",
        {"/openapi.json": (200, JSON, HUNYUAN), "*": NOT_FOUND},
        "The Hunyuan3D-2 API server",
    ),
    (
        "SD web UI",
        "uvicorn",
        {"*": (200, {}, "<title>Stable Diffusion</title>gradio_config")},
        "Stable Diffusion web UI",
    ),
    ("Jupyter", "TornadoServer/6.4", {"*": (404, {}, "<title>Jupyter Server</title>")}, "Jupyter"),
    ("nginx", "nginx/1.24", {"/": (200, {}, "<title>Welcome to nginx!</title>")}, "The start page of nginx"),
    (
        "Apache",
        "Apache/2.4",
        {"*": (200, {}, "<title>Apache2 Ubuntu Default Page: It works</title>")},
        "The start page of Apache",
    ),
    ("Ollama", "", {"/": (200, {}, "Ollama is running"), "*": (404, {}, "404 page not found")}, "Ollama"),
    ("LM Studio", "", {"*": (200, JSON, '{"error":"Unexpected endpoint or method. (GET /)"}')}, "LM Studio"),
    ("some page", "", {"*": (200, {}, "<title>Router &amp; Co</title>")}, "The web page “Router & Co”"),
    ("some service", "gunicorn", {"*": (404, {}, "nope")}, "A Python web service"),
    (
        "described",
        "uvicorn",
        {"/openapi.json": (200, JSON, '{"info": {"title": "Cat API"}, "paths": {}}'), "*": NOT_FOUND},
        "The program “Cat API”",
    ),
    ("nobody known", "", {"*": (404, {}, "")}, "Another program"),
]


@pytest.mark.parametrize(
    ("header", "pages", "words"), [p[1:] for p in PROGRAMS], ids=[p[0] for p in PROGRAMS]
)
def test_other_programs_are_called_by_their_names(header: str, pages: Pages, words: str) -> None:
    with impostor(pages, header) as url:
        status = connection(url).refresh()
        where = url.removeprefix("http://")
    assert status.light is Light.OFFLINE
    assert status.remedy is Remedy.PREFERENCES
    assert status.detail.startswith(words)
    assert f"answers at {where}, not Pocket3D" in status.detail
    assert "key" not in status.detail


def refreshed(url: str, token: str = "key") -> tuple[str, Remedy]:
    status = connection(url, token).refresh()
    assert status.light is Light.OFFLINE, status
    return status.detail, status.remedy


class TestWaysOfNotGettingThere:
    """What is wrong is said, and the button mends it."""

    def test_refused(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        said, remedy = refreshed(f"http://127.0.0.1:{port}")
        assert said == f"Nothing answers at 127.0.0.1:{port}; is the server running there?"
        assert remedy is Remedy.RECONNECT

    def test_no_such_name(self) -> None:
        said, remedy = refreshed("http://no-such-computer.invalid:7263")
        assert said.startswith("No computer named no-such-computer.invalid was found")
        assert remedy is Remedy.PREFERENCES

    def test_no_address_at_all(self) -> None:
        assert refreshed("") == ("No server address is set", Remedy.PREFERENCES)
        for nonsense in ("192.168.1.20:7263", "ftp://host", "http://", "http://[::1", "http://host:port"):
            said, remedy = refreshed(nonsense)
            assert "is no address" in said, said
            assert remedy is Remedy.PREFERENCES

    def test_a_gateway_whose_server_is_down(self) -> None:
        with impostor({"*": (502, {}, "<title>502 Bad Gateway</title>")}, "nginx/1.24") as url:
            said, remedy = refreshed(url)
        assert said.startswith("The web server nginx answers at")
        assert said.endswith("the server behind it does not run")
        assert remedy is Remedy.RECONNECT

    @pytest.mark.parametrize("status", [401, 403])
    def test_a_gateway_that_wants_its_own_login(self, status: int) -> None:
        with impostor({"*": (status, {}, "<title>no</title>")}, "nginx/1.24") as url:
            said, remedy = refreshed(url)
        assert f"wants another login (HTTP {status})" in said
        assert remedy is Remedy.PREFERENCES

    def test_a_redirect_to_another_address(self) -> None:
        pages: Pages = {"*": (301, {"Location": "http://127.0.0.1:9/new"}, "")}
        with impostor(pages) as url:
            said, _ = refreshed(url)
        assert "127.0.0.1" in said

    def test_a_path_too_many(self, live_server: LiveServer) -> None:
        said, remedy = refreshed(f"{live_server.url}/pocket", live_server.token)
        assert said == f"Pocket3D answers at {live_server.url}/api/v1; put that address"
        assert remedy is Remedy.PREFERENCES

    def test_the_wrong_key(self, live_server: LiveServer) -> None:
        said, remedy = refreshed(live_server.url, "nonsense")
        assert "needs a valid key" in said
        assert remedy is Remedy.PREFERENCES

    def test_https_where_http_is_spoken(self, live_server: LiveServer) -> None:
        said, remedy = refreshed(live_server.url.replace("http:", "https:"))
        assert said.endswith("speaks http, not https; write http:// in the address")
        assert remedy is Remedy.PREFERENCES

    def test_http_where_https_is_spoken(self) -> None:
        with impostor({}, certificate=CERTIFICATE) as url:
            said, _ = refreshed(url.replace("https:", "http:"))
        assert said.endswith("speaks https; write https:// in the address")

    def test_certificates(self) -> None:
        with impostor({}, certificate=CERTIFICATE) as url:
            assert "comes from nobody this computer knows" in refreshed(url)[0]
            link = connection(
                url.replace("127.0.0.1", "127.0.0.2").replace("https://127.0.0.2", "https://localhost")
            )
            link.refresh()  # makes the client
            link._prober._transport._session.verify = str(CERTIFICATE)
            link.look_again()
            assert "belongs to another computer" in link.refresh().detail

    def test_another_protocol(self) -> None:
        with raw(lambda c: c.sendall(b"SSH-2.0-OpenSSH_9.6\r\n")) as url:
            assert refreshed(url)[0].startswith("SSH answers at")
        with raw(lambda c: None) as url:
            assert "broke off the connection" in refreshed(url)[0]

    def test_a_proxy_that_is_not_there(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
        assert refreshed("http://example.invalid:7263")[0].startswith("The proxy of this computer")


def test_finding_out_happens_once_in_a_while(live_server: LiveServer) -> None:
    asked: list[str] = []

    class Counting(dict[str, Any]):
        def get(self, key: str, default: Any = None) -> Any:
            asked.append(key)
            return super().get(key, default)

    with impostor(Counting({"*": (404, {}, "")})) as url:
        link = connection(url)
        link.refresh()
        first = len([a for a in asked if a != "*"])
        assert link.refresh() == link.status
        assert len([a for a in asked if a != "*"]) == first + 1
        link.look_again()
        link.refresh()
        assert len([a for a in asked if a != "*"]) == 2 * first + 1


def health(api_version: str) -> sdk.Health:
    return sdk.Health.from_dict({"version": "0.1.0", "api_version": api_version})


@pytest.mark.parametrize(
    ("version", "local", "words", "remedy"),
    [
        ("2", True, "update Pocket3D", Remedy.PREFERENCES),
        ("0", True, "older than this extension", Remedy.UPDATE),
        ("0", False, "whoever runs it", Remedy.RECONNECT),
    ],
)
def test_versions(version: str, local: bool, words: str, remedy: Remedy) -> None:
    problem = handshake.compare(health(version), local)
    assert problem is not None
    assert words in problem.message
    assert problem.remedy is remedy


def test_the_versions_of_now_fit(live_server: LiveServer) -> None:
    assert handshake.compare(health("1"), local=False) is None
    assert handshake.compare(health(""), local=False) is None  # from before servers said it
    told = live_server.get("/system/health").json()
    assert handshake.compare(sdk.Health.from_dict(told), local=False) is None


def test_a_newer_server_is_not_used() -> None:
    health = {"status": "healthy", "queue_size": 0, "version": "2.0.0", "api_version": "2"}
    with impostor({"*": (200, JSON, json.dumps(health))}) as url:
        assert "newer than this extension" in refreshed(url)[0]


def test_trying_a_server(live_server: LiveServer) -> None:
    trial = try_out(Profile(Kind.REMOTE, live_server.url, live_server.token), False)
    assert trial.problem is None
    assert "Pocket3D 0.1.0" in trial.lines[0]
    assert "ms away" in trial.lines[0]
    assert any("tier" in line for line in trial.lines)
    assert "models ready" in trial.lines[-1]
    wrong = try_out(Profile(Kind.REMOTE, live_server.url, "nonsense"), False)
    assert wrong.problem is not None
    assert wrong.problem.remedy is Remedy.PREFERENCES
    away = try_out(Profile(Kind.REMOTE, "https://example.invalid"), False)
    assert away.problem is not None
    assert away.problem.remedy is Remedy.ONLINE_ACCESS
    nonsense = try_out(Profile(Kind.REMOTE, "nonsense"), False)
    assert nonsense.problem is not None
    assert "no address" in nonsense.problem.message
