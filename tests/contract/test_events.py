"""Chapter WebSocket Events; the event stream, which sends the same, is in ``tests/api``."""

from __future__ import annotations

import json
from typing import Any

import pytest
import requests
from contract.reference import example
from contract.shapes import TIME, assert_shape
from live import LiveServer
from simple_websocket import Client, ConnectionClosed


class Listener(Client):
    """simple-websocket's client, without its habit of leaving frames unread that come with the handshake."""

    def handshake(self) -> None:
        super().handshake()
        self._handle_events()
        self.connected = True  # if the server has closed already, the next read says so


def listen(
    server: LiveServer, job_id: str, query: str = "", token: str | None = None
) -> list[dict[str, Any]]:
    """All messages of the job's WebSocket until the server closes it."""
    url = server.url.replace("http", "ws") + f"/api/v1/ws/jobs/{job_id}{query}"
    headers = {} if token == "" else {"Authorization": f"Bearer {token or server.token}"}
    socket = Listener(url, headers=headers)
    messages = []
    try:
        while True:
            text = socket.receive(timeout=20)
            assert text, "no message in 20 s"
            messages.append(json.loads(text))
    except ConnectionClosed as closed:
        messages.append({"closed": int(closed.reason)})
    return messages


def documented_event(kind: str) -> dict[str, Any]:
    return next(event for event in example("WebSocket Events / Events") if event["event"] == kind)


def test_events_of_a_job_that_completes(live_server: LiveServer) -> None:
    job_id = live_server.submit(steps=4, seconds=0.15)
    *events, end = listen(live_server, job_id)
    assert end == {"closed": 1000}
    kinds = [event["event"] for event in events]
    assert kinds[:2] == ["job_queued", "job_started"]
    assert kinds[-1] == "job_completed"
    assert [event["seq"] for event in events] == list(range(1, len(events) + 1))
    for event in events[1:]:
        assert_shape(documented_event(event["event"]), event)
        assert event["job_id"] == job_id
        assert TIME.fullmatch(event["timestamp"])
    updates = [event["progress"] for event in events if event["event"] == "progress_update"]
    assert updates == sorted(updates)
    assert updates
    result = events[-1]["result"]
    assert set(result) <= set(live_server.job(job_id)["result"])
    assert requests.get(result["download_url"], timeout=30).content[:4] == b"glTF"
    *rest, _ = listen(live_server, job_id, f"?after={len(events) - 1}")
    assert [event["seq"] for event in rest] == [events[-1]["seq"]]


def test_events_of_a_job_that_fails(live_server: LiveServer) -> None:
    *_, failed, end = listen(live_server, live_server.submit("test_refuses"))
    assert_shape(documented_event("job_failed"), failed)
    assert failed["error"] == "The prompt names nothing."
    assert end == {"closed": 1000}


def test_an_unknown_job_and_no_credentials(live_server: LiveServer) -> None:
    assert listen(live_server, "job_nothing") == [{"closed": 4404}]
    for after in ("x", "-1"):
        assert listen(live_server, live_server.submit(), f"?after={after}") == [{"closed": 4422}]
    with pytest.raises(Exception, match=r"401|Connection error"):
        listen(live_server, "job_nothing", token="")


def test_browsers_give_a_short_lived_token_in_the_url(live_server: LiveServer) -> None:
    job_id = live_server.submit()
    token = live_server.post("/auth/token").json()["access_token"]
    *events, _ = listen(live_server, job_id, f"?access_token={token}", token="")
    assert events[-1]["event"] == "job_completed"
