"""``/ws/jobs/{job_id}``: a job's events over a WebSocket."""

from __future__ import annotations

import threading
from collections.abc import Callable

from flask import Flask, request
from flask_sock import Sock
from simple_websocket import ConnectionClosed, Server

from pocket3d_server import BASE_PATH
from pocket3d_server.api.context import caller, services
from pocket3d_server.api.jobs import event_writer, own_job, start_after
from pocket3d_server.errors import ErrorCode, Refusal
from pocket3d_server.jobs import queries

ENDED, SERVER_STOPS, NO_SUCH_JOB, TOO_SLOW, INVALID, TOO_MANY = 1000, 1012, 4404, 4408, 4422, 4429
PING_S = 20
IDLE_S = 2.0
"""How often a follower looks by itself whether its client is still there."""


class Ear(threading.Event):
    """The event that simple-websocket sets from its reading thread when a message came or the socket closed."""

    def __init__(self) -> None:
        super().__init__()
        self.heard: Callable[[], object] = lambda: None

    def set(self) -> None:
        """Also call ``heard``."""
        super().set()
        self.heard()


def install(app: Flask) -> None:
    """Add the WebSocket routes (flask-sock has no part in the OpenAPI document)."""
    app.config["SOCK_SERVER_OPTIONS"] = {
        "ping_interval": PING_S,
        "max_message_size": 4096,
        "event_class": Ear,
    }
    sock = Sock(app)

    @sock.route(f"{BASE_PATH}/ws/jobs/<job_id>")
    def job_events(ws: Server, job_id: str) -> None:
        """All events after ``?after=N`` (default: from the first), then new ones, until the job has ended."""
        who = caller()
        with services().limiter.websocket(who.account_id, who.tier) as free:
            if not free:
                close(ws, TOO_MANY, f"At most {who.tier.websockets} WebSockets are open at a time.")
                return
            try:
                with services().database.read() as session:
                    after = start_after(own_job(session, job_id), request.args.get("after", "0"))
            except Refusal as refusal:
                close(ws, NO_SUCH_JOB if refusal.code is ErrorCode.NOT_FOUND else INVALID, refusal.message)
                return
            _follow(ws, job_id, after)


def close(ws: Server, code: int, reason: str) -> None:
    """Close a WebSocket, if it is open, with a code and a reason of at most 123 bytes."""
    try:
        ws.close(code, reason.encode()[:123].decode(errors="ignore"))
    except (ConnectionClosed, OSError):
        ws.connected = False


def _follow(ws: Server, job_id: str, after: int) -> None:
    events, write = services().events, event_writer()

    def heard() -> None:
        ws.input_buffer.clear()  # clients have nothing to say here
        if not ws.connected:
            events.ring(job_id)

    ws.event.heard = heard
    last = False
    try:
        for news in events.follow(job_id, after, IDLE_S, lambda: ws.connected):
            for event in news:
                ws.send(write(event))
                after, last = event.seq, event.is_last
    except TimeoutError:
        close(ws, TOO_SLOW, f"The events are not read. Connect again with ?after={after}.")
    except (ConnectionClosed, OSError):
        return
    if events.closed and not last:
        close(ws, SERVER_STOPS, f"The server stops. Connect again with ?after={after}.")
    elif last or _exists(job_id):
        close(ws, ENDED, "The job has ended.")
    else:
        close(ws, NO_SUCH_JOB, "The job was deleted.")


def _exists(job_id: str) -> bool:
    with services().database.read() as session:
        return queries.job_exists(session, job_id)
