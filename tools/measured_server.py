"""``pocket3d-server`` with a bare Flask route and a look at its scheduler, for ``bench_server`` only.

``/bare/`` is a Flask application of its own in the same process, behind none of our checks: the yardstick.
``/bare/scheduler`` tells how long the scheduler's thread has worked and waited.
"""

from __future__ import annotations

import queue
import sys
import time
from typing import Any

from flask import Flask, Response, jsonify
from pocket3d_server import cli
from pocket3d_server.services import Services
from pocket3d_server.web import serving
from werkzeug.middleware.dispatcher import DispatcherMiddleware


class TimedInbox(queue.SimpleQueue[Any]):
    """The scheduler's inbox; notes how long the scheduler has waited for it."""

    waited = 0.0

    def get(self, block: bool = True, timeout: float | None = None) -> Any:
        """As of any queue."""
        begun = time.perf_counter()
        try:
            return super().get(block, timeout)
        finally:
            self.waited += time.perf_counter() - begun


def create_app(services: Services) -> Flask:
    """The server's application, with the bare one beside it."""
    app = plain_app(services)
    inbox = TimedInbox()
    services.scheduler._inbox = inbox
    bare = Flask("bare")

    @bare.get("/")
    def yardstick() -> Response:
        return jsonify(ok=True)

    @bare.get("/scheduler")
    def scheduler() -> Response:
        thread = services.scheduler._thread.ident
        assert thread
        clock = time.pthread_getcpuclockid(thread)
        return jsonify(waited=inbox.waited, cpu=time.clock_gettime(clock), at=time.perf_counter())

    app.wsgi_app = DispatcherMiddleware(app.wsgi_app, {"/bare": bare.wsgi_app})  # type: ignore[method-assign]
    return app


plain_app = serving.create_app

if __name__ == "__main__":
    serving.create_app = create_app  # type: ignore[assignment]
    sys.exit(cli.main())
