"""The proxies' configuration files, before a real server: TLS, events as they come, WebSockets, uploads, addresses."""

from __future__ import annotations

import json
import os
import shutil
import socket
import ssl
import struct
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from live import BASE, LiveServer, wait_until
from requests.adapters import HTTPAdapter
from simple_websocket import Client, ConnectionClosed

DEPLOY = Path(__file__).resolve().parents[2] / "deploy"
STRANGERS = 6
"""Requests a minute that one address may make here without a key."""


class Proxy:
    """A proxy with a certificate of its own before a server. ``url`` is where it listens, ``session`` trusts it."""

    def __init__(self, folder: Path, server: LiveServer, port: int) -> None:
        self.folder, self.server, self.port = folder, server, port
        self.url = f"https://localhost:{port}"
        self.certificate, self.key = folder / "fullchain.pem", folder / "privkey.pem"
        make = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 1 -subj /CN=localhost"
        names = ["-addext", "subjectAltName=DNS:localhost"]
        files = ["-keyout", str(self.key), "-out", str(self.certificate)]
        subprocess.run([*make.split(), *names, *files], check=True, capture_output=True)
        self.session = requests.Session()
        self.session.trust_env = False  # nor whatever bundle of authorities this machine has
        self.session.verify = str(self.certificate)
        self.session.headers["Authorization"] = f"Bearer {server.token}"

    def nginx(self) -> list[str]:
        """The command that runs nginx with our file and what a whole nginx.conf has around it."""
        text = (DEPLOY / "nginx" / "pocket3d.conf").read_text()
        text = text.replace("127.0.0.1:7263", self.server.url.removeprefix("http://"))
        text = text.replace("/etc/ssl/pocket3d", str(self.folder)).replace(
            "pocket3d.example.org", "localhost"
        )
        text = text.replace("listen [::]:", "# listen [::]:").replace("443 ssl", f"127.0.0.1:{self.port} ssl")
        text = text.replace("listen 80;", f"listen unix:{self.folder}/plain;")
        paths = "".join(
            f"{name}_temp_path {self.folder};\n"
            for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        )
        (self.folder / "nginx.conf").write_text(
            f"daemon off; pid {self.folder}/pid; events {{}}\n"
            f"http {{ access_log off; gzip on; gzip_types *;\n{paths}{text} }}"
        )
        return [
            "nginx",
            "-p",
            str(self.folder),
            "-e",
            f"{self.folder}/error.log",
            "-c",
            f"{self.folder}/nginx.conf",
        ]

    def caddy(self) -> list[str]:
        """The command that runs Caddy with our file, our certificate and without its other listeners."""
        text = (DEPLOY / "caddy" / "Caddyfile").read_text()
        site, begin, rest = text.partition("example.org} {\n")
        text = f"{{\nadmin off\nauto_https disable_redirects\n}}\n{site}{begin}tls {self.certificate} {self.key}\n{rest}"
        (self.folder / "Caddyfile").write_text(text)
        return ["caddy", "run", "--adapter", "caddyfile", "--config", str(self.folder / "Caddyfile")]

    def environment(self) -> dict[str, str]:
        return os.environ | {
            "POCKET3D_NAME": f"localhost:{self.port}",
            "POCKET3D_UPSTREAM": self.server.url.removeprefix("http://"),
            "HOME": str(self.folder),
        }


@pytest.fixture(params=["nginx", "caddy"])
def proxy(
    request: pytest.FixtureRequest, tmp_path: Path, own_server: Callable[..., LiveServer]
) -> Iterator[Proxy]:
    if shutil.which(request.param) is None or shutil.which("openssl") is None:
        pytest.skip(f"there is no {request.param}, or no openssl for its certificate, on the PATH")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = own_server(
        POCKET3D_TRUSTED_PROXIES="127.0.0.1", POCKET3D_ANONYMOUS_REQUESTS_PER_MINUTE=str(STRANGERS)
    )
    folder = tmp_path / "proxy"
    folder.mkdir(mode=0o755)
    made = Proxy(folder, server, port)
    command = getattr(made, request.param)()
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(command, env=made.environment(), stdout=log, stderr=log)
    try:
        wait_until(lambda: listens(port) or process.poll() is not None)
        assert process.poll() is None, (folder / "log").read_text()
        yield made
    finally:
        process.terminate()
        process.wait(10)


def listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


class From(HTTPAdapter):
    """Requests that come from another address of this machine."""

    def __init__(self, address: str) -> None:
        self._address = address
        super().__init__()

    def init_poolmanager(self, *args: Any, **options: Any) -> None:
        super().init_poolmanager(*args, source_address=(self._address, 0), **options)


def test_everything_passes_the_proxy(proxy: Proxy) -> None:
    events_come_as_they_happen(proxy)
    sockets_open(proxy)
    a_large_file_passes(proxy)
    everyone_has_limits_of_their_own(proxy)


def events_come_as_they_happen(proxy: Proxy) -> None:
    """Also where answers are compressed; and the result's link is one through the proxy."""
    submit = {"text_prompt": "a cube", "model_preference": "test_steps"}
    job = proxy.session.post(
        f"{proxy.url}{BASE}/mesh/generate", json=submit | {"parameters": {"steps": 8, "seconds": 0.2}}
    ).json()["job_id"]
    arrived: dict[str, float] = {}
    with proxy.session.get(f"{proxy.url}{BASE}/jobs/{job}/events", stream=True, timeout=60) as stream:
        for line in stream.iter_lines():
            if line.startswith(b"data: "):
                event = json.loads(line.removeprefix(b"data: "))
                arrived[event.get("stage") or event["event"]] = time.monotonic()
    assert arrived["step_7"] - arrived["step_0"] > 1, f"all at once: {arrived}"
    result = proxy.session.get(f"{proxy.url}{BASE}/jobs/{job}").json()["result"]
    assert result["download_url"].startswith(f"{proxy.url}/download/")
    whole = requests.get(result["download_url"], verify=proxy.session.verify)
    part = requests.get(result["download_url"], verify=proxy.session.verify, headers={"Range": "bytes=0-3"})
    assert (whole.content[:4], part.status_code, part.content) == (b"glTF", 206, b"glTF")


def sockets_open(proxy: Proxy) -> None:
    job = proxy.server.submit(steps=2)
    trusting = ssl.create_default_context(cafile=proxy.session.verify)
    address = f"wss://localhost:{proxy.port}{BASE}/ws/jobs/{job}"
    headers = {"Authorization": f"Bearer {proxy.server.token}", "Origin": proxy.url}
    client = Client.connect(address, headers=headers, ssl_context=trusting)
    seen: list[str] = []

    def read() -> None:
        while message := client.receive(timeout=30):
            seen.append(json.loads(message)["event"])

    with pytest.raises(ConnectionClosed) as end:
        read()
    assert (seen[-1], end.value.reason) == ("job_completed", 1000)


def a_large_file_passes(proxy: Proxy) -> None:
    """Larger than what proxies take unasked, and without lying on the proxy's disk first."""
    count = 12_000_000 // 50
    facet = struct.pack("<12fH", 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0)
    mesh = b"pocket3d".ljust(80) + struct.pack("<I", count) + facet * count
    answer = proxy.session.post(
        f"{proxy.url}{BASE}/mesh/upload", files={"file": ("large.stl", mesh)}, timeout=60
    )
    assert answer.status_code in (200, 201), answer.text


def everyone_has_limits_of_their_own(proxy: Proxy) -> None:
    """Somebody who guesses keys uses up their own requests, whatever they claim to be."""
    codes = []
    for number in range(STRANGERS + 1):
        guess = {"Authorization": "Bearer wrong", "X-Forwarded-For": f"203.0.113.{number}"}
        with requests.Session() as guesser:
            guesser.mount("https://", From("127.0.0.77"))
            codes.append(
                guesser.get(f"{proxy.url}{BASE}/jobs", headers=guess, verify=proxy.session.verify).status_code
            )
    assert codes == [401] * STRANGERS + [429]
    other = requests.get(
        f"{proxy.url}{BASE}/jobs", headers={"Authorization": "Bearer x"}, verify=proxy.session.verify
    )
    assert other.status_code == 401
    assert "127.0.0.77" in proxy.server.log_file.read_text()
