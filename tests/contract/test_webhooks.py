"""Chapter Webhooks: the documented configuration is taken, the documented payload arrives, signed."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from queue import Queue
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
from contract.reference import example
from contract.shapes import assert_shape
from live import LiveServer
from pocket3d_server.api.event_schemas import WebhookBody
from standardwebhooks.webhooks import Webhook

Received = tuple[str, dict[str, str], bytes]


@pytest.fixture
def receiver() -> Iterator[tuple[str, Queue[Received]]]:
    """Address of a web server on this machine, and what was posted to it: path, headers, body."""
    posted: Queue[Received] = Queue()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(204)
            self.end_headers()
            posted.put((self.path, dict(self.headers.items()), body))

        def log_message(self, *_: Any) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", posted
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_webhook_is_told_of_a_completed_job(
    live_server: LiveServer, receiver: tuple[str, Queue[Received]]
) -> None:
    address, posted = receiver
    body = example("Webhooks / Webhook URL Configuration")
    body["url"] = address + urlsplit(body["url"]).path
    made = live_server.post("/webhooks", body)
    assert made.status_code == 201, made.text
    assert_shape(body, made.json())
    job_id = live_server.submit()
    try:
        path, headers, content = posted.get(timeout=30)
        while json.loads(content)["job_id"] != job_id:  # a job that another test left running
            path, headers, content = posted.get(timeout=30)
    finally:
        live_server.request("DELETE", f"/webhooks/{made.json()['id']}")
    assert path == "/webhooks/pocket3d"
    told = json.loads(content)
    documented = example("Webhooks / Webhook Payload")
    assert_shape(documented, told)
    WebhookBody.model_validate(told)
    assert (told["event"], told["job_id"]) == (documented["event"], job_id)
    assert told["data"]["feature"] == documented["data"]["feature"]
    Webhook(body["secret"].encode()).verify(content, headers)  # raises unless this secret signed these bytes
    assert live_server.wait(job_id)["status"] == "completed"
    file = requests.get(told["data"]["result"]["download_url"], timeout=30)
    assert file.content.startswith(b"glTF")
