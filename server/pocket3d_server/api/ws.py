"""``/ws/jobs/{job_id}``: a job's events over a WebSocket."""

from __future__ import annotations

import json

from flask import Flask, request
from flask_sock import Sock
from pydantic import ValidationError
from simple_websocket import ConnectionClosed, Server

from pocket3d_server.api.context import BASE, caller, services
from pocket3d_server.api.jobs import own_job
from pocket3d_server.api.schemas import EventsQuery
from pocket3d_server.errors import Refusal
from pocket3d_server.jobs.events import as_json

NO_SUCH_JOB, INVALID, TOO_MANY = 4404, 4422, 4429
PING_S = 25
LOOK_FOR_CLOSE_S = 1.0


def install(app: Flask) -> None:
    """Add the WebSocket routes (flask-sock has no part in the OpenAPI document)."""
    app.config["SOCK_SERVER_OPTIONS"] = {"ping_interval": PING_S, "max_message_size": 4096}
    sock = Sock(app)

    @sock.route(f"{BASE}/ws/jobs/<job_id>")
    def job_events(ws: Server, job_id: str) -> None:
        """All events after ``?after=N`` (default: from the first), then new ones, until the job has ended."""
        who = caller()
        with services().limiter.websocket(who.account_id, who.tier) as free:
            if not free:
                ws.close(TOO_MANY, f"At most {who.tier.websockets} WebSockets are open at a time.")
                return
            try:
                with services().database.read() as session:
                    own_job(session, job_id)
            except Refusal as refusal:
                ws.close(NO_SUCH_JOB, refusal.message[:120])
                return
            try:
                query = EventsQuery.model_validate({"after": request.args.get("after", 0)})
            except ValidationError:
                ws.close(INVALID, "after is no event number: send the number of the last event you got.")
                return
            _follow(ws, job_id, query.after)


def _follow(ws: Server, job_id: str, after: int) -> None:
    for news in services().events.follow(job_id, after, LOOK_FOR_CLOSE_S):
        if not ws.connected:
            return
        for event in news:
            try:
                ws.send(json.dumps(as_json(event)))
            except (ConnectionClosed, OSError):
                return
    if ws.connected:
        ws.close(1000, "The job has ended." if not services().events.closed else "The server stops.")
